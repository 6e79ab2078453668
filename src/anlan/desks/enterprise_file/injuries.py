"""工伤: by severity and year, days since the last one, which clocks run, what to apply for."""

from collections import Counter
from datetime import time
from typing import TypeVar

from django.db.models import QuerySet
from django.urls import reverse

from anlan.desks.enterprise_file.shape import Asked, Line, Section, Sign, Table
from anlan.foundation.accounts.models import Role
from anlan.foundation.accounts.queries import reach
from anlan.foundation.codes import queries as codes
from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.foundation.ui.formats import cn_date, cn_day
from anlan.foundation.ui.parts import Todo
from anlan.injuries.clocks import Terms
from anlan.injuries.models import Appraisal, Case, Recognition, RecognitionStatus
from anlan.injuries.queries import standing
from anlan.injuries.queries.cases import visible_to
from anlan.injuries.queries.standing import Clocks, Record
from anlan.lib.dates import at_shanghai

R = TypeVar("R", Recognition, Appraisal)
LAST_MINUTE = time(23, 59)
MOST_STEPS = 50
MOST_TYPES = 3
DECISIONS = {
    RecognitionStatus.APPLIED: "决定是否受理认定申请",
    RecognitionStatus.PAPERS_HERE: "材料已补齐，决定是否受理认定申请",
    RecognitionStatus.ACCEPTED: "作出认定决定",
}


def section(asked: Asked) -> Section:
    rows = visible_to(asked.user).filter(organization=asked.organization)
    record = standing.record_of(rows, asked.years)
    recognitions, deciding = _running(
        asked, standing.running_recognitions(asked.user).filter(case__in=rows)
    )
    appraisals, grading = _running(
        asked, standing.running_appraisals(asked.user).filter(case__in=rows)
    )
    terms = Terms.of(rulebook_at_hand(asked.today))
    waiting = standing.unapplied(asked.user, asked.organization, on=asked.today, terms=terms)
    last = record.last
    days = (asked.today - last).days if last else None
    return Section(
        "injuries",
        "工伤",
        [
            Line(
                "距上一起",
                f"{days} 天" if days is not None else "没有记录",
                cn_date(last) if last else "",
            ),
            _clocks(deciding, grading),
        ],
        table=_table(record.years),
        steps=[
            *(_to_apply(one, terms) for one in waiting[:MOST_STEPS]),
            *_decisions(asked, recognitions, appraisals),
        ],
        risks=[_types(record)],
        signs=_signs(record.years),
        source="按受伤日期；上下班途中、突发疾病和职业病另计，不进入前几列。",
        href=reverse("injuries:report") if asked.own else "",
        act="报一起快报" if asked.own else "",
    )


def _running(asked: Asked, rows: QuerySet[R]) -> tuple[list[R], Clocks]:
    """The first of them, and the clocks of all; asked for only where more run than are read."""
    read = list(rows[:MOST_STEPS])
    if len(read) < MOST_STEPS:
        return read, standing.clocks_among(read, on=asked.today)
    return read, standing.clocks_of(rows, on=asked.today)


def _clocks(recognitions: Clocks, appraisals: Clocks) -> Line:
    late = recognitions.late + appraisals.late
    if not recognitions.running and not appraisals.running:
        return Line("在办认定、鉴定", "没有")
    stands = recognitions.standing
    notes = [f"逾期 {late} 件" if late else "", f"停表 {stands} 件" if stands else ""]
    told = f"认定 {recognitions.running} 件，鉴定 {appraisals.running} 件"
    return Line("在办认定、鉴定", told, "，".join(filter(None, notes)), "stop" if late else "")


def _table(years: list[standing.YearCount]) -> Table:
    return Table(
        "近三年工伤人数",
        ("年份", "死亡", "重伤", "轻伤", "未说明", "另计"),
        [
            [f"{y.year}", *map(str, (y.death, y.serious, y.minor, y.unknown, y.apart))]
            for y in years
        ],
    )


def _signs(years: list[standing.YearCount]) -> list[Sign]:
    grave = standing.grave(years)
    now, before = years[0].all, years[1].all
    return [
        Sign(f"近三年重伤、死亡 {grave} 人" if grave else "近三年没有重伤、死亡", grave > 0),
        Sign(
            f"今年工伤 {now} 人，去年全年 {before} 人" if now > before else "今年工伤没有超过去年",
            now > before,
        ),
    ]


def _types(record: Record) -> Line:
    """What hurt people here, by the name in the list of the day."""
    counted: Counter[str] = Counter()
    for (day, code), n in record.types.items():
        counted[codes.code_name(codes.accident_type_system(day), code, day)] += n
    common = [f"{name} {n}" for name, n in counted.most_common(MOST_TYPES)]
    return Line(
        "近三年伤害类型", "、".join(common) or "没有记录", "人数；只计已编码的" if common else ""
    )


def _to_apply(case: Case, terms: Terms) -> Todo:
    return Todo(
        f"申请工伤认定：{cn_day(case.injured_on)}受伤",
        reverse("injuries:case", args=[case.uid]),
        "查看案件",
        f"{case.place or '地点未说明'} · {case.get_severity_display()} · "
        f"单位应在受伤后 {terms.employer} 日内申请",
        at_shanghai(standing.apply_by(case, terms), LAST_MINUTE),
    )


def _decisions(asked: Asked, open_ones: list[Recognition], grading: list[Appraisal]) -> list[Todo]:
    """What the authority owes; the enterprise has only the missing papers to bring."""
    papers = [
        _todo(one, "补正工伤认定材料", "查看案件", "材料补齐以后才开始计时")
        for one in open_ones
        if one.status == RecognitionStatus.PAPERS_ASKED
    ]
    if not reach(asked.user).has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL):
        return papers
    decides = [
        _todo(one, DECISIONS[RecognitionStatus(one.status)], "去办理")
        for one in open_ones
        if one.status in DECISIONS
    ]
    return [*papers, *decides, *(_todo(one, "作出劳动能力鉴定结论", "去办理") for one in grading)]


def _todo(one: Recognition | Appraisal, title: str, act: str, note: str = "") -> Todo:
    return Todo(
        f"{title}：{cn_day(one.case.injured_on)}受伤",
        reverse("injuries:case", args=[one.case.uid]),
        act,
        note or one.case.place,
        at_shanghai(one.due_on, LAST_MINUTE) if one.due_on else None,
    )
