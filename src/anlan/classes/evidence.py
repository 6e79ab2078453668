"""What is missing before a class can be closed, said exactly, with where to mend it."""

from collections.abc import Iterator
from datetime import datetime

from anlan.attendance.models import MarkKind
from anlan.classes import queries
from anlan.classes.checks import Gap
from anlan.classes.models import Session, TrainingClass
from anlan.classes.results import may_make_up, results_of
from anlan.courses.models import Mode
from anlan.lib.dates import date_text, local_date
from anlan.lib.masking import mask_name


def missing_evidence(klass: TrainingClass, *, at: datetime) -> list[Gap]:
    """Everything that keeps the class from being closed; empty when it may be."""
    sessions = list(queries.sessions_of(klass).prefetch_related("recordings"))
    return [
        *_people(klass),
        *_sessions(klass, sessions, at),
        *_trials(klass, at),
        *_changes(klass),
    ]


def _people(klass: TrainingClass) -> Iterator[Gap]:
    if not queries.seats_taken(klass):
        yield Gap("roll", "班里没有学员。请先报名，或申请取消开班。")


def _sessions(klass: TrainingClass, sessions: list[Session], at: datetime) -> Iterator[Gap]:
    for session in sessions:
        name = f"{date_text(session.day)}{session.get_half_display()}"
        register = session.register
        if register is None or at < register.ends_at:
            yield Gap("timetable", f"{name}的课还没有上完。")
            continue
        ins = register.marks.filter(kind=MarkKind.IN).count()
        if not ins:
            yield Gap("attendance", f"{name}没有任何签到。请补交纸质签到表或申请变更。")
        rule = queries.rules_for(klass, session.day).ruling("class.recording_required")
        if rule.value and session.mode == Mode.OFFLINE and not session.recordings.all():
            yield Gap("recordings", f"{name}没有录像，请上传。", rule.clause)


def _trials(klass: TrainingClass, at: datetime) -> Iterator[Gap]:
    results = list(results_of(klass).values())
    most = queries.rules_for(klass, local_date(at)).whole("makeup.tries_max")
    untested = sum(1 for r in results if r.attended and not r.trials)
    pending = [r for r in results if r.pending]
    failed = [r for r in results if may_make_up(r, most)]
    if untested:
        yield Gap("exams", f"{untested} 名学时达标的学员还没有安排结业考核。")
    if pending:
        yield Gap("exams", f"{_names(pending)}的考核还没有结束。")
    if failed:
        yield Gap("exams", f"{_names(failed)}考核未合格，请安排补考，或登记放弃补考的理由。")


def _changes(klass: TrainingClass) -> Iterator[Gap]:
    waiting = klass.changes.filter(status="asked").count()
    if waiting:
        yield Gap("changes", f"有 {waiting} 条变更申请还没有审批，请等待或撤回。")


def _names(results: list) -> str:  # type: ignore[type-arg]
    names = "、".join(mask_name(r.enrolment.person.name) for r in results[:3])
    return names if len(results) <= 3 else f"{names}等 {len(results)} 人"
