"""Names in files that no enterprise of ours bears: what waits, and who they may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import add
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import (
    Count,
    Exists,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.injuries.models import Case, EmployerName, Source, WaitingHeadcount
from anlan.injuries.rows import Row, normal
from anlan.lib.bigrams import query_tokens
from anlan.methods.name_likeness import ranked
from anlan.organizations.models import Kind, Organization

POOL = 200  # enterprises with most pairs in common, looked at one by one
AT_ONCE = 500
# Pairs that say nothing of which firm is meant.
_COMMON = set(query_tokens("股份有限责任公司 集团有限公司 有限责任公司 分公司 （演示）"))


@dataclass(frozen=True)
class Waiting:
    """A name as a source writes it, and how much waits for it."""

    source: Source
    name: str
    cases: int
    months: int
    since: datetime


@dataclass(frozen=True)
class Candidate:
    """An enterprise that may be meant; `share` from 0 to 1 how alike the names are."""

    organization: Organization
    share: float


def waiting_names() -> list[Waiting]:
    """Names without an enterprise and without a decision, most cases first."""
    counts: dict[tuple[int, str], tuple[int, int, datetime]] = {}
    for source, name, cases, since in _cases_waiting():
        counts[source, name] = (cases, 0, since)
    for source, name, months, since in _months_waiting():
        cases, _, before = counts.get((source, name), (0, 0, since))
        counts[source, name] = (cases, months, min(before, since))
    sources = Source.objects.in_bulk({source for source, _ in counts})
    found = [
        Waiting(sources[source], name, cases, months, since)
        for (source, name), (cases, months, since) in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.cases, -one.months, one.name, one.source.title))


def waiting_name(source: str, name: str) -> Waiting | None:
    """One of those that wait, by its source's uid."""
    return next(
        (one for one in waiting_names() if one.name == name and str(one.source.uid) == source), None
    )


def _decided(source: str, name: str) -> Exists:
    rows = EmployerName.objects.filter(source=OuterRef(source), name=OuterRef(name), undone_at=None)
    return Exists(rows)


def cases_waiting() -> QuerySet[Case]:
    """The city's own imported cases with a name and no enterprise."""
    rows = Case.objects.filter(organization=None, withdrawn_at=None, source__foreign=False)
    return rows.exclude(employer_name="")


def _cases_waiting() -> QuerySet[Case, tuple[int, str, int, datetime]]:
    rows = cases_waiting().filter(~_decided("source", "employer_name"))
    groups = rows.values("source", "employer_name").annotate(n=Count("pk"), since=Min("known_at"))
    return groups.values_list("source", "employer_name", "n", "since")


def headcounts_waiting() -> QuerySet[WaitingHeadcount]:
    """Months whose enterprise isn't found; those that a later file would place are left out."""
    registered = Organization.objects.filter(Q(uscc=OuterRef("uscc")) | Q(name=OuterRef("name")))
    rows = WaitingHeadcount.objects.filter(placed_by=None, source__foreign=False)
    return rows.filter(~Exists(registered))


def _months_waiting() -> QuerySet[WaitingHeadcount, tuple[int, str, int, datetime]]:
    rows = headcounts_waiting().exclude(name="").filter(~_decided("source", "name"))
    months = Count("month", distinct=True)
    groups = rows.values("source", "name").annotate(n=months, since=Min("known_at"))
    return groups.values_list("source", "name", "n", "since")


def codes_waiting() -> int:
    """Enterprises in insured lists that have a credit code only and aren't registered."""
    rows = headcounts_waiting().filter(name="").exclude(uscc="")
    return rows.values("uscc").distinct().count()


def candidates(name: str, *, most: int = 3) -> list[Candidate]:
    """The enterprises whose names are most like this one, by shared pairs of characters."""
    tokens = [token for token in query_tokens(name) if token not in _COMMON]
    if not tokens:
        return []
    shared = [
        Choice(When(search__contains=token, then=Value(1)), default=Value(0)) for token in tokens
    ]
    rows = Organization.objects.filter(kind=Kind.EMPLOYER)
    pool = list(
        rows.annotate(hits=reduce(add, shared, Value(0, output_field=IntegerField())))
        .filter(hits__gt=0)
        .order_by("-hits", "id")[:POOL]
    )
    best = ranked(name, [one.name for one in pool])[:most]
    return [Candidate(pool[at], share) for at, share in best]


def decisions_for(user: User) -> QuerySet[EmployerName]:
    """What was said of names, the latest first; the city official's alone."""
    rows = EmployerName.objects.select_related("source", "organization", "by").order_by(
        "-at", "-id"
    )
    return rows if is_city_official(user) else rows.none()


def decision_for(user: User, uid: UUID | str) -> EmployerName:
    return decisions_for(user).get(uid=uid)


def spellings_waiting(source: Source, name: str) -> list[str]:
    """Every way in which this source's waiting rows write the same name."""
    cases = cases_waiting().filter(source=source).values_list("employer_name", flat=True)
    months = WaitingHeadcount.objects.filter(source=source, placed_by=None)
    written = {*cases.distinct(), *months.values_list("name", flat=True).distinct()}
    return sorted(one for one in written if normal(one) == normal(name))


def places_of(waiting: Waiting) -> tuple[list[str], date | None, date | None]:
    """What its cases say that may help: districts, first and last day."""
    rows = cases_waiting().filter(source=waiting.source, employer_name=waiting.name)
    span = rows.aggregate(first=Min("injured_on"), last=Max("injured_on"))
    districts = rows.exclude(district="").values_list("district", flat=True).distinct()
    return list(districts.order_by("district")), span["first"], span["last"]


def waiting_by_key(source: Source, rows: Sequence[Row]) -> dict[tuple[str, str, date], int]:
    """What the source's last files said of enterprises that aren't found: people by code, name
    and month."""
    names = sorted({row.case.get("employer_name", "") for row in rows})
    found: dict[tuple[str, str, date], int] = {}
    for at in range(0, len(names), AT_ONCE):
        known = WaitingHeadcount.objects.filter(source=source, name__in=names[at : at + AT_ONCE])
        for uscc, name, month, people in known.order_by("id").values_list(
            "uscc", "name", "month", "people"
        ):
            found[uscc, name, month] = people
    return found
