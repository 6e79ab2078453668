"""Reads of organisations: who may see which, what waits for whom, the ledger's filters."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach, users_with
from anlan.lib.bigrams import matching
from anlan.organizations.models import Kind, Organization, Status

STAFF_ROLES = (Role.SAFETY_OFFICER, Role.CLASS_MANAGER)


def visible_to(user: User) -> QuerySet[Organization]:
    """City: all; district: its own; department: its industries; staff: their own; others: none."""
    seen = reach(user)
    if seen.whole_city:
        return Organization.objects.all()
    own = Q(uid__in=seen.organizations)
    place = Q(district__in=seen.districts)
    trade = Q(key_industry__in=seen.industries)
    return Organization.objects.filter(own | place | trade)


def organization_for(user: User, uid: UUID | str) -> Organization:
    """The organisation if the user may see it; `Organization.DoesNotExist` otherwise."""
    return visible_to(user).select_related("registered_by", "reviewed_by").get(uid=uid)


def organizations_of(user: User) -> QuerySet[Organization]:
    """Those that the user works for or has registered, the newest first."""
    mine = Q(uid__in=reach(user).organizations) | Q(registered_by=user)
    return Organization.objects.filter(mine).order_by("-registered_at", "-id")


def waiting_for(user: User) -> QuerySet[Organization]:
    """Registrations that this official should decide, the longest waiting first."""
    pending = Organization.objects.filter(status=Status.PENDING).order_by("registered_at", "id")
    seen = reach(user)
    if seen.has(Role.CITY_OFFICIAL):
        return pending
    return pending.filter(district__in=seen.districts)


def deciders_of(organization: Organization) -> list[User]:
    """The officials of its district; those of the city where a district has none yet."""
    near = users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, organization.district)
    return near or users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)


def staff_of(organization: Organization) -> list[User]:
    """Safety officers and class managers of the organisation, each once; for notices."""
    found = {
        user.pk: user
        for role in STAFF_ROLES
        for user in users_with(role, ScopeKind.ORGANIZATION, str(organization.uid))
    }
    return list(found.values())


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed by; empty means everything."""

    text: str = ""
    kind: str = ""
    district: str = ""
    key_industry: str = ""
    hazardous: str = ""
    status: str = ""


def filtered(rows: QuerySet[Organization], by: Filters) -> QuerySet[Organization]:
    """Rows that fit every filter given, newest registration first."""
    exact: dict[str, Any] = {
        "kind": by.kind,
        "district": by.district,
        "key_industry": by.key_industry,
        "status": by.status,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.hazardous:
        rows = rows.filter(hazardous=by.hazardous == "yes")
    return rows.filter(matching("search", by.text)).order_by("-registered_at", "-id")


@dataclass(frozen=True)
class Totals:
    """What the filtered ledger adds up to."""

    headcount: int
    pending: int
    hazardous: int


def totals(rows: QuerySet[Organization]) -> Totals:
    """Declared headcount, registrations waiting, hazardous-chemicals holders among the rows."""
    waits = rows.filter(status=Status.PENDING)
    return Totals(
        headcount=rows.aggregate(people=Sum("headcount"))["people"] or 0,
        pending=waits.count(),
        hazardous=rows.filter(hazardous=True).count(),
    )


def approved(*, kind: Kind = Kind.EMPLOYER) -> QuerySet[Organization]:
    """Organisations in good standing of one kind."""
    return Organization.objects.filter(kind=kind, status=Status.APPROVED)


def by_uscc(uscc: str) -> Organization | None:
    """The organisation under a code in its standard writing, if it is registered."""
    return Organization.objects.filter(uscc=uscc).select_related("registered_by").first()
