"""Handing in: graded once, by what the server has; handing in again gets the same answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from anlan.assessments.lines import submitted_line
from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.papers import Grade, grade, mark
from anlan.assessments.queries.shelf import shelf
from anlan.assessments.services.answers import (
    Kept,
    as_newest,
    fetch_items,
    lay_apart,
    overdue,
    take_in,
)
from anlan.assessments.services.hands import Hand, lock, refusal_to_go_on
from anlan.assessments.states import SITTING_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import Line, record_many
from anlan.lib.refusals import Refused
from anlan.lib.states import advance_locked


@transaction.atomic
def submit_sitting(
    sitting: Sitting,
    *,
    by: User | None,
    at: datetime,
    answers: Mapping[str, Sequence[int]] | None = None,
    time_source: TimeSource = TimeSource.SERVER,
) -> Sitting:
    """Grade the paper. `answers` handed in with it count only before the deadline.

    After the deadline what was saved in time is graded, whoever submits; submitting twice is
    refused in words.
    """
    lock(sitting)
    refused = refusal_to_go_on(sitting)
    if refused:
        raise refused
    saves = as_newest(sitting, answers or {})
    [done] = submit_locked([Hand(sitting, by, at, saves=saves, clock=time_source)])
    if isinstance(done, Refused):
        raise done
    return sitting


def submit_locked(hands: Sequence[Hand]) -> list[Kept | Refused]:
    """Grade what is running. What is already handed in stays as it is."""
    late = overdue(hands)
    shelf.look()
    fetch_items(hands)
    closing: dict[int, Hand] = {}
    done: list[Kept | Refused] = []
    for hand in hands:
        sitting = hand.sitting
        refused = refusal_to_go_on(sitting)
        handed_in = sitting.status == SittingStatus.SUBMITTED or sitting.pk in closing
        if refused and not handed_in:
            done.append(refused)
            continue
        kept = take_in(hand, closed=handed_in or sitting.pk in late)
        if isinstance(kept, Kept) and not handed_in:
            _close(hand)
            closing[sitting.pk] = hand
        done.append(kept)
    _write(list(closing.values()))
    lay_apart(hands, done)
    return done


def _close(hand: Hand) -> None:
    sitting = hand.sitting
    found = graded(sitting)
    sitting.submitted_at, sitting.score, sitting.passed = hand.at, found.score, found.passed


def _write(hands: Sequence[Hand]) -> None:
    sittings = [hand.sitting for hand in hands]
    fields = ["answers", "counters", "late", "submitted_at", "score", "passed"]
    advance_locked(sittings, SittingStatus.SUBMITTED, SITTING_STEPS, fields)
    record_many([_line(hand) for hand in hands])


def _line(hand: Hand) -> Line:
    return replace(submitted_line(hand.sitting, hand.by, hand.at), time_source=hand.clock)


def graded(sitting: Sitting) -> Grade:
    """What the sitting's answers are worth by today's keys."""
    ids = [question["item"] for question in sitting.questions]
    items = shelf.items(ids)
    marked = mark(sitting.questions, sitting.answers, {pk: items[pk].answer for pk in ids})
    return grade(marked, [items[pk].kind for pk in ids], sitting.weights, sitting.pass_mark)
