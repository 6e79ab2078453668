"""Asking the coders in use about narratives, and setting the codes they are sure of.

Texts are read and answered outside any transaction; a transaction then locks the cases, leaves out
whatever has changed meanwhile, and writes. What a person has decided is never touched: only a
question that waits is asked again, and only a code that is still what it was is replaced.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.foundation.codes import lists
from anlan.foundation.codes import queries as codes
from anlan.foundation.ledger import services as ledger
from anlan.foundation.rules.queries import rulebook
from anlan.injuries.coders import coder_of
from anlan.injuries.models import (
    Case,
    CaseVersion,
    CoderVersion,
    CodeSuggestion,
    SuggestionStatus,
    Target,
    Why,
)
from anlan.injuries.queries import coding as queries
from anlan.injuries.queries.coding import Narrative
from anlan.injuries.targets import PLACES, TASKS, Task
from anlan.lib.dates import local_date
from anlan.lib.prepared import insert_rows, update_rows
from anlan.methods.coding import Guess, answer_all

AT_ONCE = 1000
NO_GUESS = Guess((), (), sure=False)
_MADE = [f.name for f in CodeSuggestion._meta.concrete_fields if not f.primary_key]
_RENEWED = [
    "version",
    "labels",
    "probabilities",
    "sure",
    "status",
    "why",
    "former",
    "for_people",
    "asked_at",
    "decided_at",
    "base_at",
]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the city lets a machine do."""

    unattended: bool
    sample_share: float

    @classmethod
    def on(cls, at: datetime) -> "Terms":
        book = rulebook(local_date(at))
        share = book.number("injuries.coding_sample_share")
        return cls(book.flag("injuries.coding_unattended"), share)


def code_narratives(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Ask about the next cases that need a code; how many cases were asked about."""
    terms, coders = Terms.on(at), queries.in_use()
    wanted = _wanted(coders, terms, limit)
    told = queries.narratives(sorted({pk for ids in wanted.values() for pk in ids})[:limit])
    drafts: list[CodeSuggestion] = []
    guesses = _guesses(wanted, coders, told)
    for task, ids in wanted.items():
        mine = [one for one in told if one.pk in ids]
        drafts += _drafts(task, mine, coders.get(task), guesses.get(task), terms, at)
    for start in range(0, len(told), AT_ONCE):
        among = told[start : start + AT_ONCE]
        keys = {one.pk for one in among}
        _write(among, [one for one in drafts if one.case_id in keys], at)
    return len(told)


def _wanted(
    coders: dict[Task, CoderVersion], terms: Terms, limit: int
) -> dict[Task, frozenset[int]]:
    found = {}
    for task in TASKS:
        ids = queries.unasked(task, limit)
        version = coders.get(task)
        if version is not None and len(ids) < limit:
            again = queries.outdated(
                task, version, unattended=terms.unattended, limit=limit - len(ids)
            )
            ids += again
        found[task] = frozenset(ids)
    return found


def _guesses(
    wanted: dict[Task, frozenset[int]],
    coders: dict[Task, CoderVersion],
    told: Sequence[Narrative],
) -> dict[Task, list[Guess]]:
    """Coders that are asked about the same cases are asked together: texts are cut up once."""
    together: dict[frozenset[int], list[Task]] = defaultdict(list)
    for task, ids in wanted.items():
        if ids and task in coders:
            together[ids & {one.pk for one in told}].append(task)
    found: dict[Task, list[Guess]] = {}
    for ids, tasks in together.items():
        texts = [one.text for one in told if one.pk in ids]
        answers = answer_all([coder_of(coders[task]) for task in tasks], texts)
        found |= {task: said.guesses() for task, said in zip(tasks, answers, strict=True)}
    return found


def _drafts(
    task: Task,
    told: Sequence[Narrative],
    version: CoderVersion | None,
    guesses: list[Guess] | None,
    terms: Terms,
    at: datetime,
) -> list[CodeSuggestion]:
    """What the coder says of each, unsaved, with what becomes of it."""
    guesses = guesses or [NO_GUESS] * len(told)
    known = {code.code for code in codes.all_codes(task.system)}
    drafts = []
    for one, guess in zip(told, guesses, strict=True):
        draft = CodeSuggestion(
            case_id=one.pk,
            target=task.target,
            place=PLACES[task.target],
            version=version,
            former=one.codes[task.target],
            asked_at=at,
        )
        _fill(draft, guess, known)
        _settle(draft, one, terms, at)
        drafts.append(draft)
    return drafts


def _fill(draft: CodeSuggestion, guess: Guess, known: set[str]) -> None:
    """Labels of the list in force only; one that left the list is no answer."""
    kept = [
        (label, round(share, 4))
        for label, share in zip(guess.labels, guess.probabilities, strict=True)
        if label in known
    ]
    draft.labels = [label for label, _ in kept]
    draft.probabilities = [share for _, share in kept]
    draft.sure = guess.sure and bool(kept) and kept[0][0] == guess.labels[0]


def _settle(draft: CodeSuggestion, told: Narrative, terms: Terms, at: datetime) -> None:
    """Machine or person, and why."""
    if draft.former:
        _offer_counterparts(draft)
        draft.why, draft.for_people = Why.OLD_LIST, True
    elif draft.version is None:
        draft.why = Why.NO_CODER
    elif not draft.sure:
        draft.why = Why.UNSURE
    elif not terms.unattended:
        draft.why = Why.EVERY
    elif _drawn(told, draft.target, terms.sample_share):
        draft.why = Why.SAMPLE
    else:
        draft.status, draft.decided_at = SuggestionStatus.APPLIED, at


def _offer_counterparts(draft: CodeSuggestion) -> None:
    """A type of the old list becomes one of its counterparts, the likelier ones first."""
    said = dict(zip(draft.labels, draft.probabilities, strict=True))
    ways = [code.code for code in lists.counterparts(draft.former)]
    ways.sort(key=lambda code: -said.get(code, 0.0))
    draft.labels, draft.probabilities = ways, [said.get(code, 0.0) for code in ways]
    draft.sure = False


def _drawn(told: Narrative, target: str, share: float) -> bool:
    """By hash, so that the same case is drawn whoever asks, and nobody can choose."""
    digest = hashlib.sha256(f"{told.uid}/{target}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


@transaction.atomic
def _write(told: Sequence[Narrative], drafts: Sequence[CodeSuggestion], at: datetime) -> None:
    same = _unchanged(told)
    drafts = [draft for draft in drafts if draft.case_id in same]
    rows = CodeSuggestion.objects.select_for_update().filter(case__in=list(same))
    standing = {(one.case_id, one.target): one for one in rows}
    fresh, renewed = [], []
    for draft in drafts:
        old = standing.get((draft.case_id, draft.target))
        if old is None:
            fresh.append(draft)
        elif old.status == SuggestionStatus.WAITING and not old.for_people:
            renewed.append(_renew(old, draft))
    applied = [one for one in (*fresh, *renewed) if one.status == SuggestionStatus.APPLIED]
    _apply(applied, same, list(standing.values()), at)
    insert_rows(fresh, _MADE)
    update_rows(renewed, _RENEWED)
    _record([*fresh, *renewed], at)


def _unchanged(told: Sequence[Narrative]) -> dict[int, datetime]:
    """Locked: the cases that still say what they said when their text was read."""
    rows = Case.objects.select_for_update().filter(
        pk__in=[one.pk for one in told], withdrawn_at=None
    )
    now = {pk: rest for pk, *rest in rows.values_list("pk", "changed_at", *Target.values)}
    return {
        one.pk: one.changed_at
        for one in told
        if now.get(one.pk) == [one.changed_at, *one.codes.values()]
    }


def _renew(old: CodeSuggestion, draft: CodeSuggestion) -> CodeSuggestion:
    for name in _RENEWED:
        setattr(old, name, getattr(draft, name))
    return old


def _apply(
    applied: Sequence[CodeSuggestion],
    changed_at: dict[int, datetime],
    standing: Sequence[CodeSuggestion],
    at: datetime,
) -> None:
    """Set the codes; what stood before goes to one version a case, as with any other change."""
    base = {
        one.case_id: one.base_at
        for one in standing
        if one.base_at and one.decided_at == changed_at[one.case_id]
    }
    groups: dict[int, list[CodeSuggestion]] = defaultdict(list)
    for one in applied:
        groups[one.case_id].append(one)
        one.base_at = base.get(one.case_id) or changed_at[one.case_id]
    for target in Target.values:
        mine = [one for one in applied if one.target == target]
        cases = [Case(pk=one.case_id, changed_at=at, **{target: one.labels[0]}) for one in mine]
        update_rows(cases, [target, "changed_at"])
    CaseVersion.objects.bulk_create(
        [
            CaseVersion(
                case_id=pk,
                values={one.target: None for one in group},
                since=changed_at[pk],
                replaced_at=at,
            )
            for pk, group in groups.items()
        ],
        batch_size=AT_ONCE,
    )


def _record(written: Iterable[CodeSuggestion], at: datetime) -> None:
    """One ledger line for each version and batch, however many cases it held."""
    groups: dict[int, list[CodeSuggestion]] = defaultdict(list)
    for one in written:
        if one.version_id is not None:
            groups[one.version_id].append(one)
    for group in groups.values():
        version: Any = group[0].version
        applied = sum(one.status == SuggestionStatus.APPLIED for one in group)
        ledger.record(
            version.subject,
            "narratives_coded",
            by=None,
            at=at,
            asked=len(group),
            applied=applied,
            waiting=len(group) - applied,
        )
