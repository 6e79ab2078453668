"""Who must have a second factor: a dated rule by role, with days to set it up."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from anlan.foundation.accounts.models import Grant, User
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date

FLAG = "access.second_factor"  # in the session: what the gate looks at, without a statement
OVERDUE = "overdue"
STRONG = ("totp", "webauthn")


def due(user: User, *, at: datetime) -> datetime | None:
    """The moment from which the user can't work without a second factor; None without duty.

    The days run from the first of the grants in force that bring the duty, or from the day on
    which the rule came into force, whichever is later.
    """
    if not settings.ANLAN_SECOND_FACTOR:
        return None
    book = rulebook(local_date(at))
    roles = book.ruling("accounts.second_factor_roles").value
    days = book.whole("accounts.second_factor_days")
    grants = Grant.objects.filter(user=user, role__in=roles, since__lte=at)
    open_ones = [g for g in grants if g.until is None or g.until > at]
    if not open_ones:
        return None
    return min(g.since for g in open_ones) + timedelta(days=days)


def must_have(user: User, *, at: datetime) -> bool:
    return due(user, at=at) is not None


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=STRONG).exists())


def mark(session: SessionBase, user: User, *, at: datetime, by_sso: bool = False) -> None:
    """Note in the session that the time is over and nothing is set up; asked once per log-in."""
    clear(session)
    moment = due(user, at=at)
    if moment is None or moment > at or has_second_factor(user):
        return
    if by_sso and rulebook(local_date(at)).flag("accounts.sso_is_second_factor"):
        return
    session[FLAG] = OVERDUE


def clear(session: SessionBase) -> None:
    session.pop(FLAG, None)
