"""Hazards and tips as a screen shows them: tones, clocks, steps, whose turn it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.ui.formats import cn_day, due_words
from anlan.foundation.ui.parts import Step
from anlan.hazards import policies
from anlan.hazards.models import Grade, Hazard, Rectification, Status, Tip, TipStatus
from anlan.hazards.services import rectifying
from anlan.hazards.states import TIP_OPEN

TONES = {
    Status.REPORTED: "warn",
    Status.DECLINED: "idle",
    Status.ACCEPTED: "warn",
    Status.ASSIGNED: "run",
    Status.RECTIFIED: "wait",
    Status.CLOSED: "ok",
}
TIP_TONES = {
    TipStatus.RECEIVED: "warn",
    TipStatus.VERIFYING: "run",
    TipStatus.CONFIRMED: "warn",
    TipStatus.UNFOUNDED: "idle",
    TipStatus.DISMISSED: "idle",
}
STATIONS = (
    (Status.REPORTED, "上报"),
    (Status.ACCEPTED, "受理"),
    (Status.ASSIGNED, "指派整改"),
    (Status.RECTIFIED, "提交整改"),
    (Status.CLOSED, "复查销号"),
)
# What has been done when a hazard stands in a state: the station before the next one to come.
DONE = {
    Status.REPORTED: 1,
    Status.ACCEPTED: 2,
    Status.ASSIGNED: 3,
    Status.RECTIFIED: 4,
    Status.CLOSED: 5,
}


@dataclass(frozen=True)
class Line:
    """One row of a list; `words` and `clock` are those of the step's clock while it runs."""

    item: Hazard
    tone: str
    words: str
    clock: str
    risk: str
    place: str


def lines(hazards: Iterable[Hazard], now: datetime) -> list[Line]:
    return [_line(one, now) for one in hazards]


def _line(hazard: Hazard, now: datetime) -> Line:
    words, clock = clock_of(hazard, now)
    return Line(
        hazard,
        TONES[Status(hazard.status)],
        words,
        clock,
        risk_name(hazard),
        code_name(System.GB_T_2260, hazard.district),
    )


def risk_name(hazard: Hazard) -> str:
    return code_name(hazard.risk_system, hazard.risk)


def clock_of(hazard: Hazard, now: datetime) -> tuple[str, str]:
    """Words and tone of the clock; a revisit's is quiet until it is due."""
    if hazard.due_at is None:
        return "", ""
    if hazard.status == Status.CLOSED and hazard.due_at > now:
        return f"{cn_day(hazard.due_at)}复访", ""
    return due_words(hazard.due_at, now)


def tip_clock(tip: Tip, now: datetime) -> tuple[str, str]:
    return due_words(tip.due_at, now) if tip.status in TIP_OPEN else ("", "")


def steps_of(hazard: Hazard) -> list[Step]:
    """What is done, and the one that comes next."""
    if hazard.status == Status.DECLINED:
        return [Step("上报", "done", cn_day(hazard.reported_at)), Step("不予受理", "stop")]
    done = DONE[Status(hazard.status)]
    last = [Step("复访", "done" if hazard.revisited_at else "now" if done == 5 else "todo")]
    found = [
        Step(
            label,
            "done" if n < done else "now" if n == done else "todo",
            cn_day(hazard.reported_at) if n == 0 else "",
        )
        for n, (_, label) in enumerate(STATIONS)
    ]
    return found + last


@dataclass(frozen=True)
class Acts:
    """Which acts stand open to the person looking, at this moment."""

    accept: bool = False
    decline: bool = False
    assign: bool = False
    reassign: bool = False
    rectify: bool = False
    recheck: bool = False
    revisit: bool = False
    reopen: bool = False

    @property
    def any(self) -> bool:
        return any((self.accept, self.assign, self.rectify, self.recheck, self.revisit))


def acts_open_to(user: User, hazard: Hazard, order: Rectification | None, now: datetime) -> Acts:
    status = hazard.status
    handles = policies.may_handle(user, hazard)
    over = status in (Status.CLOSED, Status.DECLINED)
    return Acts(
        accept=status == Status.REPORTED and handles,
        decline=status == Status.REPORTED and policies.may_decline(user, hazard),
        assign=status == Status.ACCEPTED and handles,
        reassign=status == Status.ASSIGNED and order is not None and handles,
        rectify=status == Status.ASSIGNED
        and order is not None
        and rectifying.may_rectify(user, hazard, order),
        recheck=status == Status.RECTIFIED
        and order is not None
        and rectifying.may_recheck(user, hazard, order, at=now),
        revisit=status == Status.CLOSED
        and hazard.revisited_at is None
        and policies.may_revisit(user, hazard),
        reopen=over and policies.may_reopen(user, hazard),
    )


def whose_turn(hazard: Hazard, order: Rectification | None) -> str:
    """Who acts next, in a sentence for everybody else."""
    major = hazard.grade == Grade.MAJOR
    if hazard.status == Status.ASSIGNED:
        return "等责任人整改，整改后提交照片和说明。"
    if hazard.status == Status.RECTIFIED:
        return "等区县或市级人员复查。" if major else "等整改人和责任人以外的人复查。"
    if hazard.status == Status.CLOSED:
        return "已复访，没有待办。" if hazard.revisited_at else "已销号，等区县到期复访。"
    return {
        Status.REPORTED: "等企业安全员受理。",
        Status.ACCEPTED: "等企业安全员指派责任人。",
        Status.DECLINED: "没有受理。仍认为是隐患的，可以写明理由重新打开。",
    }[Status(hazard.status)]
