"""What a coder may learn from: coded narratives of the city, never what a machine has coded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from anlan.foundation.codes import queries as codes
from anlan.injuries.models import Case, CodeReview, CodeSuggestion, SuggestionStatus
from anlan.injuries.queries.cases import counted
from anlan.injuries.queries.coding import narrated, of_task
from anlan.injuries.targets import Task
from anlan.methods.coding import Cases
from anlan.methods.coding.reviews import CONFIRMED_WEIGHT, OVERRULED_WEIGHT


@dataclass(frozen=True)
class Material:
    """Cases in the order of their days, and when each was learnt of as coded."""

    cases: Cases
    known_at: Sequence[datetime]
    reviewed: int
    synthetic: int


def usable(task: Task) -> QuerySet[Case]:
    """Cases that a person or a file has coded by the task's list, with a narrative."""
    machine = CodeSuggestion.objects.filter(
        case=OuterRef("pk"), target=task.target, status=SuggestionStatus.APPLIED
    )
    known = [code.code for code in codes.all_codes(task.system)]
    rows = of_task(counted(), task).filter(~Exists(machine), **{f"{task.target}__in": known})
    return narrated(rows)


def fresh(task: Task, since: datetime) -> QuerySet[Any]:
    """Those that were coded, or first heard of, after a moment."""
    return _dated(usable(task), task).filter(coded_at__gt=since)


def material_for(task: Task, *, most: int) -> Material:
    """The latest `most` usable cases; those that a person overruled count more."""
    rows = _dated(usable(task), task).order_by("-injured_on", "-pk")
    named = rows.values_list(
        "narrative", task.target, "injured_on", "coded_at", "first_offered", "is_synthetic"
    )
    found = list(reversed(named[:most]))
    texts, labels, days, known_at, offered, synthetic = (
        zip(*found, strict=True) if found else ((), (), (), (), (), ())
    )
    weights = [_weight(label, said) for label, said in zip(labels, offered, strict=True)]
    return Material(
        cases=Cases.of(texts, labels, days, weights),
        known_at=known_at,
        reviewed=sum(said is not None for said in offered),
        synthetic=sum(synthetic),
    )


def _weight(label: str, offered: Any) -> float:
    """`offered`: what a person was shown, None where nobody was asked."""
    if not offered or offered[0] == label:
        return CONFIRMED_WEIGHT
    return OVERRULED_WEIGHT


def _dated(rows: QuerySet[Case], task: Task) -> QuerySet[Any]:
    """With the standing review of each: when it was decided, and what had been offered."""
    reviews = CodeReview.objects.filter(
        Q(undone_at=None),
        suggestion__case=OuterRef("pk"),
        suggestion__target=task.target,
        code=OuterRef(task.target),
    )
    return rows.annotate(
        coded_at=Coalesce(Subquery(reviews.values("at")[:1]), F("known_at")),
        first_offered=Subquery(reviews.values("offered")[:1]),
    )
