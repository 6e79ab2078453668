"""Where a class stands in its life, who acts next, where a gap is mended."""

from datetime import datetime

from django.urls import reverse

from anlan.classes.checks import Gap
from anlan.classes.models import Status, TrainingClass
from anlan.classes.states import SHOWN_AS_STEPS
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.ui.formats import cn_day
from anlan.foundation.ui.parts import Step, StepState

_MENDED_AT = {
    "timetable": "classes:timetable",
    "project": "classes:edit",
    "quota": "classes:edit",
}
_BROUGHT_AT = {
    "roll": "classes:roll",
    "attendance": "classes:files",
    "checks": "classes:roll",
    "leave": "classes:hours",
    "recordings": "classes:files",
    "exams": "classes:exams",
    "sittings": "classes:class_reviews",
}


def steps_of(klass: TrainingClass) -> list[Step]:
    """The stations of a class; a returned one stands at the first again, a cancelled one stops."""
    now = _reached(klass)
    since = {
        Status.DRAFT: klass.created_at,
        Status.SUBMITTED: klass.submitted_at,
        Status.APPROVED: klass.approved_at,
        Status.RUNNING: klass.started_at,
        Status.CLOSED: klass.closed_at,
    }
    return [
        Step(
            _label(klass, status, n == now), _state(klass, n, now), _note(since.get(status), n, now)
        )
        for n, status in enumerate(SHOWN_AS_STEPS)
    ]


def next_actor(klass: TrainingClass, gaps: list[Gap]) -> str:
    """Who acts next and what they do, in one sentence."""
    manager = klass.manager.name
    said = {
        Status.DRAFT: f"由班主任{manager}填写并提交。",
        Status.RETURNED: f"由班主任{manager}按退回意见修改后重新提交。",
        Status.SUBMITTED: f"由{code_name(System.GB_T_2260, klass.district)}经办审核。",
        Status.REVIEWED: "由市级监管员审批。",
        Status.APPROVED: "由企业报名；第一次签到后自动开班。",
        Status.RUNNING: f"由班主任{manager}{'补齐下列事项后' if gaps else '办理'}结班。",
        Status.CLOSED: "没有待办。结班后自动封存。",
        Status.CANCELLED: "没有待办。这个班已取消。",
    }
    return said[Status(klass.status)]


def mended_at(klass: TrainingClass, gap: Gap) -> str:
    """The page on which a gap is mended; empty when it is this one or only time mends it."""
    if gap.where == "changes":
        return "#changes"
    places = _MENDED_AT if klass.status in (Status.DRAFT, Status.RETURNED) else _BROUGHT_AT
    name = places.get(gap.where)
    return reverse(name, args=[klass.uid]) if name else ""


def _reached(klass: TrainingClass) -> int:
    if klass.status == Status.RETURNED:
        return 0
    if klass.status == Status.CANCELLED:
        moments = [klass.submitted_at, klass.approved_at, klass.started_at]
        stations = [Status.SUBMITTED, Status.APPROVED, Status.RUNNING]
        passed = [s for s, at in zip(stations, moments, strict=True) if at]
        return SHOWN_AS_STEPS.index(passed[-1]) if passed else 0
    return SHOWN_AS_STEPS.index(Status(klass.status))


def _label(klass: TrainingClass, status: Status, here: bool) -> str:
    if here and klass.status in (Status.RETURNED, Status.CANCELLED):
        return Status(klass.status).label
    return str(status.label)


def _state(klass: TrainingClass, n: int, now: int) -> StepState:
    if n < now or klass.status == Status.CLOSED:
        return "done"
    if n > now:
        return "todo"
    return "stop" if klass.status == Status.CANCELLED else "now"


def _note(at: datetime | None, n: int, now: int) -> str:
    return cn_day(at) if at and n <= now else ""
