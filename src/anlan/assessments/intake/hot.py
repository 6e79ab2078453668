"""Exams at nine o'clock: fetch the sealed paper, start, save, submit. Moments are epoch ms.

Every one of them may come twice, late or out of order: asking again changes nothing and gets the
same answer. Answers go by question and `n`: the newest stands.
"""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from anlan.assessments.models import OutageKind, Sitting
from anlan.assessments.queries.releases import released
from anlan.assessments.queries.shelf import paper_json
from anlan.assessments.services.answers import Kept as Taken
from anlan.assessments.services.answers import save_locked
from anlan.assessments.services.hands import Hand, NotYours, Save, locked
from anlan.assessments.services.outages import record_outage
from anlan.assessments.services.sealing import paper_key, seal_locked
from anlan.assessments.services.starting import start_locked
from anlan.assessments.services.submission import submit_locked
from anlan.foundation.intake import troubles
from anlan.foundation.intake.endpoints import Endpoint, Item
from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.lib.refusals import Refused

TURN_BITS = 20  # a later device's answers count as newer, whatever the earlier one has numbered
Positions = Annotated[list[Annotated[int, Meta(ge=0, lt=64)]], Meta(max_length=64)]
Device = Annotated[str, Meta(max_length=64)]


class Saved(Struct):
    """One answer: question number from 1, shown positions, the phone's counter and clock."""

    no: Annotated[int, Meta(ge=1, le=500)]
    chosen: Positions
    n: Annotated[int, Meta(ge=1, lt=1 << 53)]
    at: Annotated[int, Meta(ge=0, lt=1 << 43)] = 0


Saves = Annotated[list[Saved], Meta(max_length=500)]


class Seal(Struct):
    """`packed`: the phone can inflate."""

    sitting: UUID
    packed: bool = False


class Sealed(Struct):
    sealed: str
    digest: str
    opens: int
    now: int


class Start(Struct):
    """`paper`: the phone has none, or can't open it."""

    sitting: UUID
    device: Device = ""
    paper: bool = False


class Begun(Struct):
    """`base`: this device numbers its answers from here on; `moved`: another one had it before."""

    key: str
    digest: str
    deadline: int
    now: int
    base: int
    moved: bool
    answers: dict[str, tuple[list[int], int]]
    paper: Raw | UnsetType = field(default=UNSET)


class Keep(Struct):
    sitting: UUID
    saves: Saves
    device: Device = ""


class Kept(Struct):
    """`apart`: how many came too late and wait for a person. `here`: this device has it."""

    status: str
    kept: int
    apart: int
    deadline: int
    now: int
    here: bool


class Submit(Struct):
    sitting: UUID
    saves: Saves = []
    device: Device = ""


class Submitted(Struct):
    """`score` and `passed` only once results are released; `receipt` is where proof is had."""

    status: str
    submitted: int
    released: bool
    receipt: str
    apart: int
    now: int
    score: str | None = None
    passed: bool | None = None


def seal(items: Sequence[Item[Seal]]) -> list[Struct | Refused]:
    """The learner's own paper, encrypted; its key comes with `start`."""
    hands, missing = _hands(items)
    packed = [item.asked.packed for item, no in zip(items, missing, strict=True) if not no]
    answers = iter(seal_locked(hands, packed=packed))
    return _laid(items, missing, answers, hands, _sealed)


def start(items: Sequence[Item[Start]]) -> list[Struct | Refused]:
    """Start the clock, or go on where another device or an earlier life of this one stopped."""
    hands, missing = _hands(items)
    before = {hand.sitting.pk: hand.sitting.device for hand in hands}
    answers = iter([refused or before[hand.sitting.pk] for hand, refused in _started(hands)])
    return _laid(items, missing, answers, hands, _begun)


def save(items: Sequence[Item[Keep]]) -> list[Struct | Refused]:
    """Keep answers."""
    _note_troubles(items)
    hands, missing = _hands(items)
    return _laid(items, missing, iter(save_locked(hands)), hands, _kept)


def submit(items: Sequence[Item[Submit]]) -> list[Struct | Refused]:
    """Hand in and grade; handed in before, the same answer again."""
    _note_troubles(items)
    hands, missing = _hands(items)
    done = submit_locked(hands)
    at = max(item.at for item in items)
    shown = released((hand.sitting for hand in hands), at=at, ask=rulebook_at_hand)
    return _laid(items, missing, iter(done), hands, partial(_submitted, shown=shown))


ENDPOINTS = [
    Endpoint("exams/seal", Seal, Sealed, seal, "预先下载试卷"),
    Endpoint("exams/start", Start, Begun, start, "开始考试"),
    Endpoint("exams/save", Keep, Kept, save, "保存答案"),
    Endpoint("exams/submit", Submit, Submitted, submit, "交卷"),
]


def _hands(items: Sequence[Item[Any]]) -> tuple[list[Hand], list[bool]]:
    """A hand for each item whose own sitting is there, and which items have none."""
    found = locked(item.asked.sitting for item in items)
    hands, missing = [], []
    for item in items:
        sitting = found.get(item.asked.sitting)
        mine = sitting is not None and sitting.person.user_id == item.who.user
        missing.append(not mine)
        if sitting is not None and mine:
            hands.append(_hand(item, sitting))
    return hands, missing


def _hand(item: Item[Any], sitting: Sitting) -> Hand:
    asked = item.asked
    saves = [
        Save(one.no, one.chosen, one.n, _moment(one.at)) for one in getattr(asked, "saves", ())
    ]
    device = item.who.device or getattr(asked, "device", "")
    return Hand(sitting, item.who.actor, item.at, device, saves)


def _laid(
    items: Sequence[Item[Any]],
    missing: Sequence[bool],
    answers: Any,
    hands: Sequence[Hand],
    say: Callable[[Item[Any], Hand, Any], Struct],
) -> list[Struct | Refused]:
    """Each item's answer in order; a refusal stays one."""
    told: list[Struct | Refused] = []
    mine = iter(hands)
    for item, gone in zip(items, missing, strict=True):
        if gone:
            told.append(NotYours())
            continue
        hand, answer = next(mine), next(answers)
        told.append(answer if isinstance(answer, Refused) else say(item, hand, answer))
    return told


def _started(hands: Sequence[Hand]) -> list[tuple[Hand, Refused | None]]:
    return list(zip(hands, start_locked(hands), strict=True))


def _sealed(_item: Item[Seal], hand: Hand, box: bytes) -> Struct:
    sitting = hand.sitting
    return Sealed(_text(box), sitting.paper, _ms(sitting.opens_at), _ms(hand.at))


def _begun(item: Item[Start], hand: Hand, before: str) -> Struct:
    sitting = hand.sitting
    return Begun(
        key=_text(paper_key(sitting)),
        digest=sitting.paper,
        deadline=_ms(sitting.deadline),
        now=_ms(hand.at),
        base=sitting.turn << TURN_BITS,
        moved=bool(before) and before != sitting.device,
        answers={
            no: (chosen, sitting.counters.get(no, 0)) for no, chosen in sitting.answers.items()
        },
        paper=Raw(paper_json(sitting.questions)) if item.asked.paper else UNSET,
    )


def _kept(_item: Item[Keep], hand: Hand, kept: Taken) -> Struct:
    sitting = hand.sitting
    return Kept(
        status=sitting.status,
        kept=kept.taken,
        apart=len(kept.apart),
        deadline=_ms(sitting.deadline),
        now=_ms(hand.at),
        here=not hand.device or hand.device == sitting.device,
    )


def _submitted(_item: Item[Submit], hand: Hand, kept: Taken, *, shown: frozenset[int]) -> Struct:
    sitting = hand.sitting
    answer = Submitted(
        status=sitting.status,
        submitted=_ms(sitting.submitted_at),
        released=sitting.pk in shown,
        receipt=reverse("assessments:receipt", args=[sitting.uid]),
        apart=len(kept.apart),
        now=_ms(hand.at),
    )
    if answer.released and sitting.score is not None:
        answer.score, answer.passed = f"{sitting.score:.1f}", sitting.passed
    return answer


def _note_troubles(items: Sequence[Item[Any]]) -> None:
    """What this process could not keep is on record before anybody's lateness is judged."""
    spans = troubles.past()
    if not spans:
        return
    at = max(item.at for item in items)
    for since, until in spans:
        record_outage(OutageKind.BUSY, since, until, at=at)
    transaction.on_commit(lambda: troubles.forget(spans))


def _ms(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1000) if moment else 0


def _moment(ms: int) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
