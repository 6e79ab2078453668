"""隐患: what is open and overdue, how orders were kept this year, who acts next on each."""

from collections.abc import Sequence
from datetime import time, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from anlan.desks.enterprise_file.shape import Asked, Line, Section, Sign
from anlan.foundation.ui.formats import percent
from anlan.foundation.ui.parts import Todo
from anlan.hazards import policies
from anlan.hazards.models import Grade, Hazard, Status
from anlan.hazards.queries import standing
from anlan.hazards.queries.figures import Kept, Period
from anlan.hazards.states import OPEN
from anlan.lib.dates import at_shanghai

MOST_STEPS = 50
MOST_MAJOR = 2
REVISITS_AHEAD = timedelta(days=7)
VERBS = {
    Status.REPORTED: "受理隐患",
    Status.ACCEPTED: "指派整改",
    Status.ASSIGNED: "完成整改",
    Status.RECTIFIED: "复查整改",
    Status.CLOSED: "复访",
}
ACTS = {
    Status.REPORTED: "去受理",
    Status.ACCEPTED: "去指派",
    Status.ASSIGNED: "去整改",
    Status.RECTIFIED: "去复查",
    Status.CLOSED: "去复访",
}


def section(asked: Asked) -> Section:
    user, body, at = asked.user, asked.organization, asked.at
    begins = at_shanghai(asked.today.replace(month=1, day=1), time())
    period = Period(begins, at + timedelta(days=1), at)
    rows = list(standing.next_at(user, body, at + REVISITS_AHEAD)[:MOST_STEPS])
    read = [one for one in rows if one.status in OPEN] if len(rows) < MOST_STEPS else None
    found = standing.standing_of(user, body, period, read)
    ledger = reverse("hazards:ledger")
    return Section(
        "hazards",
        "隐患",
        [
            Line(
                "未销号",
                f"{found.open} 条",
                f"其中重大 {found.major} 条" if found.major else "",
                href=_behind(ledger, asked, "open") if found.open else "",
            ),
            Line(
                "已超期",
                f"{found.overdue} 条",
                tone="stop" if found.overdue else "",
                href=_behind(ledger, asked, "overdue") if found.overdue else "",
            ),
            _rate(found.year),
        ],
        steps=_steps(asked, rows),
        risks=_major(asked, found.major),
        signs=[
            Sign(
                f"未销号重大隐患 {found.major} 条" if found.major else "没有未销号的重大隐患",
                found.major > 0,
            ),
            Sign(
                f"超期隐患 {found.overdue} 条" if found.overdue else "没有超期隐患",
                found.overdue > 0,
            ),
        ],
        source="整改率：今年到期的整改里，按期完成、经他人复查且没有重新打开的所占比例。",
        href=reverse("hazards:report") if asked.own else "",
        act="上报隐患" if asked.own else "",
    )


def _behind(ledger: str, asked: Asked, state: str) -> str:
    words = {"state": state} if asked.own else {"state": state, "q": asked.organization.name}
    return f"{ledger}?{urlencode(words)}"


def _rate(year: Kept) -> Line:
    if year.rate is None:
        return Line("本年整改率", "—", "今年还没有到期的整改")
    return Line("本年整改率", percent(year.rate), f"{year.in_time} / {year.due} 条按期完成")


def _major(asked: Asked, count: int) -> list[Line]:
    if not count:
        return [Line("重大隐患", "没有未销号的")]
    rows = standing.open_major(asked.user, asked.organization)[:MOST_MAJOR]
    return [
        Line(
            "重大隐患",
            one.place,
            one.get_status_display(),
            "stop" if one.due_at and one.due_at < asked.at else "",
            reverse("hazards:hazard", args=[one.uid]),
        )
        for one in rows
    ]


def _steps(asked: Asked, rows: Sequence[Hazard]) -> list[Todo]:
    """The enterprise's for its officer, a major hazard's re-check and revisits for officials."""
    decides = policies.decides_in(asked.user, asked.organization.district)
    shown = [one for one in rows if decides or one.status != Status.CLOSED]
    return [_step(one, asked.own, decides) for one in shown]


def _step(one: Hazard, own: bool, decides: bool) -> Todo:
    status = Status(one.status)
    major = one.grade == Grade.MAJOR
    theirs = status == Status.CLOSED or (status == Status.RECTIFIED and major)
    act = ACTS[status] if (decides if theirs else own) else "查看"
    who = "由区县或市级办理" if theirs and own else ""
    note = " · ".join(filter(None, ["重大隐患" if major else "", one.what[:40], who]))
    return Todo(
        f"{VERBS[status]}：{one.place}",
        reverse("hazards:hazard", args=[one.uid]),
        act,
        note,
        one.due_at,
    )
