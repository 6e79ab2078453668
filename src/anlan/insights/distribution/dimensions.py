"""What cases are counted by: each dimension puts the numbers of a column into named groups."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.lists import certain_counterpart
from anlan.foundation.codes.models import System
from anlan.injuries.models import Circumstance, Severity
from anlan.insights.distribution.columns import NO_AGE, NO_HOUR, NO_TENURE, Array
from anlan.insights.distribution.snapshot import Snapshot
from anlan.insights.pictures import SHORT

NOT_SAID, OTHER, SPLIT = "-", "?", "split"
HERE = "!"  # behind the code of an industry: coded to this level and no deeper
NOT_SAID_LABEL = "未说明"


@dataclass(frozen=True)
class Group:
    """One value that cases are counted under; `key` stands in addresses."""

    key: str
    label: str


@dataclass(frozen=True)
class Grouping:
    """The groups of a dimension, and the group of every number that its column holds."""

    groups: Sequence[Group]
    lookup: Array

    def index(self, key: str) -> int | None:
        return next((at for at, group in enumerate(self.groups) if group.key == key), None)


@dataclass(frozen=True)
class Manner:
    """How dimensions are to be read: accident types in which list, industries below which one."""

    new_types: bool = False
    industry: str = ""


Make = Callable[[Snapshot, Manner], Grouping]


@dataclass(frozen=True)
class Dimension:
    """`ordered` groups stand in their own order, others by size."""

    key: str
    label: str
    column: str
    make: Make
    ordered: bool = False
    # Insured people are known by these alone; time is cut from the months.
    insured: bool = False


def _of_words(
    snapshot: Snapshot, column: str, groups: Sequence[Group], key_of: Callable[[str], str]
) -> Grouping:
    """Words that the list doesn't know are counted together, apart from nothing said."""
    kept = [*groups, Group(OTHER, "不在代码表内"), Group(NOT_SAID, NOT_SAID_LABEL)]
    at = {group.key: number for number, group in enumerate(kept)}
    words = snapshot.words[column]
    keys = (key_of(word) if word else NOT_SAID for word in words)
    return Grouping(kept, np.fromiter((at.get(key, at[OTHER]) for key in keys), np.int16))


def _listed(column: str, system: System) -> Make:
    def make(snapshot: Snapshot, manner: Manner) -> Grouping:
        groups = [Group(code, SHORT.get(code, name)) for code, name in codes.choices(system)]
        return _of_words(snapshot, column, groups, lambda word: word)

    return make


def _district(snapshot: Snapshot, manner: Manner) -> Grouping:
    groups = [Group(one.code, SHORT.get(one.code, one.name)) for one in codes.districts()]
    return _of_words(snapshot, "district", groups, lambda word: word)


def _fixed(column: str, pairs: Sequence[tuple[str, str]]) -> Make:
    groups = [Group(key, label) for key, label in pairs if key != "unknown"]

    def make(snapshot: Snapshot, manner: Manner) -> Grouping:
        return _of_words(
            snapshot, column, groups, lambda word: NOT_SAID if word == "unknown" else word
        )

    return make


def _types(snapshot: Snapshot, manner: Manner) -> Grouping:
    new, old = System.GB_6441_2025, System.GB_6441_1986
    groups = [Group(f"{new}@{code}", name) for code, name in codes.choices(new)]
    if not manner.new_types:
        groups += [Group(f"{old}@{code}", f"{name} (86)") for code, name in codes.choices(old)]
        return _of_words(snapshot, "type", groups, lambda word: word)
    groups.append(Group(SPLIT, "拆分，待定"))
    known = {f"{old}@{code}": _in_2025(code) for code, _ in codes.choices(old)}
    return _of_words(snapshot, "type", groups, lambda word: known.get(word, word))


def _in_2025(code: str) -> str:
    """The certain counterpart of a type of 1986; a person decides about the others."""
    found = certain_counterpart(code)
    return f"{System.GB_6441_2025}@{found.code}" if found else SPLIT


def _industry(snapshot: Snapshot, manner: Manner) -> Grouping:
    """The level right below the chosen industry; what is coded no deeper stands apart."""
    above = manner.industry.rstrip(HERE)
    below = codes.children(System.GB_T_4754, above)
    groups = [Group(one.code, f"{one.code} {one.name}") for one in below]
    end = len(groups[0].key) if groups else len(above) + 1
    if above:
        name = codes.code_name(System.GB_T_4754, above)
        groups.append(Group(above + HERE, f"{name}，未填到下一级" if below else name))

    def key_of(word: str) -> str:
        if not word.startswith(above):
            return OTHER
        return word[:end] if len(word) >= end or not above else above + HERE

    return _of_words(snapshot, "industry", groups, key_of)


def is_industry_key(key: str) -> bool:
    """A code of the list, one with HERE behind it, nothing said, or what no list knows."""
    return key in (NOT_SAID, OTHER) or codes.is_code(System.GB_T_4754, key.removesuffix(HERE))


def industry_flags(words: Sequence[str], key: str) -> Array:
    """Which industries a key means: a code and all below it, or only what is coded no deeper."""
    above = key.removesuffix(HERE)
    below = codes.children(System.GB_T_4754, above)
    end = len(below[0].code) if below else len(above) + 1
    if key == NOT_SAID:
        return np.fromiter((word == "" for word in words), bool)
    if key == OTHER:
        sections = {one.code for one in codes.children(System.GB_T_4754)}
        return np.fromiter((word != "" and word[:1] not in sections for word in words), bool)
    if key.endswith(HERE):
        return np.fromiter((word.startswith(above) and len(word) < end for word in words), bool)
    return np.fromiter((word.startswith(key) for word in words), bool)


def _banded(bounds: Sequence[tuple[int, str, str]], size: int, absent: int) -> Make:
    """Bands by their lowest value; `absent` is the number for nothing said."""
    groups = [*(Group(key, label) for _, key, label in bounds), Group(NOT_SAID, NOT_SAID_LABEL)]
    lowest = [low for low, _, _ in bounds]
    lookup = (np.searchsorted(lowest, np.arange(size), side="right") - 1).astype(np.int16)
    lookup[absent] = len(bounds)
    grouping = Grouping(groups, lookup)
    return lambda snapshot, manner: grouping


AGES = (
    (0, "0-19", "20 岁以下"),
    (20, "20-29", "20–29 岁"),
    (30, "30-39", "30–39 岁"),
    (40, "40-49", "40–49 岁"),
    (50, "50-59", "50–59 岁"),
    (60, "60-", "60 岁及以上"),
)
TENURES = (
    (0, "0-2", "不满 3 个月"),
    (3, "3-11", "3 个月至 1 年"),
    (12, "12-35", "1–3 年"),
    (36, "36-59", "3–5 年"),
    (60, "60-119", "5–10 年"),
    (120, "120-", "10 年及以上"),
)
HOURS = tuple((hour, str(hour), f"{hour} 时") for hour in range(24))
WEEKDAYS = tuple((day, str(day + 1), f"周{name}") for day, name in enumerate("一二三四五六日"))


def _months(snapshot: Snapshot, manner: Manner) -> Grouping:
    lookup = np.arange(_months_to(snapshot), dtype=np.int16) % 12
    return Grouping([Group(str(month), f"{month} 月") for month in range(1, 13)], lookup)


def _years(snapshot: Snapshot, manner: Manner) -> Grouping:
    first, last = _span(snapshot)
    years = np.arange(_months_to(snapshot)) // 12
    lookup = np.clip(years - first // 12, 0, last // 12 - first // 12).astype(np.int16)
    keys = range(first // 12, last // 12 + 1)
    return Grouping([Group(str(year), f"{year} 年") for year in keys], lookup)


def _year_months(snapshot: Snapshot, manner: Manner) -> Grouping:
    first, last = _span(snapshot)
    lookup = np.clip(np.arange(_months_to(snapshot)) - first, 0, last - first).astype(np.int16)
    groups = [month_group(month) for month in range(first, last + 1)]
    return Grouping(groups, lookup)


def month_group(month: int) -> Group:
    year, rest = divmod(month, 12)
    return Group(f"{year}-{rest + 1:02}", f"{year} 年 {rest + 1} 月")


def _span(snapshot: Snapshot) -> tuple[int, int]:
    """First and last month with an injury; a typed year 0201 must not make a long table."""
    months = snapshot.columns["month"]
    if not len(months):
        return 2000 * 12, 2000 * 12
    return int(months.min()), int(months.max())


def _months_to(snapshot: Snapshot) -> int:
    both = (snapshot.columns["month"], snapshot.exposure["month"])
    return int(max((column.max() for column in both if len(column)), default=2000 * 12)) + 1


def _weekdays(snapshot: Snapshot, manner: Manner) -> Grouping:
    return Grouping([Group(key, label) for _, key, label in WEEKDAYS], np.arange(7, dtype=np.int16))


DIMENSIONS: Mapping[str, Dimension] = {
    one.key: one
    for one in (
        Dimension("district", "区县", "district", _district, insured=True),
        Dimension("industry", "行业", "industry", _industry, insured=True),
        Dimension(
            "key_industry",
            "重点行业",
            "key_industry",
            _listed("key_industry", System.KEY_INDUSTRY),
            insured=True,
        ),
        Dimension("type", "事故类别", "type", _types),
        Dimension("source", "起因物", "source", _listed("source", System.INJURY_SOURCE)),
        Dimension("part", "受伤部位", "part", _listed("part", System.BODY_PART)),
        Dimension("severity", "伤害程度", "severity", _fixed("severity", Severity.choices), True),
        Dimension(
            "circumstance", "受伤情形", "circumstance", _fixed("circumstance", Circumstance.choices)
        ),
        Dimension(
            "occupation", "岗位类别", "occupation", _listed("occupation", System.OCCUPATION_ROLE)
        ),
        Dimension("age", "年龄", "age", _banded(AGES, 256, NO_AGE), True),
        Dimension("tenure", "工龄", "tenure", _banded(TENURES, 65536, NO_TENURE), True),
        Dimension("hour", "时刻", "hour", _banded(HOURS, 256, NO_HOUR), True),
        Dimension("weekday", "星期", "weekday", _weekdays, True),
        Dimension("month", "月份", "month", _months, True),
        Dimension("year", "年度", "month", _years, True),
        Dimension("year_month", "年月", "month", _year_months, True),
    )
}
# A rate by these has no denominator: nobody counts insured people by them.
NOT_INSURED_BY = frozenset({"age", "tenure", "occupation"})
