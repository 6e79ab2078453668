"""Reads of visits: whose, what waits for whom, who may be the expert."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.states import OPEN as OPEN_HAZARDS
from anlan.identity.models import Employment
from anlan.lib.dates import day_bounds, local_date
from anlan.organizations import queries as organizations
from anlan.organizations.models import Kind, Organization
from anlan.visits.models import Deed, Slot, Status, Visit
from anlan.visits.queries.inspections import hazards_of
from anlan.visits.states import BEFORE, MADE, OPEN

OPEN_ONES, OVERDUE, MINE = "open", "overdue", "mine"
# Whose turn it is in each state; officials take what has run out besides.
OFFICER_ACTS = (Status.PROPOSED, Status.SIGNED)
EXPERT_ACTS = (Status.ASSIGNED, Status.RUNNING, Status.VISITED, Status.CONTESTED)


def visible_to(user: User) -> QuerySet[Visit]:
    """City all; district its own; department its industry; officers their own; experts theirs."""
    mine = reach(user)
    if mine.whole_city:
        return Visit.objects.all()
    own = mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return Visit.objects.filter(
        Q(district__in=mine.districts)
        | Q(industry__in=mine.industries)
        | Q(organization__uid__in=own)
        | Q(expert=user)
    )


def visit_for(user: User, uid: uuid.UUID) -> Visit:
    rows = visible_to(user).select_related("organization", "expert", "inspection", "follows")
    return rows.get(uid=uid)


def photo_for(user: User, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    """A photo taken on arrival or on leaving."""
    shown = Deed.objects.filter(visit=visit_for(user, uid))
    return StoredFile.objects.filter(pk__in=shown.values("photos")).distinct().get(uid=file)


@dataclass(frozen=True)
class Filters:
    text: str = ""
    state: str = ""
    district: str = ""
    industry: str = ""


def narrowed(rows: QuerySet[Visit], by: Filters, *, user: User, at: datetime) -> QuerySet[Visit]:
    exact = {"district": by.district, "industry": by.industry}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.state == OPEN_ONES:
        rows = rows.filter(status__in=OPEN)
    elif by.state == OVERDUE:
        rows = rows.filter(status__in=OPEN, due_at__lt=at)
    elif by.state == MINE:
        rows = rows.filter(_waits_for(user, at))
    elif by.state:
        rows = rows.filter(status=by.state)
    if len(by.text.strip()) > 1:
        rows = rows.filter(organization__name__contains=by.text.strip())
    return rows


def oldest_clock_first(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    named = rows.select_related("organization", "expert")
    return named.order_by(F("due_at").asc(nulls_last=True), "-requested_at", "-id")


def waiting_for(user: User, at: datetime) -> QuerySet[Visit]:
    """What this user should do something about now."""
    return visible_to(user).filter(_waits_for(user, at))


def _waits_for(user: User, at: datetime) -> Q:
    """An officer picks a time and signs for the report; an expert goes and writes; officials
    send experts, and look after what has run out."""
    mine = reach(user)
    own = mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    today = day_bounds(local_date(at))[1]
    waits = Q(organization__uid__in=own, status__in=OFFICER_ACTS)
    waits |= Q(expert=user) & (
        Q(status__in=EXPERT_ACTS) | Q(status=Status.BOOKED, booked_at__lt=today)
    )
    if mine.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL):
        place = Q() if mine.has(Role.CITY_OFFICIAL) else Q(district__in=mine.districts)
        waits |= place & (Q(status=Status.REQUESTED) | Q(status__in=OPEN, due_at__lt=at))
    return waits


def visits_of(organization: Organization) -> QuerySet[Visit]:
    rows = Visit.objects.filter(organization=organization).select_related("expert")
    return rows.order_by("-requested_at", "-id")


def days_of_visits(
    organizations: Collection[int], since: date, until: date
) -> dict[int, set[date]]:
    """By enterprise, days of the city on which an expert was there, both ends included."""
    made = Visit.objects.filter(
        organization__in=organizations,
        status__in=MADE,
        ended_at__gte=day_bounds(since)[0],
        ended_at__lt=day_bounds(until)[1],
    )
    found: dict[int, set[date]] = {}
    for body, ended in made.values_list("organization", "ended_at"):
        if ended is not None:
            found.setdefault(body, set()).add(local_date(ended))
    return found


def visits_by(expert: User) -> QuerySet[Visit]:
    return Visit.objects.filter(expert=expert).select_related("organization")


def employer_of(user: User) -> Organization | None:
    """The approved enterprise whose safety officer this is."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return organizations.approved().filter(uid__in=keys).order_by("id").first()


def employer_called(user: User, text: str) -> Organization | None:
    """An approved employer in an official's reach by its exact name or its credit code."""
    typed = text.strip()
    rows = organizations.visible_to(user).filter(kind=Kind.EMPLOYER, status="approved")
    return rows.filter(Q(name=typed) | Q(uscc=typed.upper())).first()


def ahead_of(organization: Organization) -> Visit | None:
    """The one visit that is asked for or booked and not made yet."""
    rows = Visit.objects.filter(organization=organization, status__in=(*BEFORE, Status.RUNNING))
    return rows.first()


def slots_of(visit: Visit) -> QuerySet[Slot]:
    return visit.slots.order_by("starts_at", "id")


def deeds_of(visit: Visit) -> QuerySet[Deed]:
    rows = visit.deeds.select_related("by").prefetch_related("photos")
    return rows.order_by("-at", "-id")


def open_hazards(visit: Visit) -> int:
    """Findings of a visit that nobody has closed yet."""
    if visit.inspection is None:
        return 0
    return hazards_of(visit.inspection).filter(status__in=OPEN_HAZARDS).count()


@dataclass(frozen=True)
class Candidate:
    """An expert for one enterprise; `against` says why not, empty when nothing stands against."""

    user: User
    industries: frozenset[str]
    whole_city: bool
    open_visits: int
    against: str


def experts_for(organization: Organization, at: datetime) -> list[Candidate]:
    """Experts whose field it is, the least laden first; those with a conflict last, with why."""
    grants = Grant.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at),
        since__lte=at,
        role=Role.EXPERT,
        user__is_active=True,
    )
    fields: dict[int, set[str]] = {}
    for one in grants:
        field = one.scope_key if one.scope_kind == ScopeKind.INDUSTRY else ""
        fields.setdefault(one.user_id, set()).add(field)
    fitting = [pk for pk, known in fields.items() if known & {"", organization.key_industry}]
    loads = dict(
        Visit.objects.filter(expert__in=fitting, status__in=OPEN)
        .order_by()
        .values_list("expert")
        .annotate(n=Count("pk"))
    )
    users = list(User.objects.filter(pk__in=fitting).order_by("name", "id"))
    against = conflicts_of(users, organization, at)
    found = [
        Candidate(
            user,
            frozenset(fields[user.pk] - {""}),
            "" in fields[user.pk],
            loads.get(user.pk, 0),
            against.get(user.pk, ""),
        )
        for user in users
    ]
    return sorted(found, key=lambda one: (bool(one.against), one.open_visits, one.user.name))


def fits(user: User, organization: Organization, at: datetime) -> bool:
    """Whether this is an expert of the enterprise's industry (or of all of them)."""
    mine = reach(user, at=at)
    fields = mine.keys(ScopeKind.INDUSTRY, Role.EXPERT)
    return organization.key_industry in fields or "" in mine.keys(ScopeKind.CITY, Role.EXPERT)


def conflict_of(user: User, organization: Organization, at: datetime) -> str:
    """Why this expert must not look at this enterprise; empty when nothing is known."""
    return conflicts_of([user], organization, at).get(user.pk, "")


def conflicts_of(users: Sequence[User], organization: Organization, at: datetime) -> dict[int, str]:
    """By user, for whoever has a role there, works there, or did within the rule's years.

    Known only by this account and by the person of the roster that it belongs to.
    """
    day = local_date(at)
    years = rulebook(day).whole("visits.conflict_years")
    since = day - timedelta(days=365 * years)
    roles = Grant.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at),
        user__in=users,
        scope_kind=ScopeKind.ORGANIZATION,
        scope_key=str(organization.uid),
    )
    jobs = Employment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=since),
        person__user__in=users,
        organization=organization,
    )
    found = {organization.registered_by_id: "登记了该企业"} if organization.registered_by_id else {}
    found |= dict.fromkeys(
        jobs.values_list("person__user", flat=True), f"在该企业工作，或离开不满 {years} 年"
    )
    found |= dict.fromkeys(roles.values_list("user", flat=True), "在该企业任职")
    wanted = {user.pk for user in users}
    return {pk: why for pk, why in found.items() if pk in wanted}


def officials_of(organization: Organization) -> list[User]:
    return organizations.deciders_of(organization)


def past_due(at: datetime) -> QuerySet[Visit]:
    """Whose step has run out and was not yet told to the district."""
    rows = Visit.objects.filter(status__in=OPEN, due_at__lt=at, escalated_at__isnull=True)
    return rows.select_related("organization", "expert").order_by("due_at", "id")
