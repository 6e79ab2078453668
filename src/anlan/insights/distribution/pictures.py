"""Counts and rates as pictures whose titles say what is found."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from django.urls import reverse

from anlan.foundation.codes import queries as codes
from anlan.foundation.ui.charts import Chart, Point
from anlan.insights.distribution.counting import HIDDEN, Cell, Counter, List
from anlan.insights.distribution.dimensions import DIMENSIONS, NOT_SAID, SPLIT, Group
from anlan.insights.distribution.rating import Line
from anlan.insights.distribution.words import period_text
from anlan.methods.rates import share_limits

NOTHING = "没有符合条件的案件"
TOP = 10


def records_url(counter: Counter, **picks: str) -> str:
    """The cases behind a count."""
    return records_base(counter, *picks) + "".join(f"&{k}={quote(v)}" for k, v in picks.items())


def records_base(counter: Counter, *names: str) -> str:
    """The same without these conditions, to be added: a large table has a thousand of them."""
    said = {k: v for k, v in counter.question.plain().items() if k not in names}
    return f"{reverse('insights:injury_cases')}?{urlencode(said)}"


def picture(counter: Counter, name: str, *, top: int = TOP) -> Chart:
    """Ranked bars, or bars in their own order, each opening its cases."""
    found = counter.by(name)
    dimension = DIMENSIONS[name]
    pairs = found.in_order() if dimension.ordered else found.ranked()
    points = [_point(counter, name, group, cell, found.total) for group, cell in pairs]
    rest = (
        "" if dimension.ordered or len(points) <= top else f" · 共 {len(points)} 项，列前 {top} 项"
    )
    return Chart(
        f"by-{name.replace('_', '-')}",
        finding(found, dimension.label),
        "例",
        points if dimension.ordered else points[:top],
        f"{dimension.label}，{period_text(counter.question)}{rest}",
    )


def trend(counter: Counter) -> Chart:
    """Month by month; the title is the span, since months are of an age each."""
    chart = picture(counter, "year_month")
    shown = [point.value for point in chart.points if not point.blank]
    if len(shown) < 2:
        return chart
    title = f"每月 {min(shown):,.0f} 至 {max(shown):,.0f} 例"
    return replace(chart, title=title)


def finding(found: List, what: str) -> str:
    """机械伤害最多，占 31%（95% 区间 29%–33%）; nothing said is never the finding."""
    if found.total.count == 0:
        return NOTHING
    said = [p for p in found.ranked() if p[0].key not in (NOT_SAID, SPLIT, "") and p[1].count]
    total = found.total.count
    if total is None or not said:
        return f"{what}：数量太少或未说明，不作比较"
    group, most = said[0]
    count = most.count or 0
    if count == total:
        return f"{total:,} 例都是{group.label}"
    low, high = share_limits(count, total)
    return f"{group.label}最多，占 {count / total:.0%}（95% 区间 {low:.0%}–{high:.0%}）"


def map_picture(counter: Counter, lines: Sequence[Line], show: str) -> Chart:
    """Every district and zone, by count or by rate."""
    by_key = {line.group.key: line for line in lines}
    grouping = counter.grouping("district")
    known = {one.code for one in codes.districts()}
    points = [
        _place(counter, group, by_key.get(group.key), show)
        for group in grouping.groups
        if group.key in known
    ]
    if show == "rate":
        return Chart("map", _rate_finding(lines), "‰", points, "每千人年，认定口径按受伤日期", 2)
    return Chart(
        "map", finding(counter.by("district"), "区县"), "例", points, period_text(counter.question)
    )


def rate_picture(counter: Counter, lines: Sequence[Line], name: str) -> Chart:
    """Rates with their intervals, the highest first; without a denominator there is no bar."""
    with_rate = sorted(
        (line for line in lines if line.all.value is not None),
        key=lambda line: -(line.all.value or 0),
    )
    without = [line for line in lines if line.all.value is None and line.cases.count != 0]
    points = [
        Point(
            line.group.label,
            line.all.value or 0,
            records_url(counter, **{name: line.group.key}),
            numerator=line.all.events,
            denominator=round(line.person_years) if line.all.value is not None else None,
            blank=line.all.why,
            low=line.all.low,
            high=line.all.high,
        )
        for line in (*with_rate, *without)
    ]
    return Chart(
        f"rate-{name.replace('_', '-')}",
        _rate_finding(lines),
        "‰",
        points,
        "每千人年，横线为 95% 区间，不含上下班途中、突发疾病、职业病",
        2,
    )


def _rate_finding(lines: Sequence[Line]) -> str:
    """The highest rate, and whether its interval leaves the next one's aside."""
    known = sorted(
        (line for line in lines if line.all.value is not None and line.group.key != NOT_SAID),
        key=lambda line: -(line.all.value or 0),
    )
    if not known:
        return "缺分母：没有这些月份的参保人数，不能算发生率"
    first = known[0]
    if len(known) == 1:
        return f"{first.group.label}工伤发生率 {first.all.value:.2f}‰"
    apart = (first.all.low or 0) > (known[1].all.high or 0)
    tail = "，明显高于其余" if apart else f"，与{known[1].group.label}的区间有重叠"
    return f"{first.group.label}工伤发生率最高，{first.all.value:.2f}‰{tail}"


def _place(counter: Counter, group: Group, line: Line | None, show: str) -> Point:
    href = records_url(counter, district=group.key)
    if line is None:
        return Point(group.label, 0, href, blank="缺分母" if show == "rate" else "")
    if show == "rate":
        rate = line.all
        return Point(
            group.label,
            rate.value or 0,
            href,
            rate.events,
            round(line.person_years),
            blank=rate.why,
            low=rate.low,
            high=rate.high,
        )
    return Point(group.label, line.cases.count or 0, href, blank=_blank(line.cases))


def _point(counter: Counter, name: str, group: Group, cell: Cell, total: Cell) -> Point:
    return Point(
        group.label,
        cell.count or 0,
        records_url(counter, **{name: group.key}),
        note=_share(cell, total),
        blank=_blank(cell),
    )


def _share(cell: Cell, total: Cell) -> str:
    if not cell.count or not total.count:
        return ""
    low, high = share_limits(cell.count, total.count)
    return f"占 {cell.count / total.count:.1%}（{low:.1%}–{high:.1%}）"


def _blank(cell: Cell) -> str:
    return HIDDEN if cell.hidden else ""
