"""Types of 2025 for cases coded by the list of 1986: certain, decided, or waiting for a person."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.codes import lists
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.rules.queries import rulebook
from anlan.injuries.fields import types_changed_on
from anlan.injuries.models import Case, Recoding
from anlan.injuries.queries.cases import counted
from anlan.lib.dates import day_bounds, local_date


def wanted_since(on: date) -> date:
    """From which day of injury on the city wants types of 2025."""
    return date.fromisoformat(str(rulebook(on).ruling("injuries.recode_since").value))


@cache
def split_types() -> frozenset[str]:
    """Types of 1986 that the crosswalk leads to several new ones."""
    ways = [crossing.old.code for crossing in lists.crosswalk()]
    return frozenset(code for code in ways if ways.count(code) > 1)


def to_recode(user: User, on: date) -> QuerySet[Case]:
    """Cases whose type was split and that nobody has recoded; city all, district its own."""
    done = Recoding.objects.filter(
        case=OuterRef("pk"), former=OuterRef("type_code"), undone_at__isnull=True
    )
    rows = _in_reach(user).filter(~Exists(done), injured_on__gte=wanted_since(on))
    return rows.select_related("report").order_by("injured_on", "pk")


def recoding_case_for(user: User, uid: UUID | str) -> Case:
    """A case of a split type that is the user's to recode, also one just done by somebody else;
    `DoesNotExist` otherwise."""
    return _in_reach(user).select_related("report").get(uid=uid)


def _in_reach(user: User) -> QuerySet[Case]:
    rows = counted().filter(type_code__in=split_types(), injured_on__lt=types_changed_on())
    seen = reach(user)
    return rows if seen.has(Role.CITY_OFFICIAL) else rows.filter(district__in=seen.districts)


def last_recoding(user: User, at: datetime) -> Recoding | None:
    """The user's latest standing one of today."""
    first, _ = day_bounds(local_date(at))
    rows = Recoding.objects.filter(by=user, undone_at=None, at__gte=first)
    return rows.select_related("case", "case__report").order_by("-id").first()


def recoded_today(user: User, at: datetime) -> int:
    first, _ = day_bounds(local_date(at))
    return Recoding.objects.filter(by=user, undone_at=None, at__gte=first).count()


def types_2025(cases: Iterable[Case]) -> dict[int, str]:
    """The type of 2025 of each case by its id: its own, the certain counterpart, or as decided;
    empty where nobody has decided yet."""
    rows = list(cases)
    decided = Recoding.objects.filter(
        case__in=[one.pk for one in rows], undone_at=None, former=F("case__type_code")
    )
    by_hand = dict(decided.values_list("case_id", "code"))
    return {one.pk: by_hand.get(one.pk) or _by_list(one) for one in rows}


def _by_list(case: Case) -> str:
    if not case.type_code:
        return ""
    if codes.accident_type_system(case.injured_on) == System.GB_6441_2025:
        return case.type_code
    certain = lists.certain_counterpart(case.type_code)
    return certain.code if certain else ""
