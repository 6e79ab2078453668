"""How often the face was wrong about people who were themselves, by group, with intervals.

Counted are tries of checks that are decided: passed by the machine, or confirmed or denied by a
person. A false reject is a try without a match of somebody whom a person confirmed afterwards. A
person can't be asked about whoever passed: false accepts are not seen here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from anlan.identity.models import CheckStatus, FaceTry
from anlan.methods.rates import share_limits

BANDS = {
    "device_band": ("设备", {"android": "安卓", "ios": "苹果", "wechat": "微信内",
                           "desktop": "电脑"}),
    "age_band": ("年龄段", {"<30": "30 岁以下", "30-44": "30–44 岁", "45-59": "45–59 岁",
                          "60+": "60 岁及以上"}),
    "light_band": ("光线", {"dark": "偏暗", "normal": "正常", "bright": "偏亮"}),
}  # fmt: skip
GENUINE = (CheckStatus.PASSED, CheckStatus.CONFIRMED)
Counts = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Share:
    """Wrongly not recognised, of all tries by people who were themselves; Wilson's 95 %."""

    group: str
    wrong: int
    tries: int
    low: float
    high: float

    @property
    def percent(self) -> float:
        return 100 * self.wrong / self.tries if self.tries else 0.0

    @property
    def low_percent(self) -> float:
        return 100 * self.low

    @property
    def high_percent(self) -> float:
        return 100 * self.high


def whole() -> Share:
    return _share("全部", _counted("outcome"))


def by_group() -> list[tuple[str, list[Share]]]:
    """Per kind of group its shares, in a steady order; groups without a try are said as such."""
    return [
        (title, [_share(label, [row for row in _counted(column) if row[0] == key])
                 for key, label in labels.items()])
        for column, (title, labels) in BANDS.items()
    ]  # fmt: skip


def outcomes() -> list[tuple[str, int]]:
    """(outcome, tries), the frequent first."""
    rows = FaceTry.objects.exclude(answered_at=None).values_list("outcome")
    counted = Counter(dict(rows.annotate(n=Count("pk")).order_by()))
    return counted.most_common()


def _counted(column: str) -> list[tuple[str, str, int]]:
    """(band, outcome, tries) of people who were themselves; a retake is no verdict."""
    rows = FaceTry.objects.filter(check_of__status__in=GENUINE).exclude(answered_at=None)
    rows = rows.exclude(outcome="retake")
    return list(rows.values_list(column, "outcome").annotate(n=Count("pk")).order_by())


def _share(group: str, rows: Iterable[tuple[str, str, int]]) -> Share:
    found = list(rows)
    tries = sum(n for *_, n in found)
    wrong = sum(n for _, outcome, n in found if outcome != "match")
    low, high = share_limits(wrong, tries)
    return Share(group, wrong, tries, float(low), float(high))
