"""Ending passes before their time: a lost phone, a closed account.

Each process reads the list again every few seconds, so a pass opens hot paths for at most that
long after it was cut off. Pages look here too (`middleware`): a browser whose pass was cut off is
logged out. A closed account needs no cutoff: who asks is looked up at the next reading.
"""

import threading
import time
from datetime import datetime, timedelta

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.intake.models import Cutoff, EndedSession
from anlan.foundation.intake.passes import LIFE, Pass

FRESH_SECONDS = 5.0


class _List:
    """The cutoffs, and which of those who ask are closed, as this process last read them."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._read_at = float("-inf")
        self._before: dict[int, datetime] = {}
        self._asked: set[int] = set()
        self._closed: frozenset[int] = frozenset()
        self._ended: frozenset[str] = frozenset()

    def ends(self, who: Pass, at: datetime) -> bool:
        self._asked.add(who.user)
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            with self._door:
                self._read(at)
        before = self._before.get(who.user)
        if who.session and who.session in self._ended:
            return True
        return who.user in self._closed or (before is not None and who.issued_at < before)

    def _read(self, at: datetime) -> None:
        if time.monotonic() - self._read_at <= FRESH_SECONDS:
            return
        live = Cutoff.objects.filter(before__gt=at - LIFE)
        self._before = dict(live.values_list("user_id", "before"))
        ended = EndedSession.objects.filter(at__gt=at - LIFE)
        self._ended = frozenset(ended.values_list("mark", flat=True))
        asked = self._asked | self._closed
        closed = User.objects.filter(pk__in=asked, is_active=False)
        self._closed = frozenset(closed.values_list("pk", flat=True))
        self._asked -= asked
        self._read_at = time.monotonic()

    def forget(self) -> None:
        self._read_at = float("-inf")


_list = _List()
forget_list = _list.forget


def is_cut_off(who: Pass, *, at: datetime) -> bool:
    """Whether the pass was issued before its user's cutoff, its session ended, or the account
    is closed."""
    return _list.ends(who, at)


@transaction.atomic
def cut_off(user: User, *, at: datetime) -> None:
    """End every pass that the user has now; a new log-in issues a new one.

    Passes count whole seconds: one issued within the same second ends too.
    """
    before = at.replace(microsecond=0) + timedelta(seconds=1)
    Cutoff.objects.update_or_create(user=user, defaults={"before": before})
    _list.forget()


@transaction.atomic
def end_session(user: User, mark: str, *, at: datetime) -> None:
    """End the passes that went with one browser session of the user's."""
    EndedSession.objects.get_or_create(mark=mark, defaults={"user": user, "at": at})
    _list.forget()
