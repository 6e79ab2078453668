"""Visits and walks as a screen shows them: tones, clocks, steps, whose turn it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.ui.formats import cn_day, due_words
from anlan.foundation.ui.parts import Step
from anlan.hazards.models import Hazard
from anlan.hazards.models import Status as HazardStatus
from anlan.hazards.shown import TONES as HAZARD_TONES
from anlan.visits import policies
from anlan.visits.models import Answer, Checklist, Inspection, Item, Outcome, Status, Visit
from anlan.visits.queries.checklists import industry_word, items_of, risk_word
from anlan.visits.queries.inspections import answers_of
from anlan.visits.states import BEFORE

TONES = {
    Status.REQUESTED: "warn",
    Status.ASSIGNED: "wait",
    Status.PROPOSED: "warn",
    Status.BOOKED: "run",
    Status.RUNNING: "run",
    Status.VISITED: "wait",
    Status.SIGNED: "warn",
    Status.CONTESTED: "warn",
    Status.RECEIVED: "run",
    Status.CONCLUDED: "ok",
    Status.CANCELLED: "idle",
}
OUTCOME_TONES = {
    Outcome.MET: "ok",
    Outcome.WANTING: "stop",
    Outcome.ADVICE: "warn",
    Outcome.ABSENT: "idle",
}
STATIONS = ("申请", "派专家", "约时间", "现场诊疗", "报告签发", "企业签收", "整改办结")
# Stations that are done in each state.
DONE = {
    Status.REQUESTED: 1,
    Status.ASSIGNED: 2,
    Status.PROPOSED: 2,
    Status.BOOKED: 3,
    Status.RUNNING: 3,
    Status.VISITED: 4,
    Status.SIGNED: 5,
    Status.CONTESTED: 5,
    Status.RECEIVED: 6,
    Status.CONCLUDED: 7,
}
COUNTS = {
    "ppe": ("规范佩戴人数", "应佩戴人数", "人"),
    "mechanisation": ("机械化工序数", "工序总数", "道"),
}


@dataclass(frozen=True)
class Line:
    """One row of a list of visits."""

    item: Visit
    tone: str
    words: str
    clock: str
    industry: str
    place: str


def lines(visits: Iterable[Visit], now: datetime) -> list[Line]:
    return [_line(one, now) for one in visits]


def _line(visit: Visit, now: datetime) -> Line:
    words, clock = clock_of(visit, now)
    return Line(
        visit,
        TONES[Status(visit.status)],
        words,
        clock,
        industry_word(visit.industry),
        code_name(System.GB_T_2260, visit.district),
    )


def clock_of(visit: Visit, now: datetime) -> tuple[str, str]:
    """Words and tone of the clock; an appointment and a revisit are quiet until they are due."""
    if visit.status == Status.BOOKED and visit.booked_at and visit.booked_at > now:
        return f"{cn_day(visit.booked_at)}上门", ""
    if visit.due_at is None:
        return "", ""
    if visit.status == Status.RECEIVED and visit.due_at > now:
        return f"{cn_day(visit.revisit_on)}前回访", ""
    return due_words(visit.due_at, now)


def steps_of(visit: Visit) -> list[Step]:
    if visit.status == Status.CANCELLED:
        return [Step("申请", "done", cn_day(visit.requested_at)), Step("已取消", "stop")]
    done = DONE[Status(visit.status)]
    dates = {0: visit.requested_at, 3: visit.ended_at, 4: visit.signed_at, 5: visit.received_at}
    return [
        Step(
            "安排" if n == 0 and visit.is_ordered else label,
            "done" if n < done else "now" if n == done else "todo",
            cn_day(dates.get(n)) if n < done and dates.get(n) else "",
        )
        for n, label in enumerate(STATIONS)
    ]


@dataclass(frozen=True)
class Acts:
    """Which acts stand open to the person looking."""

    assign: bool = False
    propose: bool = False
    choose: bool = False
    move: bool = False
    cancel: bool = False
    begin: bool = False
    walk: bool = False
    sign: bool = False
    receive: bool = False
    conclude: bool = False
    revisit: bool = False


def acts_open_to(user: User, visit: Visit, *, revisited: bool) -> Acts:
    status = Status(visit.status)
    expert = policies.is_its_expert(user, visit)
    officer = policies.chooses(user, visit) and not expert
    arranges = policies.arranges(user, visit)
    return Acts(
        assign=arranges and status in BEFORE,
        propose=expert and status == Status.ASSIGNED,
        choose=officer and status == Status.PROPOSED,
        move=status == Status.BOOKED and (expert or officer or arranges),
        cancel=(status in BEFORE and (expert or officer or arranges))
        or (status == Status.RUNNING and (expert or arranges)),
        begin=expert and status == Status.BOOKED,
        walk=expert and status == Status.RUNNING,
        sign=expert and status in (Status.VISITED, Status.CONTESTED),
        receive=officer and status == Status.SIGNED,
        conclude=status == Status.RECEIVED and (expert or arranges),
        revisit=status in (Status.RECEIVED, Status.CONCLUDED)
        and (expert or arranges)
        and not revisited,
    )


def whose_turn(visit: Visit) -> str:
    """Who acts next, in a sentence for everybody else."""
    return {
        Status.REQUESTED: "等区县或市级人员派专家。",
        Status.ASSIGNED: "等专家提出三个时间。",
        Status.PROPOSED: "等企业选一个时间。",
        Status.BOOKED: "等专家按约定时间上门。",
        Status.RUNNING: "专家正在现场逐项检查。",
        Status.VISITED: "等专家签发报告。",
        Status.SIGNED: "等企业签收报告。",
        Status.CONTESTED: "等专家答复企业的异议，改好后重新签发。",
        Status.RECEIVED: "不合格项按隐患整改，全部销号后办结。",
        Status.CONCLUDED: "已办结，没有待办。",
        Status.CANCELLED: "这次诊疗已取消。",
    }[Status(visit.status)]


@dataclass(frozen=True)
class Question:
    """One item on the phone. `known`: an earlier walk's open hazard; `counts`: what to count."""

    item: Item
    risk: str
    known: Hazard | None
    was_wanting: bool
    counts: tuple[str, str, str] | None


@dataclass
class Section:
    name: str
    questions: list[Question] = field(default_factory=list)


def sections(
    lists: Sequence[Checklist], known: dict[str, Hazard], wanting: frozenset[str] = frozenset()
) -> list[Section]:
    """The items under their headings, in the order in which they are walked."""
    found: list[Section] = []
    for item in items_of(lists):
        if not found or found[-1].name != item.section:
            found.append(Section(item.section))
        found[-1].questions.append(
            Question(
                item,
                risk_word(item.risk),
                known.get(item.key),
                item.key in wanting,
                COUNTS.get(item.measure),
            )
        )
    return found


@dataclass(frozen=True)
class Finding:
    """What was found wanting or advised, with how its hazard stands."""

    answer: Answer
    tone: str
    state: str
    state_tone: str


@dataclass(frozen=True)
class Sums:
    met: int
    wanting: int
    advice: int
    absent: int

    @property
    def asked(self) -> int:
        return self.met + self.wanting + self.advice


def sums_of(answers: Sequence[Answer]) -> Sums:
    return Sums(**{str(o): sum(one.outcome == o for one in answers) for o in Outcome})


def findings(answers: Sequence[Answer]) -> list[Finding]:
    """What needs doing first: wanting by weight, then advice."""
    told = [one for one in answers if one.outcome in (Outcome.WANTING, Outcome.ADVICE)]
    told.sort(key=lambda one: (one.outcome != Outcome.WANTING, -one.item.weight, one.pk))
    return [
        Finding(
            one,
            OUTCOME_TONES[Outcome(one.outcome)],
            str(one.hazard.get_status_display()) if one.hazard else "",
            HAZARD_TONES[HazardStatus(one.hazard.status)] if one.hazard else "",
        )
        for one in told
    ]


def report_of(inspection: Inspection | None) -> dict[str, object]:
    """What a page says about a walk."""
    if inspection is None:
        return {}
    answers = list(answers_of(inspection))
    return {
        "answers": [(one, OUTCOME_TONES[Outcome(one.outcome)]) for one in answers],
        "findings": findings(answers),
        "sums": sums_of(answers),
        "measures": [
            (*COUNTS[one.key], one.get_key_display(), one) for one in inspection.measures.all()
        ],
    }
