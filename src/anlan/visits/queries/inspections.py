"""Reads of walks: whose, what they found, what they counted, how one differs from the last."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Hazard
from anlan.hazards.states import OPEN
from anlan.lib.dates import day_bounds, local_date
from anlan.organizations.models import Organization
from anlan.visits.models import Answer, Inspection, Kind, Measure, Outcome


def visible_to(user: User) -> QuerySet[Inspection]:
    """City all; district its own; department its industry; officers their own; an expert's own."""
    mine = reach(user)
    if mine.whole_city:
        return Inspection.objects.all()
    own = mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    return Inspection.objects.filter(
        Q(organization__district__in=mine.districts)
        | Q(organization__key_industry__in=mine.industries)
        | Q(organization__uid__in=own)
        | Q(by=user)
        | Q(visit__expert=user)
    )


def inspection_for(user: User, uid: uuid.UUID) -> Inspection:
    return visible_to(user).select_related("organization", "by").distinct().get(uid=uid)


def photo_for(user: User, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    shown = Answer.objects.filter(inspection=inspection_for(user, uid))
    return StoredFile.objects.filter(pk__in=shown.values("photos")).distinct().get(uid=file)


def sent_before(user: User, nonce: uuid.UUID) -> Inspection | None:
    return Inspection.objects.filter(by=user, nonce=nonce).first()


def self_checks_of(organization: Organization) -> QuerySet[Inspection]:
    """自查, the newest first, each with its sums."""
    rows = Inspection.objects.filter(organization=organization, kind=Kind.SELF_CHECK)
    return with_sums(rows).select_related("by").order_by("-handed_in_at", "-id")


def with_sums(rows: QuerySet[Inspection]) -> QuerySet[Inspection]:
    return rows.annotate(
        asked=Count("answers", filter=~Q(answers__outcome=Outcome.ABSENT)),
        wanting=Count("answers", filter=Q(answers__outcome=Outcome.WANTING)),
        advised=Count("answers", filter=Q(answers__outcome=Outcome.ADVICE)),
    )


def answers_of(inspection: Inspection) -> QuerySet[Answer]:
    rows = inspection.answers.select_related("item", "hazard").prefetch_related("photos")
    return rows.order_by("item__checklist__industry", "item__place", "id")


def open_by_item(organization: Organization) -> dict[str, Hazard]:
    """Per item the hazard of an earlier walk that is still open."""
    rows = Answer.objects.filter(
        inspection__organization=organization, hazard__status__in=OPEN
    ).select_related("hazard", "item")
    return {one.item.key: one.hazard for one in rows.order_by("id") if one.hazard}


def findings_of(organization: Organization) -> QuerySet[Hazard]:
    """Hazards that any walk at the enterprise found."""
    found = Answer.objects.filter(inspection__organization=organization, hazard__isnull=False)
    return Hazard.objects.filter(pk__in=found.values("hazard"))


def hazards_of(inspection: Inspection) -> QuerySet[Hazard]:
    found = inspection.answers.filter(hazard__isnull=False).values("hazard")
    return Hazard.objects.filter(pk__in=found).order_by("due_at", "id")


@dataclass(frozen=True)
class Change:
    """One item on two walks; an outcome is empty where that walk didn't ask it."""

    before: Answer | None
    after: Answer | None

    @property
    def item_text(self) -> str:
        told = self.after or self.before
        return told.item.text if told else ""

    @property
    def verdict(self) -> str:
        """In a word what became of it: mended, still, new, or nothing to say."""
        was = self.before is not None and self.before.outcome == Outcome.WANTING
        now = self.after is not None and self.after.outcome == Outcome.WANTING
        if was and now:
            return "仍不合格"
        if was:
            return "已改好" if self.after and self.after.outcome != Outcome.ABSENT else "这次没有查"
        return "新发现" if now else ""


def comparison(before: Inspection, after: Inspection) -> list[Change]:
    """Item by item by key, in the order of the later walk; what only the first asked comes last."""
    first = {one.item.key: one for one in answers_of(before)}
    second = {one.item.key: one for one in answers_of(after)}
    keys = [*second, *(key for key in first if key not in second)]
    return [Change(first.get(key), second.get(key)) for key in keys]


@dataclass(frozen=True)
class MeasureRow:
    """Two counts of one walk, for rates: never add the rates, add these."""

    organization: int
    key: str
    numerator: int
    denominator: int
    on: date
    by_expert: bool


def measures_of(organizations: Collection[int], since: date, until: date) -> list[MeasureRow]:
    """What walks through these enterprises (primary keys) counted, `since` until before `until`.

    `ppe`: people who wore it properly ÷ people who should; `mechanisation`: steps of the work done
    by machine ÷ all steps. Oldest first. Days are the city's.
    """
    rows = Measure.objects.filter(
        inspection__organization__in=organizations,
        inspection__handed_in_at__gte=day_bounds(since)[0],
        inspection__handed_in_at__lt=day_bounds(until)[0],
    ).select_related("inspection")
    return [
        MeasureRow(
            one.inspection.organization_id,
            one.key,
            one.numerator,
            one.denominator,
            local_date(one.inspection.handed_in_at),
            one.inspection.kind == Kind.EXPERT,
        )
        for one in rows.order_by("inspection__handed_in_at", "id")
    ]
