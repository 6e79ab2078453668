"""Reads of sittings on a tablet of the class and on paper."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices

from anlan.assessments.models import (
    Item,
    ItemKind,
    PaperKeying,
    PaperSheet,
    Sitting,
    SittingStatus,
    TabletSitting,
)

# A tablet that nobody gave back opens nothing for longer than this after its sitting has ended.
AFTERWARDS = timedelta(minutes=30)
Answers = dict[str, list[int]]


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def tablet_by_key(key: str, *, at: datetime) -> TabletSitting | None:
    """The sitting that this tablet's cookie opens now; None for any other, and when it is over."""
    if not key:
        return None
    found = TabletSitting.objects.filter(key_hash=key_hash(key), ended_at__isnull=True)
    tablet = found.select_related("sitting__person__user", "checked_by").first()
    if tablet is None or at > (tablet.sitting.deadline or tablet.sitting.closes_at) + AFTERWARDS:
        return None
    return tablet


class PaperStep(TextChoices):
    """Where a paper stands; read from its row, stored nowhere."""

    PRINTED = "printed", "待收卷扫描"
    SCANNED = "scanned", "待第一人录入"
    KEYED = "keyed", "待第二人录入"
    DIFFERENT = "different", "两次录入不一致"
    SETTLED = "settled", "已评分"
    WITHDRAWN = "withdrawn", "已收回"


def paper_step(sheet: PaperSheet) -> PaperStep:
    """Needs the sheet's keyings; prefetch them for a list."""
    if sheet.withdrawn_at:
        return PaperStep.WITHDRAWN
    if sheet.settled_at:
        return PaperStep.SETTLED
    if sheet.scan_id is None:
        return PaperStep.PRINTED
    keyed = len(sheet.keyings.all())
    return (PaperStep.SCANNED, PaperStep.KEYED, PaperStep.DIFFERENT)[keyed]


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that two people read differently, as letters."""

    no: int
    first: str
    second: str


def differences(sheet: PaperSheet) -> list[Difference]:
    """What two keyings don't agree on; empty unless there are two."""
    keyings = list(sheet.keyings.all())
    if len(keyings) < 2:
        return []
    one, other = keyings
    return [
        Difference(no, _letters(one, no), _letters(other, no))
        for no in range(1, len(sheet.sitting.questions) + 1)
        if one.answers.get(str(no), []) != other.answers.get(str(no), [])
    ]


@dataclass(frozen=True, slots=True)
class Box:
    """One line of the answer sheet: how many boxes, and whether several may be ticked."""

    no: int
    kind: str
    letters: str
    many: bool


def answer_boxes(sitting: Sitting) -> list[Box]:
    """The answer sheet of a drawn paper, without a word of its questions."""
    ids = [question["item"] for question in sitting.questions]
    kinds = dict(Item.objects.filter(pk__in=ids).values_list("pk", "kind"))
    return [
        Box(
            no,
            ItemKind(kinds[question["item"]]).label,
            "ABCDEFGHIJ"[: len(question["order"])],
            kinds[question["item"]] == ItemKind.MULTIPLE,
        )
        for no, question in enumerate(sitting.questions, start=1)
    ]


def may_go_on_tablet(sitting: Sitting, *, at: datetime) -> bool:
    """Could be sat on a tablet of the class now?"""
    if sitting.status == SittingStatus.STARTED:
        return sitting.deadline is not None and at < sitting.deadline
    ready = sitting.status == SittingStatus.READY
    return ready and sitting.opens_at <= at < sitting.closes_at


def _letters(keying: PaperKeying, no: int) -> str:
    chosen: Sequence[int] = keying.answers.get(str(no), [])
    return "".join("ABCDEFGHIJ"[at] for at in chosen)
