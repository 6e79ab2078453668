"""Reads of what people have asked for at desks and on the phone."""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, When

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.identity.models import (
    OPEN_WISHES,
    Person,
    Wish,
    WishKind,
    WishStatus,
    id_index,
)
from anlan.identity.queries.rights import deletions_waiting
from anlan.lib import idnumber
from anlan.organizations.models import Organization

_DESKS = (Role.CLASS_MANAGER, Role.SAFETY_OFFICER)


def wishes_visible_to(user: User) -> QuerySet[Wish]:
    """The city's officials: all; a district's: its own; a desk: what was taken down there."""
    seen = reach(user)
    rows = Wish.objects.select_related(
        "person__user", "desk", "recorded_by", "confirmed_by", "decided_by", "deletion", "export"
    )
    if not seen.has(Role.CITY_OFFICIAL):
        mine = Q(recorded_by=user) | Q(desk__uid__in=seen.keys(ScopeKind.ORGANIZATION, *_DESKS))
        rows = rows.filter(mine | Q(district__in=seen.districts))
    waits = Case(When(status__in=OPEN_WISHES, then=0), default=1, output_field=IntegerField())
    return rows.order_by(waits, "due_at", "id")


def wish_for(user: User, uid: UUID | str) -> Wish:
    return wishes_visible_to(user).get(uid=uid)


def wishes_waiting(user: User) -> QuerySet[Wish]:
    """For an official: what is confirmed and unanswered; a district can't answer for numbers.

    A copy for somebody with a phone is fetched there, and waits for nobody.
    """
    rows = wishes_visible_to(user).filter(status=WishStatus.ASKED)
    rows = rows.exclude(kind=WishKind.COPY, person__phone_index__gt="")
    if reach(user).has(Role.CITY_OFFICIAL):
        return rows
    return rows.filter(district__in=reach(user).districts).exclude(kind=WishKind.ID_NUMBER)


def waiting_count(user: User) -> int:
    """Wishes and deletions that wait for an official's answer, by one question."""
    wished = wishes_waiting(user).order_by().values_list("uid", flat=True)
    deleted = deletions_waiting(user).order_by().values_list("uid", flat=True)
    return wished.union(deleted, all=True).count()


def wishes_of(person: Person) -> QuerySet[Wish]:
    """A person's own, the newest first."""
    return person.wishes.select_related("desk", "deletion", "export").order_by("-at", "-id")


def own_wish(user: User, uid: UUID | str) -> Wish:
    """One of the user's own that may still be withdrawn."""
    return Wish.objects.select_related("person").get(
        uid=uid, person__user=user, status__in=OPEN_WISHES
    )


def overdue_wishes(at: datetime) -> QuerySet[Wish]:
    """Open when their clock ran out, confirmed or not, and nobody told yet."""
    rows = Wish.objects.filter(status__in=OPEN_WISHES, due_at__lte=at, reminded_at=None)
    return rows.select_related("person", "recorded_by").order_by("due_at", "id")


def scans_to_forget(before: datetime) -> QuerySet[Wish]:
    """Wishes that ended before that moment and whose paper or words are still there."""
    rows = Wish.objects.exclude(status__in=OPEN_WISHES).filter(scan__removed_at=None)
    over = Q(decided_at__lt=before) | Q(decided_at=None, at__lt=before)
    return rows.filter(over, scan__isnull=False).select_related("scan")


def person_on_card(name: str, id_number: str) -> Person | None:
    """Whose card lies on the desk: number and name on record have to agree, else none."""
    try:
        number = idnumber.parse(id_number).number
    except idnumber.BadIdNumber:
        return None
    found = Person.objects.filter(id_index=id_index(number), erased_at=None).first()
    plain = "".join(name.split())
    return found if found is not None and "".join(found.name.split()) == plain else None


def district_of(person: Person) -> str:
    """The district of where the person works now (the first employment); "" for nowhere."""
    job = (
        person.employments.filter(until=None).select_related("organization").order_by("id").first()
    )
    return job.organization.district if job else ""


def district_at(user: User, desk: Organization | None) -> str:
    """The district of the desk, for somebody who works nowhere."""
    if desk is not None:
        return desk.district
    return min(reach(user).districts, default="")


def desk_of(user: User) -> Organization | None:
    """The organisation at whose desk somebody sits; officials sit at none."""
    seen = reach(user)
    if seen.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL):
        return None
    keys = sorted(seen.keys(ScopeKind.ORGANIZATION, *_DESKS))
    return Organization.objects.filter(uid__in=keys).order_by("id").first()
