"""The few figures on top: cases, rates, what is counted apart, lost days."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anlan.foundation.rules.queries import Rulebook
from anlan.injuries.models import Circumstance
from anlan.insights.distribution.columns import NO_DAYS
from anlan.insights.distribution.counting import HIDDEN, Counter
from anlan.insights.distribution.pictures import records_url
from anlan.insights.distribution.rating import APART, Rate, rates_of
from anlan.insights.distribution.words import limits_text

LOST_DAYS = "insights.lost_days"  # a rule that the city supplies; none is shipped
SMALL = "insights.small_cell_min"


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    note: str = ""
    unit: str = ""
    href: str = ""


def small_cell_min(book: Rulebook) -> int:
    return book.whole(SMALL)


def figures(counter: Counter, book: Rulebook) -> list[Figure]:
    line = rates_of(counter)
    return [
        Figure(
            "案件",
            line.cases.text,
            _apart(counter),
            "" if line.cases.hidden else "例",
            records_url(counter),
        ),
        _rate("工伤发生率", line.all, line.person_years),
        _rate("千人重伤率", line.serious, line.person_years),
        _rate("千人死亡率", line.death, line.person_years),
        _lost_days(counter, book),
    ]


def _rate(label: str, rate: Rate, years: float) -> Figure:
    if rate.value is None:
        why = {HIDDEN: "数量太少"}.get(rate.why, "没有这一范围的参保人数")
        return Figure(label, rate.why, why)
    note = f"{rate.events:,} 例 ÷ {years:,.0f} 人年，95% 区间 {limits_text(rate)}"
    return Figure(label, f"{rate.value:,.2f}", note, "‰")


def _apart(counter: Counter) -> str:
    """What is in the count and in no rate, said one by one."""
    if "circumstance" in counter.question.picks:
        return ""
    found = counter.by("circumstance")
    said = {
        group.label: cell.text
        for group, cell in zip(found.groups, found.cells, strict=True)
        if group.key in APART and cell.count != 0
    }
    short = {str(Circumstance.SUDDEN_DEATH.label): "突发疾病"}
    if not said:
        return "没有上下班途中、突发疾病、职业病"
    return "其中" + "、".join(f"{short.get(k, k)} {v}" for k, v in said.items()) + "，不进率"


def _lost_days(counter: Counter, book: Rulebook) -> Figure:
    label = "每例损失工作日"
    ruling = book.rulings.get(LOST_DAYS)
    if ruling is None:
        return Figure(label, "未算", "本市没有提供损失工作日折算表")
    seen = counter.seen
    if seen is not None and not seen.all():
        return Figure(label, HIDDEN, "含您看不到明细的案件")
    total, cases = lost_days(counter, ruling.value)
    if not cases:
        return Figure(label, "—", "没有案件")
    return Figure(
        label, f"{total / cases:,.1f}", f"{total:,} 天 ÷ {cases:,} 例；{ruling.clause}", "天"
    )


def lost_days(counter: Counter, table: Mapping[str, int]) -> tuple[int, int]:
    """Days of the chosen cases and how many cases: as recorded, else by the city's table."""
    words = counter.snapshot.words["severity"]
    by_word = np.fromiter((int(table.get(word, 0)) for word in words), np.int64)
    said = counter.values("lost_days").astype(np.int64)
    days = np.where(said == NO_DAYS, by_word[counter.values("severity")], said)
    return int(days.sum()), len(days)
