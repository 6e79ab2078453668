"""What a page hands to a figure: a finding, its unit, its source, its points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Where a district stands in the tile cartogram (row, column), after its place in the city.
TILES = {
    "商河县": (1, 3),
    "济阳区": (2, 3),
    "起步区": (2, 2),
    "天桥区": (3, 2),
    "历城区": (3, 3),
    "章丘区": (3, 4),
    "槐荫区": (4, 1),
    "市中区": (4, 2),
    "历下区": (4, 3),
    "高新区": (4, 4),
    "长清区": (5, 1),
    "南部山区": (5, 2),
    "莱芜区": (5, 4),
    "莱芜高新区": (5, 5),
    "平阴县": (6, 1),
    "钢城区": (6, 5),
}
SHADES = 5


@dataclass(frozen=True)
class Point:
    """One bar, one district, one month. With `denominator` the table shows how it came about.

    `blank` says why there is no value (hidden, no denominator): it stands where the value would,
    and nothing is drawn. `low` and `high` are the limits of an interval, drawn over the bar.
    """

    label: str
    value: float
    href: str = ""
    numerator: float | None = None
    denominator: float | None = None
    note: str = ""
    blank: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """`key` is unique in the page; `title` says the finding, not the topic."""

    key: str
    title: str
    unit: str
    points: Sequence[Point]
    source: str = ""
    places: int = 0

    @property
    def has_parts(self) -> bool:
        return any(p.denominator is not None for p in self.points)

    @property
    def has_limits(self) -> bool:
        return any(p.low is not None for p in self.points)

    def data(self) -> dict[str, Any]:
        """What the island draws."""
        points = [
            {"label": p.label, "value": p.value, "href": p.href}
            | ({"blank": p.blank} if p.blank else {})
            | ({"low": p.low, "high": p.high} if p.low is not None else {})
            for p in self.points
        ]
        return {"unit": self.unit, "places": self.places, "points": points}


@dataclass(frozen=True)
class Tile:
    """A district's square: grid place (none for names the layout doesn't know) and shade 1–5."""

    point: Point
    row: int
    column: int
    shade: int

    @property
    def name(self) -> str:
        """Short enough for a square: 莱芜高新区 → 莱芜高新."""
        label = self.point.label
        return label.removesuffix("区") if len(label) > 4 else label


def tiles(chart: Chart) -> list[Tile]:
    """Squares in reading order, unknown names last; shades by share of the largest value."""
    top = max((p.value for p in chart.points), default=0) or 1
    made = [Tile(p, *TILES.get(p.label, (0, 0)), shade=_shade(p.value / top)) for p in chart.points]
    return sorted(made, key=lambda t: (t.row == 0, t.row, t.column))


def _shade(share: float) -> int:
    return 0 if share <= 0 else min(SHADES, int(share * SHADES) + 1)
