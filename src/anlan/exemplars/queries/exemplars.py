"""Reads of applications, namings, notices and objections."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, When

from anlan.exemplars.models import Check, Exemplar, Objection, ObjectionStatus, Status
from anlan.exemplars.models.exemplars import OPEN, STANDING
from anlan.exemplars.queries.people import exemplars_visible_to
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.lib.bigrams import matching
from anlan.lib.fields import blind_index
from anlan.organizations.models import Organization

NAMED_ONCE = (*STANDING, Status.WITHDRAWN, Status.EXPIRED, Status.RENEWED)


def exemplar_for(user: User, uid: uuid.UUID) -> Exemplar:
    rows = exemplars_visible_to(user).select_related(
        "organization", "applied_by", "examined_by", "decided_by", "named_by", "renews"
    )
    return rows.get(uid=uid)


def objection_for(user: User, uid: uuid.UUID) -> Objection:
    """For officials of the place alone: the enterprise never sees what was said, or by whom."""
    mine = reach(user)
    rows = Objection.objects.select_related("exemplar__organization")
    if not mine.has(Role.CITY_OFFICIAL):
        rows = rows.filter(exemplar__organization__district__in=mine.districts)
    return rows.get(uid=uid)


def checks_of(exemplar: Exemplar) -> QuerySet[Check]:
    return exemplar.checks.order_by("-at", "-id")


@dataclass(frozen=True)
class Filters:
    """What the ledger of applications is narrowed by."""

    text: str = ""
    state: str = ""
    district: str = ""
    industry: str = ""


WAITS, RUNS = "mine", "standing"


def narrowed(rows: QuerySet[Exemplar], by: Filters, user: User, today: date) -> QuerySet[Exemplar]:
    exact = {"organization__district": by.district, "organization__key_industry": by.industry}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.state == WAITS:
        rows = rows.filter(_waits_for(user, today))
    elif by.state == RUNS:
        rows = rows.filter(status__in=STANDING, valid_until__gte=today)
    elif by.state:
        rows = rows.filter(status=by.state)
    named = rows.filter(matching("organization__search", by.text)).select_related("organization")
    return named.order_by(F("ended_at").desc(nulls_first=True), "-applied_at", "-id")


def waiting_for(user: User, today: date) -> QuerySet[Exemplar]:
    return exemplars_visible_to(user).filter(_waits_for(user, today))


def _waits_for(user: User, today: date) -> Q:
    """District: opinions, objections; city: decisions, namings, withdrawals; officer: mending."""
    mine = reach(user)
    objected = Q(status=Status.ANNOUNCED, objections__status=ObjectionStatus.OPEN)
    objected = Q(pk__in=Exemplar.objects.filter(objected).values("pk"))
    found = Q(status=Status.RETURNED) & Q(pk__in=[])
    if mine.has(Role.SAFETY_OFFICER):
        found |= Q(status=Status.RETURNED)
    if mine.districts:
        near = Q(organization__district__in=mine.districts)
        found |= near & (Q(status=Status.APPLIED) | objected)
    if mine.has(Role.CITY_OFFICIAL):
        found |= Q(status__in=(Status.EXAMINED, Status.DOUBTED)) | objected
        found |= Q(status=Status.ANNOUNCED, notice_until__lt=today)
    return found


def open_of(organization: Organization) -> Exemplar | None:
    """The application that runs now."""
    return Exemplar.objects.filter(organization=organization, status__in=OPEN).first()


def standing_naming(organization: Organization) -> Exemplar | None:
    """The naming in force (or waiting for a decision); the clock may have run out since."""
    return Exemplar.objects.filter(organization=organization, status__in=STANDING).first()


def newest_of(organization: Organization) -> Exemplar | None:
    """What to tell about an enterprise: what runs, else the naming, else what came last."""
    rank = Case(When(status__in=OPEN, then=0), When(status__in=STANDING, then=1), default=2)
    rows = Exemplar.objects.filter(organization=organization).annotate(rank=rank)
    return rows.order_by("rank", "-applied_at", "-id").first()


# What anybody may read.


def published(today: date, *, text: str = "", industry: str = "") -> QuerySet[Exemplar]:
    """Namings in force, the newest first; by credit code or two characters of the name."""
    rows = Exemplar.objects.filter(status__in=STANDING, valid_until__gte=today)
    if industry:
        rows = rows.filter(organization__key_industry=industry)
    typed = text.strip()
    if typed:
        rows = rows.filter(
            Q(organization__uscc=typed.upper()) | matching("organization__search", typed)
        )
    return rows.select_related("organization").order_by("-named_on", "-id")


def announced(today: date) -> QuerySet[Exemplar]:
    """Notices that run today."""
    rows = Exemplar.objects.filter(status=Status.ANNOUNCED, notice_until__gte=today)
    return rows.select_related("organization").order_by("notice_until", "id")


def notice_of(uid: uuid.UUID, today: date) -> Exemplar | None:
    return announced(today).filter(uid=uid).first()


def by_number(number: str) -> Exemplar | None:
    rows = Exemplar.objects.filter(number=number, status__in=NAMED_ONCE)
    return rows.select_related("organization").first()


def standing(exemplar: Exemplar, today: date) -> str:
    """`valid`, `expired`, `withdrawn` or `renewed`, by the day and not by when the job ran.

    A withdrawal that is only proposed changes nothing: a person has not decided.
    """
    if exemplar.status in (Status.WITHDRAWN, Status.RENEWED):
        return exemplar.status
    run_out = exemplar.valid_until is not None and exemplar.valid_until < today
    return "expired" if run_out or exemplar.status == Status.EXPIRED else "valid"


def named_check(exemplar: Exemplar) -> Check | None:
    """The evidence under which it was named."""
    return exemplar.checks.filter(why="named").last()


def receipt_hash(code: str) -> str:
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return blind_index(plain, bound_to="exemplars.Objection.receipt")


def objection_of_receipt(code: str) -> Objection | None:
    rows = Objection.objects.select_related("exemplar__organization")
    return rows.filter(receipt_hash=receipt_hash(code)).first()


def objections_within_hour(at: datetime) -> int:
    return Objection.objects.filter(at__gt=at - timedelta(hours=1)).count()


# What the nightly jobs find.


def run_out(today: date) -> QuerySet[Exemplar]:
    rows = Exemplar.objects.filter(status__in=STANDING, valid_until__lt=today)
    return rows.select_related("organization").order_by("valid_until", "id")


def to_watch(today: date) -> QuerySet[Exemplar]:
    """Namings not looked at today, nor left alone after a person's decision."""
    free = Q(watch_from__isnull=True) | Q(watch_from__lte=today)
    unseen = Q(watched_on__isnull=True) | Q(watched_on__lt=today)
    rows = Exemplar.objects.filter(free, unseen, status=Status.NAMED, valid_until__gte=today)
    return rows.select_related("organization").order_by("id")
