"""Ending passes before their time: a lost phone, a closed account.

Each process reads the list again every few seconds, so a pass opens hot paths for at most that
long after it was cut off; pages ask the session and are closed at once.
"""

import threading
import time
from datetime import datetime, timedelta

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.intake.models import Cutoff
from anlan.foundation.intake.passes import LIFE, Pass

FRESH_SECONDS = 5.0


class _List:
    """The cutoffs as this process last read them."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._read_at = float("-inf")
        self._before: dict[int, datetime] = {}

    def before(self, user: int, at: datetime) -> datetime | None:
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            with self._door:
                self._read(at)
        return self._before.get(user)

    def _read(self, at: datetime) -> None:
        if time.monotonic() - self._read_at <= FRESH_SECONDS:
            return
        live = Cutoff.objects.filter(before__gt=at - LIFE)
        self._before = dict(live.values_list("user_id", "before"))
        self._read_at = time.monotonic()

    def forget(self) -> None:
        self._read_at = float("-inf")


_list = _List()
forget_list = _list.forget


def is_cut_off(who: Pass, *, at: datetime) -> bool:
    """Whether the pass was issued before its user's cutoff."""
    before = _list.before(who.user, at)
    return before is not None and who.issued_at < before


@transaction.atomic
def cut_off(user: User, *, at: datetime) -> None:
    """End every pass that the user has now; a new log-in issues a new one.

    Passes count whole seconds: one issued within the same second ends too.
    """
    before = at.replace(microsecond=0) + timedelta(seconds=1)
    Cutoff.objects.update_or_create(user=user, defaults={"before": before})
    _list.forget()
