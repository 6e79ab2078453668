"""Writing notices and sending text messages."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.notices.models import Notice, TextMessage


def tell(
    users: Iterable[User], title: str, *, at: datetime, dedupe: str, body: str = "", url: str = ""
) -> None:
    """Put a notice on each desk; telling the same `dedupe` again changes nothing."""
    once = {user.pk: user for user in users}
    Notice.objects.bulk_create(
        [
            Notice(user=user, title=title[:120], body=body[:500], url=url, at=at, dedupe=dedupe)
            for user in once.values()
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def tell_others(
    users: Iterable[User | None],
    title: str,
    subject: str,
    *,
    at: datetime,
    but: User | None,
    body: str = "",
    url: str = "",
) -> None:
    """A notice about one deed at `subject` for each of them, except who did it."""
    people = [one for one in users if one is not None and one != but]
    dedupe = f"{subject}/{title[:24]}/{at.timestamp():.6f}"
    tell(people, title, at=at, dedupe=dedupe, body=body, url=url)


def text(phones: Iterable[str], message: str, *, at: datetime) -> None:
    """Queue a text message to each number; the job sends it through the city's adapter."""
    TextMessage.objects.bulk_create(
        [TextMessage(phone=phone, text=message[:300], at=at) for phone in phones if phone]
    )


def mark_read(user: User, *, at: datetime) -> int:
    """All of a user's notices are read now; returns how many were new."""
    return Notice.objects.filter(user=user, read_at__isnull=True).update(read_at=at)


def sent(message: TextMessage) -> None:
    TextMessage.objects.filter(pk=message.pk).update(sent_at=now(), failure="")


def failed(message: TextMessage, reason: str) -> None:
    TextMessage.objects.filter(pk=message.pk).update(tries=message.tries + 1, failure=reason[:200])
