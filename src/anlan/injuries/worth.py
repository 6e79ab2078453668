"""What a coder is worth, in the words of a screen: measured before use, and by people in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan.foundation.ui.charts import Chart, Point
from anlan.injuries.models import CoderVersion
from anlan.injuries.queries.coders import machine_codes, told_by_people
from anlan.injuries.targets import word_of

SHOWN_LABELS = 12


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval and what it is a share of; `value` None without cases."""

    label: str
    value: float | None
    low: float = 0.0
    high: float = 1.0
    of: str = ""

    @property
    def words(self) -> str:
        return "—" if self.value is None else f"{self.value:.1%}"

    @property
    def interval(self) -> str:
        return "" if self.value is None else f"{self.low:.1%} 至 {self.high:.1%}"


@dataclass(frozen=True)
class Worth:
    """`measured` on the later quarter, before it learnt from it; `people` on what was reviewed."""

    measured: Sequence[Share]
    measured_on: str
    people: Sequence[Share]
    reviews: int
    machine_codes: int
    mistaken: Sequence[tuple[str, str, int]]
    mistaken_by_people: Sequence[tuple[str, str, int]]
    labels: Sequence[tuple[str, int, str, str]]
    curve: Chart | None
    compared: Sequence[tuple[str, str, str]]
    compared_on: str


def worth_of(version: CoderVersion) -> Worth:
    told, people = version.figures, told_by_people(version)
    compared = told.get("compared")
    return Worth(
        measured=_measured(told),
        measured_on=_period(told),
        people=_by_people(people),
        reviews=people["reviews"],
        machine_codes=machine_codes(version),
        mistaken=_pairs(version, [tuple(one) for one in told.get("mistaken", [])]),
        mistaken_by_people=_pairs(
            version, [(decided, said, n) for (said, decided), n in people["mistaken"]]
        ),
        labels=_labels(version, told.get("by_label", {})),
        curve=_curve(version, told.get("curve", [])),
        compared=_compared(compared) if compared else [],
        compared_on=f"第 {compared['number']} 版没有见过的 {compared['cases']} 件"
        if compared
        else "",
    )


def _measured(told: Mapping[str, Any]) -> list[Share]:
    if not told:
        return []
    cases, sure = f"{told['test_rows']:,} 件", _part(told["test_rows"], told["coverage"])
    return [
        _share("准确率（全部由机器编）", told, "accuracy", cases),
        _share("前三项里有正确编码", told, "top3_accuracy", cases),
        _share("机器有把握的比例", told, "coverage", cases),
        _share("有把握部分的准确率", told, "accuracy_answered", f"有把握的 {sure:,} 件"),
    ]


def _by_people(told: Mapping[str, Any]) -> list[Share]:
    reviews, sure = f"{told['reviews']:,} 条复核", _part(told["reviews"], told["coverage"])
    return [
        _share("首选与人一致", told, "accuracy", reviews),
        _share("前三项里有人选的编码", told, "top3_accuracy", reviews),
        _share("机器有把握的比例", told, "coverage", reviews),
        _share("有把握部分与人一致", told, "accuracy_answered", f"有把握的 {sure:,} 条"),
    ]


def _part(cases: int, share: float | None) -> int:
    return round(cases * (share or 0.0))


def _share(label: str, told: Mapping[str, Any], name: str, of: str) -> Share:
    value, interval = told.get(name), told.get(f"{name}_ci")
    if value is None or interval is None:
        return Share(label, None, of=of)
    return Share(label, value, interval[0], interval[1], of)


def _period(told: Mapping[str, Any]) -> str:
    days = told.get("test_days")
    return f"{days[0]} 至 {days[1]}" if days else ""


def _pairs(version: CoderVersion, pairs: Sequence[tuple[Any, ...]]) -> list[tuple[str, str, int]]:
    """(what it was, what the machine said, how often)."""
    system = version.system
    return [(word_of(system, was), word_of(system, said), n) for was, said, n in pairs]


def _labels(
    version: CoderVersion, told: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, int, str, str]]:
    rows = sorted(told.items(), key=lambda one: -one[1]["cases"])[:SHOWN_LABELS]
    return [
        (
            word_of(version.system, label),
            one["cases"],
            _words(one["recall"]),
            _words(one["precision"]),
        )
        for label, one in rows
    ]


def _words(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"


def _curve(version: CoderVersion, told: Sequence[Mapping[str, Any]]) -> Chart | None:
    points = [
        Point(f"{one['rows']:,} 条", round(one["accuracy"] * 100, 1))
        for one in told
        if one["accuracy"] is not None
    ]
    if len(points) < 2:
        return None
    gained = points[-1].value - points[-2].value
    title = (
        f"学习材料翻倍，准确率又提高 {gained:.1f} 个百分点"
        if gained >= 0.5
        else "学习材料再翻倍，准确率变化不大"
    )
    return Chart(f"curve-{version.uid}", title, "%", points, "同一段后期案件", places=1)


def _compared(told: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(figure, version in use, new version)."""
    names = {
        "accuracy": "准确率",
        "coverage": "机器有把握的比例",
        "accuracy_answered": "有把握部分的准确率",
    }
    return [
        (label, _interval(told["in_use"], name), _interval(told["new"], name))
        for name, label in names.items()
    ]


def _interval(told: Mapping[str, Any], name: str) -> str:
    one = _share("", told, name, "")
    return f"{one.words}（{one.interval}）" if one.interval else one.words
