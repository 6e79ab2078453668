"""Reads of identity checks: what a page must ask for, who looks at what, how often it was wrong."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.identity.models import CheckStatus, FaceTry, IdentityCheck, Person, Purpose
from anlan.vision.challenge import Challenge, Step

WAITING = (CheckStatus.REVIEW, CheckStatus.APPEALED)


def open_or_done(person: Person, subject: str) -> IdentityCheck | None:
    """The check of one person for one thing, whatever it has come to; None if never begun."""
    return IdentityCheck.objects.filter(person=person, subject=subject).first()


def gone_on(subjects: Collection[str], person: Person | None = None) -> set[str]:
    """Of these, the ones whose person has been checked or is being looked at by a person.

    Where many people share a subject (a session, a lesson) it is asked for one of them.
    """
    if not subjects:
        return set()
    rows = IdentityCheck.objects.filter(subject__in=subjects).exclude(status=CheckStatus.OPEN)
    rows = rows.filter(person=person) if person else rows
    return set(rows.values_list("subject", flat=True))


def marks(subjects: Collection[str]) -> dict[str, IdentityCheck]:
    """What reviewers of these should know: checks that a person has to decide or has denied."""
    told = [*WAITING, CheckStatus.NOT_CONFIRMED, CheckStatus.UPHELD]
    rows = IdentityCheck.objects.filter(subject__in=subjects, status__in=told)
    return {row.subject: row for row in rows}


def own_check(user: User, uid: UUID) -> IdentityCheck:
    """The user's own; nobody else's is ever found."""
    return IdentityCheck.objects.select_related("person", "host").get(uid=uid, person__user=user)


def own_try(user: User, uid: UUID) -> FaceTry:
    rows = FaceTry.objects.select_related("check_of__person")
    return rows.get(uid=uid, check_of__person__user=user)


def checks_of(person: Person) -> QuerySet[IdentityCheck]:
    return person.identity_checks.order_by("-at", "-id")


def checks_seen_by(user: User) -> QuerySet[IdentityCheck]:
    """Class managers and examiners those of their organisation, officials those of their district
    or the city."""
    mine = reach(user)
    rows = IdentityCheck.objects.select_related("person", "host", "decided_by")
    if mine.has(Role.CITY_OFFICIAL):
        return rows
    hosts = mine.keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER, Role.EXAMINER)
    return rows.filter(Q(host__uid__in=hosts) | Q(host__district__in=mine.districts))


def waiting_for(user: User) -> QuerySet[IdentityCheck]:
    """What this user may decide now, the first clock first; an appeal never by whoever decided."""
    rows = checks_seen_by(user).exclude(person__user=user)
    if reach(user).has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL):
        second = Q(status=CheckStatus.APPEALED) & ~Q(decided_by=user)
        rows = rows.filter(Q(status=CheckStatus.REVIEW) | second)
    else:
        rows = rows.filter(status=CheckStatus.REVIEW)
    return rows.order_by("due_at", "id")


def check_for(user: User, uid: UUID) -> IdentityCheck:
    return waiting_for(user).get(uid=uid)


def tries_of(check: IdentityCheck) -> list[FaceTry]:
    return list(check.tries.order_by("begun_at", "id"))


def challenge_of(one: FaceTry) -> Challenge:
    return Challenge(one.nonce, tuple(Step(*step) for step in one.steps))


def purpose_words(check: IdentityCheck) -> str:
    return f"{Purpose(check.purpose).label}：{check.title}" if check.title else check.purpose


def may_appeal(check: IdentityCheck, at: datetime, days: int) -> bool:
    denied = check.status == CheckStatus.NOT_CONFIRMED and check.decided_at is not None
    return denied and check.decided_at is not None and (at - check.decided_at).days < days


def age_band(age: int) -> str:
    """Bands wide enough to say nothing about anybody."""
    for limit, band in ((30, "<30"), (45, "30-44"), (60, "45-59")):
        if age < limit:
            return band
    return "60+"


def on_day(rows: QuerySet[FaceTry], since: date) -> QuerySet[FaceTry]:
    return rows.filter(begun_at__date__gte=since)
