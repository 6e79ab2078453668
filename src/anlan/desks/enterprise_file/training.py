"""培训: who must be trained by which day, whose certificate runs out, how many were trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db.models import Count
from django.urls import reverse

from anlan.desks import queries
from anlan.desks.enterprise import booking_todos, roster_todos
from anlan.desks.enterprise_file.shape import Asked, Line, Section, Sign, Table
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.foundation.ui.formats import cn_date
from anlan.foundation.ui.parts import Todo
from anlan.identity.queries import roster_of
from anlan.insights.queries import present
from anlan.lib.dates import at_shanghai
from anlan.lib.masking import mask_name

MOST_PEOPLE = 6
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Due:
    """Somebody who must be trained, until when, and whether a class already has them."""

    name: str
    role: str
    valid_until: date | None
    by: date
    booked: bool


def section(asked: Asked) -> Section:
    body, year = asked.organization, asked.today.year
    came = present(queries.classes_of_year(body, year)).filter(organization=body)
    trained = came.aggregate(n=Count("person", distinct=True))["n"]
    workers = roster_of(body).count()
    must = queries.must_be_trained(body)
    dues = _due(asked, must)
    late = [one for one in dues if one.by < asked.today and not one.booked]
    roster = reverse("identity:roster", args=[body.uid])
    return Section(
        "training",
        "培训",
        [
            Line("花名册在职", f"{workers:,} 人", href=roster),
            Line("本年度参训", f"{trained:,} 人", "到场至少一次，同一人只计一次"),
            Line(
                "应训岗位", f"{len(must):,} 人", f"证明有效 {len(must) - _without(must, asked)} 人"
            ),
        ],
        table=_table(asked, dues),
        steps=_steps(asked, dues),
        signs=[
            Sign(
                f"应训未训、证明过期 {len(late)} 人" if late else "没有逾期未训的人",
                bool(late),
            )
        ],
        source="应训岗位：本行业大纲列出的岗位；到岗、到期的天数由规则定。",
        href=reverse("desks:progress") if asked.own else "",
        act="培训进度" if asked.own else "",
    )


def _without(must: Sequence[queries.Post], asked: Asked) -> int:
    return sum(1 for one in must if not one.valid_until or one.valid_until < asked.today)


def _due(asked: Asked, must: Sequence[queries.Post]) -> list[Due]:
    """Those without a certificate that outlasts the reminder, the nearest day first."""
    book = rulebook_at_hand(asked.today, scope=asked.organization.key_industry)
    first = timedelta(days=book.whole("training.first_days"))
    remind = asked.today + timedelta(days=book.whole("training.remind_days"))
    found = [
        Due(
            one.name,
            one.role,
            one.valid_until,
            one.valid_until or one.since + first,
            one.booked,
        )
        for one in must
        if one.valid_until is None or one.valid_until <= remind
    ]
    return sorted(found, key=lambda due: (due.by, due.name))


def _table(asked: Asked, dues: Sequence[Due]) -> Table | None:
    if not dues:
        return None
    shown = dues[:MOST_PEOPLE]
    rest = f"，共 {len(dues)} 人，列出最急的 {MOST_PEOPLE} 人" if len(dues) > MOST_PEOPLE else ""
    return Table(
        f"谁该参训{rest}",
        ("姓名", "岗位", "现状", "最迟"),
        [
            [
                one.name if asked.own else mask_name(one.name),
                code_name(System.OCCUPATION_ROLE, one.role),
                _state(one, asked.today),
                f"{one.by:%Y-%m-%d}",
            ]
            for one in shown
        ],
        figures=False,
    )


def _state(one: Due, today: date) -> str:
    if one.booked:
        return "已报名"
    if one.valid_until is None:
        return "没有合格证明"
    return "证明已过期" if one.valid_until < today else "证明将到期"


def _steps(asked: Asked, dues: Sequence[Due]) -> list[Todo]:
    """One for the first training, one for the certificates; the enterprise's own lists besides."""
    open_ones = [one for one in dues if not one.booked]
    new = [one for one in open_ones if one.valid_until is None]
    again = [one for one in open_ones if one.valid_until is not None]
    steps = [
        _step(asked, f"安排 {len(found)} 人{what}", found)
        for what, found in (("首次参训", new), ("复训，合格证明到期", again))
        if found
    ]
    if not asked.own:
        return steps
    return [*steps, *booking_todos(asked.organization), *roster_todos(asked.organization)]


def _step(asked: Asked, title: str, dues: Sequence[Due]) -> Todo:
    posts = sorted({code_name(System.OCCUPATION_ROLE, one.role) for one in dues})
    first = dues[0].by
    own = reverse("bookings:browse")
    roster = reverse("identity:roster", args=[asked.organization.uid])
    return Todo(
        title,
        own if asked.own else roster,
        "预约培训" if asked.own else "看花名册",
        f"{'、'.join(posts)} · 最早 {cn_date(first)}",
        at_shanghai(first, LAST_MINUTE),
    )
