"""Reads of tips: officials of the place alone, and the teller by the receipt code."""

import uuid
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach, users_with
from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Reward, Tip
from anlan.hazards.states import TIP_OPEN
from anlan.lib.fields import blind_index
from anlan.organizations.models import Kind, Organization


def tips_visible_to(user: User) -> QuerySet[Tip]:
    """City and district officials; operators, departments and everybody else none.

    Who works for an enterprise, in whatever role, sees no tip about it.
    """
    mine = reach(user)
    if mine.has(Role.CITY_OFFICIAL):
        rows = Tip.objects.all()
    else:
        rows = Tip.objects.filter(district__in=mine.districts)
    own = mine.keys(ScopeKind.ORGANIZATION)
    return rows.filter(Q(organization__isnull=True) | ~Q(organization__uid__in=own))


def tip_for(user: User, uid: uuid.UUID) -> Tip:
    return tips_visible_to(user).select_related("organization", "handler", "hazard").get(uid=uid)


def reward_for(user: User, uid: uuid.UUID) -> Reward:
    """The reward of a tip that waits for somebody; by the tip's number."""
    rows = Reward.objects.filter(tip__in=tips_visible_to(user)).exclude(status="returned")
    return rows.select_related("tip__organization", "proposed_by").get(tip__uid=uid)


def tip_photo_for(user: User, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    return tips_visible_to(user).get(uid=uid).photos.get(uid=file)


def oldest_clock_first(rows: QuerySet[Tip], state: str = "") -> QuerySet[Tip]:
    if state == "open":
        rows = rows.filter(status__in=TIP_OPEN)
    elif state:
        rows = rows.filter(status=state)
    named = rows.select_related("organization", "handler")
    return named.order_by(F("ended_at").desc(nulls_first=True), "due_at", "-id")


def open_tips(user: User) -> QuerySet[Tip]:
    """What still waits for an outcome."""
    return tips_visible_to(user).filter(status__in=TIP_OPEN)


def tip_of_receipt(code: str) -> Tip | None:
    """The tip that a receipt code belongs to."""
    return Tip.objects.filter(receipt_hash=receipt_hash(code)).first()


def receipt_hash(code: str) -> str:
    """Keyed, so that a stolen database can't even be tried against codes."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return blind_index(plain, bound_to="hazards.Tip.receipt")


def employer_named(name: str) -> Organization | None:
    """The employer of exactly this name, so that its own people are kept out from the start."""
    rows = Organization.objects.filter(kind=Kind.EMPLOYER, name=name.strip())
    return rows.order_by("pk").first()


def filed_within_hour(at: datetime) -> int:
    return Tip.objects.filter(at__gt=at - timedelta(hours=1)).count()


def told_first(tip: Tip) -> list[User]:
    """Whom a tip is routed to: the district's officials (the city's where there is none), but
    nobody who works for the enterprise."""
    near = users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, tip.district)
    people = near or users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)
    return [one for one in people if tips_visible_to(one).filter(pk=tip.pk).exists()]
