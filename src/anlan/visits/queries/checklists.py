"""Which list holds on a day, and what its items mean by the accident types of that day."""

import uuid
from collections.abc import Iterable
from datetime import date
from functools import cache

from django.db.models import Count, QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.lists import crosswalk
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import accident_type_system, code_name
from anlan.organizations.models import Organization
from anlan.visits.models import Checklist, Inspection, Issue, Item

GENERAL = ""
OTHER_1986 = "020"  # 其他伤害


def all_versions() -> QuerySet[Checklist]:
    """Every version, each industry's newest first."""
    return Checklist.objects.annotate(size=Count("items")).order_by("industry", "-number")


def checklist_for(user: User, uid: uuid.UUID) -> Checklist:
    return Checklist.objects.select_related("issued_by", "made_by").get(uid=uid)


def in_force(industry: str, day: date) -> Checklist | None:
    """The version of one industry ('' = the general list) that holds on a day."""
    rows = Checklist.objects.filter(industry=industry, status=Issue.ISSUED, valid_from__lte=day)
    return rows.order_by("-valid_from", "-number").first()


def held_of(versions: Iterable[Checklist], day: date) -> Checklist | None:
    """The same among versions of one industry that are at hand."""
    issued = [one for one in versions if one.valid_from and one.valid_from <= day]
    return max(issued, key=lambda one: (one.valid_from, one.number), default=None)


def lists_for(organization: Organization, day: date) -> list[Checklist]:
    """What is walked through at an enterprise: the general list, then its industry's."""
    found = (in_force(GENERAL, day), in_force(organization.key_industry, day))
    return [one for one in found if one is not None]


def lists_called(uids: Iterable[uuid.UUID], organization: Organization) -> list[Checklist]:
    """The issued lists that a phone walked by, as far as they are this enterprise's."""
    kinds = (GENERAL, organization.key_industry)
    rows = Checklist.objects.filter(uid__in=uids, status=Issue.ISSUED, industry__in=kinds)
    return list(rows.order_by("industry"))


def items_of(lists: Iterable[Checklist]) -> list[Item]:
    """All items in the order in which they are walked."""
    order = {one.pk: n for n, one in enumerate(lists)}
    items = Item.objects.filter(checklist__in=order)
    return sorted(items, key=lambda one: (order[one.checklist_id], one.place, one.pk))


def is_used(checklist: Checklist) -> bool:
    return Inspection.objects.filter(checklists=checklist).exists()


def draft_of(industry: str) -> Checklist | None:
    return Checklist.objects.filter(industry=industry, status=Issue.DRAFT).first()


def risk_on(risk: str, day: date) -> str:
    """An item's accident type by the list of the day; its first forerunner before 2026-07."""
    if accident_type_system(day) == System.GB_6441_2025:
        return risk
    return _forerunners().get(risk, OTHER_1986)


def risk_word(risk: str) -> str:
    return code_name(System.GB_6441_2025, risk)


def industry_word(industry: str) -> str:
    return code_name(System.KEY_INDUSTRY, industry) if industry else "通用"


@cache
def _forerunners() -> dict[str, str]:
    found: dict[str, str] = {}
    for crossing in crosswalk():
        found.setdefault(crossing.new.code, crossing.old.code)
    return found
