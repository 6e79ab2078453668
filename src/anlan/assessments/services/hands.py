"""Requests of many people at once: who asks what of which sitting, read under one lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from anlan.assessments.models import Sitting, SittingStatus
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import TimeSource
from anlan.lib.dates import moment_text
from anlan.lib.prepared import Prepared
from anlan.lib.refusals import NotAllowed, Refused

_NEEDED = (
    "uid",
    "status",
    "industry",
    "owner",
    "composition",
    "weights",
    "minutes",
    "pass_mark",
    "opens_at",
    "closes_at",
    "avoid",
    "questions",
    "paper",
    "answers",
    "counters",
    "late",
    "started_at",
    "deadline",
    "submitted_at",
    "score",
    "passed",
    "device",
    "turn",
    "person__uid",
    "person__name",
    "person__id_number",
    "person__user",
)


class NotYours(Refused):
    """Nobody else's sitting is ever found."""

    status = 404

    def __init__(self) -> None:
        super().__init__("没有找到这场考试。", "请返回「我的考试」重新进入。")


@dataclass(frozen=True, slots=True)
class Save:
    """An answer as a phone sends it: `n` grows with every change of the question on that phone.

    `told_at` is the phone's clock when it was given.
    """

    no: int
    chosen: Sequence[int]
    n: int
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """One request of one person for one sitting. Two hands may hold the same sitting.

    `clock` is whose time `at` was read from; `vouched` says that staff has seen who it is.
    """

    sitting: Sitting
    by: User | None
    at: datetime
    device: str = ""
    saves: Sequence[Save] = ()
    clock: TimeSource = TimeSource.SERVER
    vouched: bool = False


def locked(uids: Iterable[UUID]) -> dict[UUID, Sitting]:
    """These sittings as they are now, held until the transaction ends (SQLite holds the file)."""
    return {sitting.uid: sitting for sitting in _rows.rows(set(uids))}


def _build() -> QuerySet[Sitting]:
    rows = Sitting.objects.select_for_update(of=("self",)).select_related("person")
    return rows.only(*_NEEDED).order_by("pk")


_rows = Prepared(_build, "uid")


def lock(sitting: Sitting) -> None:
    """Read the row as it is now and hold it."""
    sitting.refresh_from_db(from_queryset=Sitting.objects.select_for_update())


def refusal_to_start(sitting: Sitting, at: datetime) -> Refused | None:
    """Why the sitting can't be started now, in words."""
    if sitting.status != SittingStatus.READY:
        return refusal_to_go_on(sitting)
    if at < sitting.opens_at:
        words = f"考试还没有开始，{moment_text(sitting.opens_at)} 开放。"
        return NotAllowed(words, "请到时再来。")
    if at >= sitting.closes_at:
        words = f"这场考试已于 {moment_text(sitting.closes_at)} 截止。"
        return NotAllowed(words, "如需补考，请联系班主任。")
    return None


def refusal_to_go_on(sitting: Sitting) -> Refused | None:
    """Why nothing more can be written into the paper, in words."""
    if sitting.status == SittingStatus.STARTED:
        return None
    if sitting.status == SittingStatus.SUBMITTED and sitting.submitted_at:
        return NotAllowed(
            f"这份试卷已于 {moment_text(sitting.submitted_at)} 交卷，不能再改。",
            "请返回「我的考试」查看。",
        )
    if sitting.status == SittingStatus.READY:
        return NotAllowed("考试还没有开始。", "请先点「开始考试」。")
    label = SittingStatus(sitting.status).label
    return NotAllowed(f"这场考试{label}，不能作答。", "如需补考，请联系班主任。")
