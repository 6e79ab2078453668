"""Ending sessions: the row goes, and the pass that went with it opens no hot path any more."""

from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import LoginSession, User
from anlan.foundation.intake import passes
from anlan.foundation.intake.cutoffs import end_session as end_passes
from anlan.foundation.ledger.services import record


def reference(session: LoginSession) -> str:
    """What a page calls a session; it doesn't lead to the key that opens it."""
    return passes.mark(session.session_key)


@transaction.atomic
def end_session(user: User, mark: str, *, by: User, at: datetime) -> bool:
    """End one browser's session of the user's; False when it is over already."""
    found = next((s for s in LoginSession.objects.filter(user=user) if reference(s) == mark), None)
    if found is None:
        return False
    _end(user, [found], at=at)
    record(f"user/{user.uid}", "session_ended", by=by, at=at)
    return True


@transaction.atomic
def end_others(user: User, *, keep: str, at: datetime) -> int:
    """End every session of the user's but the one with this key; returns how many."""
    rows = list(LoginSession.objects.filter(user=user).exclude(session_key=keep))
    _end(user, rows, at=at)
    return len(rows)


def _end(user: User, rows: list[LoginSession], *, at: datetime) -> None:
    for row in rows:
        end_passes(user, reference(row), at=at)
    LoginSession.objects.filter(pk__in=[row.pk for row in rows]).delete()


def forget_ended(at: datetime) -> int:
    """For the schedule: sessions whose time is over."""
    gone, _ = LoginSession.objects.filter(expire_date__lt=at).delete()
    return gone
