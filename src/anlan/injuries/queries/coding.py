"""Reads for narrative coding: which cases to ask about, and what stands at a coder's disposal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from anlan.foundation.codes.models import System
from anlan.injuries.fields import types_changed_on
from anlan.injuries.models import Case, CoderVersion, CodeSuggestion, SuggestionStatus, Target, Why
from anlan.injuries.queries.cases import counted
from anlan.injuries.targets import Task, old_numbers


@dataclass(frozen=True, slots=True)
class Narrative:
    """A case as a coder is shown it, with the codes and the state it had then."""

    pk: int
    uid: UUID
    injured_on: date
    text: str
    codes: dict[str, str]
    changed_at: datetime


def in_use() -> dict[Task, CoderVersion]:
    """The version in use of each task that has one."""
    rows = CoderVersion.objects.filter(used_since__isnull=False, used_until=None)
    return {Task(one.target, one.system): one for one in rows.select_related("file")}


def narrated(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Those that tell what happened. The text is sealed, its length is not."""
    return rows.annotate(told=Length("narrative")).filter(told__gt=0)


def of_task(rows: QuerySet[Any], task: Task, day: str = "injured_on") -> QuerySet[Any]:
    """Of accident types, the cases of the days on which the task's list holds."""
    if task.target != Target.TYPE:
        return rows
    newer = Q(**{f"{day}__gte": types_changed_on()})
    return rows.filter(newer if task.system == System.GB_6441_2025 else ~newer)


def unasked(task: Task, limit: int) -> list[int]:
    """Cases with a narrative that lack the code, or have one of the old list, and no question."""
    asked = CodeSuggestion.objects.filter(case=OuterRef("pk"), target=task.target)
    rows = of_task(counted(), task).filter(~Exists(asked))
    found = list(_ids(narrated(rows.filter(**{task.target: ""})), limit))
    if task.system == System.GB_6441_2025 and len(found) < limit:
        older = rows.filter(type_code__in=old_numbers())
        found += _ids(narrated(older), limit - len(found))
    return found


def outdated(task: Task, version: CoderVersion, *, unattended: bool, limit: int) -> list[int]:
    """Cases whose open question was asked of another version, or waits only for the city's word."""
    other = ~Q(version=version)
    if unattended:
        other |= Q(why=Why.EVERY)
    rows = CodeSuggestion.objects.filter(
        other, status=SuggestionStatus.WAITING, target=task.target, for_people=False
    ).filter(**{f"case__{task.target}": F("former"), "case__withdrawn_at": None})
    rows = of_task(rows, task, "case__injured_on")
    return list(rows.order_by("case_id").values_list("case_id", flat=True)[:limit])


def narratives(ids: Iterable[int]) -> list[Narrative]:
    """Cases with their narratives, unsealed."""
    rows = Case.objects.filter(pk__in=list(ids), withdrawn_at=None).order_by("pk")
    named = rows.values_list("pk", "uid", "injured_on", "narrative", "changed_at", *Target.values)
    return [
        Narrative(pk, uid, day, text, dict(zip(Target.values, kept, strict=True)), changed)
        for pk, uid, day, text, changed, *kept in named
    ]


def case_codings(case: Case) -> QuerySet[CodeSuggestion]:
    """What coders and people have said of one case."""
    return case.suggestions.select_related("version").order_by("place")


def decided_here(cases: Iterable[int]) -> set[tuple[int, str]]:
    """(case, target) whose code was set on the platform, by machine or person."""
    done = [SuggestionStatus.APPLIED, SuggestionStatus.REVIEWED]
    rows = CodeSuggestion.objects.filter(case__in=list(cases), status__in=done)
    return set(rows.values_list("case_id", "target"))


def _ids(rows: QuerySet[Case], limit: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
