"""What is missing before a class can be closed, said exactly, with where to mend it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial

from django.db.models import Count, Q

from anlan.attendance.models import MarkKind
from anlan.attendance.risks import must_be_checked
from anlan.classes import queries
from anlan.classes.checks import Gap
from anlan.classes.models import Session, TrainingClass
from anlan.classes.results import Result, may_make_up, results_of
from anlan.classes.sittings import undecided_count
from anlan.courses.models import Mode
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.dates import date_text, local_date
from anlan.lib.masking import mask_name
from anlan.recordings.models import LiveStatus

RulesOn = Callable[[date], Rulebook]


def missing_evidence(
    klass: TrainingClass, *, at: datetime, results: Mapping[int, Result] | None = None
) -> list[Gap]:
    """Everything that keeps the class from being closed; empty when it may be.

    `results`: `results_of(klass)`, where the caller has asked for them already.
    """
    arrived = Count("register__marks", filter=Q(register__marks__kind=MarkKind.IN), distinct=True)
    going = Count("lives", filter=~Q(lives__status=LiveStatus.FINISHED), distinct=True)
    timetable = queries.sessions_of(klass).prefetch_related("recordings")
    sessions = list(timetable.annotate(arrived=arrived, going=going))
    rules_on = cache(partial(queries.rules_for, klass))
    found = list((results_of(klass) if results is None else results).values())
    return [
        *_people(found),
        *_sessions(sessions, rules_on, at),
        *_checks(sessions, rules_on(local_date(at))),
        *_trials(klass, found, rules_on(local_date(at))),
        *_surveys(klass, found, rules_on(klass.first_day or local_date(at))),
        *_changes(klass),
    ]


def _people(results: Sequence[Result]) -> Iterator[Gap]:
    if not results:
        yield Gap("roll", "班里没有学员。请先报名，或申请取消开班。")


def _sessions(sessions: Sequence[Session], rules_on: RulesOn, at: datetime) -> Iterator[Gap]:
    held = [s for s in sessions if s.register and s.register.ends_at <= at]
    if len(held) < len(sessions):
        last = _named(sessions[-1])
        yield Gap("timetable", f"还有 {len(sessions) - len(held)} 个半天没有上完，最后是{last}。")
    for session in held:
        if not session.arrived:  # type: ignore[attr-defined]
            text = f"{_named(session)}没有任何签到。请补交纸质签到表或申请变更。"
            yield Gap("attendance", text)
        if session.going:  # type: ignore[attr-defined]
            text = f"{_named(session)}的直播录像还没有结束归档，请先结束直播并稍等片刻。"
            yield Gap("recordings", text)
            continue
        rule = rules_on(session.day).ruling("class.recording_required")
        if rule.value and session.mode == Mode.OFFLINE and not session.recordings.all():
            yield Gap("recordings", f"{_named(session)}没有录像，请上传。", rule.clause)


def _checks(sessions: Sequence[Session], rules: Rulebook) -> Iterator[Gap]:
    """Phones changed more often than the rule lets pass: a person says that it is in order."""
    registers = [session.register for session in sessions if session.register]
    if waiting := must_be_checked(registers, rules=rules):
        clause = rules.ruling("attendance.device_free").clause
        text = f"有 {waiting} 条换用手机的签到还没有核对，请在签到屏上确认或划除。"
        yield Gap("checks", text, clause)


def _named(session: Session) -> str:
    return f"{date_text(session.day)}{session.get_half_display()}"


def _trials(klass: TrainingClass, results: Sequence[Result], rules: Rulebook) -> Iterator[Gap]:
    most = rules.whole("makeup.tries_max")
    untested = sum(1 for r in results if r.attended and not r.trials)
    pending = [r for r in results if r.pending]
    failed = [r for r in results if may_make_up(r, most)]
    if open_ones := undecided_count(klass):
        yield Gap("sittings", f"还有 {open_ones} 件答卷复核、申诉或成绩更正没有决定。")
    if untested:
        yield Gap("exams", f"{untested} 名学时达标的学员还没有安排结业考核。")
    if pending:
        yield Gap("exams", f"{_names(pending)}的考核还没有结束。")
    if failed:
        yield Gap("exams", f"{_names(failed)}考核未合格，请安排补考，或登记放弃补考的理由。")


def _surveys(klass: TrainingClass, results: Sequence[Result], rules: Rulebook) -> Iterator[Gap]:
    rule = rules.ruling("survey.share_min")
    if not rule.value:
        return
    people, answers = len(results), klass.surveys.count()
    if answers < float(rule.value) * people:
        yield Gap(
            "surveys",
            f"满意度评价收到 {answers}/{people} 份，"
            f"至少要 {float(rule.value):.0%}，请提醒学员评价。",
            rule.clause,
        )


def _changes(klass: TrainingClass) -> Iterator[Gap]:
    waiting = klass.changes.filter(status="asked").count()
    if waiting:
        yield Gap("changes", f"有 {waiting} 条变更申请还没有审批，请等待或撤回。")


def _names(results: list[Result]) -> str:
    names = "、".join(mask_name(r.enrolment.person.name) for r in results[:3])
    return names if len(results) <= 3 else f"{names}等 {len(results)} 人"
