"""Drawing papers and starting the clock, for many people at once."""

import random
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anlan.assessments.lines import digest, sitting_line
from anlan.assessments.models import EventKind, Sitting, SittingStatus
from anlan.assessments.papers import IDENTITY, draw
from anlan.assessments.queries.shelf import shelf
from anlan.assessments.services.events import note_event
from anlan.assessments.services.hands import Hand, lock, refusal_to_start
from anlan.assessments.states import SITTING_STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import Line, record_many
from anlan.identity.queries.checks import gone_on
from anlan.lib.prepared import update_rows
from anlan.lib.refusals import NotAllowed, Refused
from anlan.lib.states import advance_locked

DRAWN_A_RUN = 200


@transaction.atomic
def prepare_sitting(sitting: Sitting) -> Sitting:
    """Draw the paper before the sitting opens, for a device that carries it; drawn once only.

    The paper stays closed: nobody is shown a question before `start_sitting`.
    """
    lock(sitting)
    if sitting.status != SittingStatus.READY:
        raise NotAllowed("这场考试已经开始或结束，不能再备卷。", "请刷新后查看考试状态。")
    prepare_locked([sitting])
    return sitting


@transaction.atomic
def start_sitting(
    sitting: Sitting, *, by: User | None, at: datetime, device: str = "", vouched: bool = False
) -> Sitting:
    """Draw the paper unless it was prepared, start the clock; starting again goes on with it.

    `vouched`: a member of staff has seen who it is.
    """
    lock(sitting)
    [refused] = start_locked([Hand(sitting, by, at, device, vouched=vouched)])
    if refused:
        raise refused
    return sitting


@transaction.atomic
def prepare_due(at: datetime, *, ahead: timedelta = timedelta(hours=1)) -> int:
    """Job: draw the papers of what opens soon, so that nothing is drawn at nine o'clock."""
    soon = Sitting.objects.filter(
        status=SittingStatus.READY, paper="", closes_at__gt=at, opens_at__lte=at + ahead
    )
    found = list(soon.select_for_update().order_by("pk")[:DRAWN_A_RUN])
    prepare_locked(found)
    return len(found)


def prepare_locked(sittings: Iterable[Sitting]) -> None:
    """Draw the papers that are still missing, of rows read under lock."""
    fresh = _distinct(sitting for sitting in sittings if not sitting.paper)
    pools = {(s.industry, s.owner_id): s for s in fresh if not s.questions}
    pool_of = {key: shelf.pool(one.industry, one.owner) for key, one in pools.items()}
    for sitting in fresh:
        if not sitting.questions:
            sitting.questions = draw(
                pool_of[sitting.industry, sitting.owner_id],
                sitting.composition,
                avoid=sitting.avoid,
                # Seeded afresh from the system for each paper: nobody sees enough to foretell.
                chance=random.Random(secrets.randbits(256)),
            )
        sitting.paper = digest(sitting.questions)
    update_rows(fresh, ["questions", "paper"])


def start_locked(hands: Sequence[Hand]) -> list[Refused | None]:
    """Start what is ready, go on with what is running; for each hand what speaks against it."""
    prepare_locked(h.sitting for h in hands if not refusal_to_start(h.sitting, h.at))
    starting: dict[int, Hand] = {}
    taken: list[Sitting] = []
    refusals = []
    unknown = _not_identified(hands)
    for hand in hands:
        sitting = hand.sitting
        refused = refusal_to_start(sitting, hand.at) or unknown.get(sitting.pk)
        if refused is None and sitting.status == SittingStatus.READY and sitting.pk not in starting:
            _begin(hand)
            starting[sitting.pk] = hand
        elif refused is None and _is_another_device(hand):
            _hand_over(hand)
            taken.append(sitting)
        refusals.append(refused)
    begun = [hand.sitting for hand in starting.values()]
    fields = ["started_at", "deadline", "device", "turn"]
    advance_locked(begun, SittingStatus.STARTED, SITTING_STEPS, fields)
    update_rows(_distinct(taken), ["device", "turn"])
    record_many([_line(hand) for hand in starting.values()])
    return refusals


def _not_identified(hands: Sequence[Hand]) -> dict[int, Refused]:
    """Whose identity must be checked first and hasn't been begun to be: one question for all.

    Under review is good enough: nobody is kept out by a machine.
    """
    asked = [
        hand.sitting
        for hand in hands
        if hand.sitting.status == SittingStatus.READY
        and hand.sitting.composition.get(IDENTITY)
        and not hand.vouched
    ]
    known = gone_on({sitting.subject for sitting in asked})
    return {
        sitting.pk: NotAllowed("开考前要先核验本人。", "请点“核验身份”，刷脸和人工任选一种。")
        for sitting in asked
        if sitting.subject not in known
    }


def _begin(hand: Hand) -> None:
    sitting, at = hand.sitting, hand.at
    sitting.started_at = at
    sitting.deadline = min(at + timedelta(minutes=sitting.minutes), sitting.closes_at)
    sitting.device, sitting.turn = hand.device[:64], 1


def _hand_over(hand: Hand) -> None:
    """Another phone goes on with the paper. Nobody is kept out; the time line shows it."""
    sitting = hand.sitting
    if sitting.device:
        name = f"device:{sitting.turn + 1}"
        note_event(sitting, EventKind.SECOND_DEVICE, at=hand.at, client=name, device=hand.device)
    sitting.device, sitting.turn = hand.device, max(1, sitting.turn) + 1


def _is_another_device(hand: Hand) -> bool:
    """Known, and not the one that has it now; a sitting begun without one takes the first known."""
    return bool(hand.device) and hand.device != hand.sitting.device


def _line(hand: Hand) -> Line:
    sitting = hand.sitting
    return sitting_line(sitting, "sitting_started", hand.by, hand.at, paper=sitting.paper)


def _distinct(sittings: Iterable[Sitting]) -> list[Sitting]:
    return list({sitting.pk: sitting for sitting in sittings}.values())
