"""Trainers and examiners: today's lessons, practical checks that wait, what comes."""

from datetime import datetime

from django.urls import reverse

from anlan.classes.models import Session, TrainingClass
from anlan.desks.queries import AHEAD, classes_to_examine, lessons_of
from anlan.desks.shape import SHOWN, Coming, Desk, Figure
from anlan.desks.sittings import sittings_waiting
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ui.formats import cn_time
from anlan.foundation.ui.parts import Todo
from anlan.lib.dates import local_date


def desk_of(user: User, at: datetime) -> Desk:
    """A trainer sees own lessons, an examiner the checks of the provider's classes."""
    today = local_date(at)
    lessons = list(lessons_of(user, today, today + AHEAD))
    checks = list(classes_to_examine(user))
    todos = [
        *(_lesson(one) for one in lessons if one.day == today),
        *(_check(klass) for klass in checks),
        *(sittings_waiting(user) if reach(user).has(Role.EXAMINER) else []),
    ]
    return Desk(
        todos=todos[:SHOWN],
        figures=_figures(lessons, checks, reach(user).has(Role.EXAMINER)),
        quiet="今天没有要上的课，也没有等您打分的实操。",
        waiting=len(todos),
        coming=[_coming(one) for one in lessons if one.day > today][:SHOWN],
        coming_title="未来两周您的课",
        coming_empty="未来两周没有安排给您的课。",
    )


def _lesson(session: Session) -> Todo:
    begins = session.register.starts_at if session.register else None
    return Todo(
        f"今天{session.get_half_display()}：{session.topic}",
        reverse("classes:door", args=[session.uid]),
        "投屏签到",
        f"{session.klass.title} · {session.place}",
        begins,
        f"{cn_time(begins)} 开课",
    )


def _unmarked(klass: TrainingClass) -> int:
    count: int = klass.unmarked  # type: ignore[attr-defined]
    return count


def _check(klass: TrainingClass) -> Todo:
    return Todo(
        f"实操考核：{klass.title}",
        reverse("classes:examiner"),
        "去打分",
        f"{_unmarked(klass)} 人等待打分",
    )


def _coming(session: Session) -> Coming:
    return Coming(session, reverse("classes:record", args=[session.klass.uid]))


def _figures(lessons: list[Session], checks: list[TrainingClass], examines: bool) -> list[Figure]:
    hours = sum(session.hours for session in lessons)
    figures = [
        Figure("未来两周", len(lessons), reverse("classes:list"), "您的课", "场"),
        Figure("学时", hours, note="未来两周合计", unit="学时"),
    ]
    if examines:
        unmarked = sum(map(_unmarked, checks))
        figures.append(Figure("待打分实操", unmarked, reverse("classes:examiner"), unit="人"))
    return figures
