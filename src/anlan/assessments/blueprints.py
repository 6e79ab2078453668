"""What a paper must hold beside its kinds: accident types and difficulty, as a flow of questions.

A paper asks so many questions of each kind; difficulty is shared out within each kind, so that
(kind, level) has a number of its own; an accident type asks for a least number, of a kind or of
any. Every question then flows kind and level → kind and type → type → paper, and a paper that fits
exists exactly where the network carries all of it. `methods.min_cost_flow` finds it, and where
there is none, the least that is missing.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan.assessments.models import Difficulty, ItemKind
from anlan.methods.min_cost_flow import Network

ANY = 0  # a level that doesn't matter
OTHER = ""  # every accident type that the paper doesn't ask for
# A missing question outweighs any number of stale ones, a stale one any number of unlucky ones.
_MISSING, _STALE, _UNLUCKY = 1_000_000, 1_000, 1
Node = Hashable


@dataclass(frozen=True, slots=True)
class RiskDemand:
    """At least so many questions of an accident type; an empty kind is any."""

    risk: str
    kind: str
    least: int


@dataclass(frozen=True)
class Demand:
    """What a paper must hold. `levels` is (kind, level) → how many."""

    levels: Mapping[tuple[str, int], int]
    risks: Sequence[RiskDemand] = ()

    @property
    def named(self) -> set[str]:
        return {one.risk for one in self.risks}

    @property
    def is_plain(self) -> bool:
        """Kinds only: any draw of each kind fits."""
        return not self.risks and all(level == ANY for _kind, level in self.levels)

    def cell(self, kind: str, difficulty: int, risk: str) -> "Cell":
        """Where an item stands for this paper."""
        level = difficulty if (kind, ANY) not in self.levels else ANY
        return Cell(kind, level, risk if risk in self.named else OTHER)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    kind: str
    level: int
    risk: str


@dataclass(frozen=True, slots=True)
class Missing:
    """So many questions short, of what."""

    count: int
    kind: str = ""
    level: int = ANY
    risk: str = ""


@dataclass(frozen=True, slots=True)
class Supply:
    """What a cell holds: fresh items, stale ones, and how many chance alone would take."""

    fresh: int
    stale: int = 0
    wish: int = 0


@dataclass(frozen=True)
class Plan:
    """How many questions each cell gives, and what no draw can give."""

    quotas: Mapping[Cell, int]
    missing: Sequence[Missing]


def demand_of(composition: Mapping[str, Any]) -> Demand:
    """The demand that a composition states: counts by kind, `difficulty` and `risks`."""
    shares = {
        int(level): float(share) for level, share in composition.get("difficulty", {}).items()
    }
    levels: dict[tuple[str, int], int] = {}
    for kind in ItemKind.values:
        count = int(composition.get(kind, 0))
        if not any(shares.values()):
            levels[kind, ANY] = count
            continue
        for level, part in shared_out(count, shares).items():
            levels[kind, level] = part
    risks = [
        RiskDemand(str(row["risk"]), str(row.get("kind", "")), int(row["least"]))
        for row in composition.get("risks", ())
    ]
    return Demand(levels, risks)


def shared_out(count: int, shares: Mapping[int, float]) -> dict[int, int]:
    """Whole numbers by the largest remainder; of equal ones the easier level comes first."""
    total = sum(shares.values())
    exact = {level: count * shares.get(level, 0) / total for level in Difficulty.values}
    parts = {level: int(amount + 1e-9) for level, amount in exact.items()}
    by_rest = sorted(exact, key=lambda level: (round(parts[level] - exact[level], 9), level))
    for level in by_rest[: count - sum(parts.values())]:
        parts[level] += 1
    return parts


def plan(supply: Mapping[Cell, Supply], demand: Demand) -> Plan:
    """The paper that fits, staying as near to the wish as it can; else what is missing."""
    flow = _Flow(supply, demand)
    flow.network.push(flow.source, flow.sink)
    quotas = {cell: sum(map(flow.network.flow_on, names)) for cell, names in flow.cells.items()}
    return Plan({cell: n for cell, n in quotas.items() if n}, list(flow.missing()))


class _Flow:
    """The network of a demand, and which edge stands for what."""

    def __init__(self, supply: Mapping[Cell, Supply], demand: Demand) -> None:
        self.network, self.demand = Network(), demand
        self.nodes: dict[Node, int] = {}
        self.source, self.sink = self._node("source"), self._node("sink")
        self.levels = {
            key: self.network.edge(self.source, self._node(("level", *key)), count)
            for key, count in demand.levels.items()
            if count
        }
        self.cells = {
            cell: self._cell(cell, given)
            for cell, given in sorted(supply.items())
            if demand.levels.get((cell.kind, cell.level))
        }
        self.owed: list[tuple[RiskDemand, tuple[int, int], int]] = []
        self._risks()

    def _node(self, name: Node) -> int:
        if name not in self.nodes:
            self.nodes[name] = self.network.node()
        return self.nodes[name]

    def _cell(self, cell: Cell, given: Supply) -> list[tuple[int, int]]:
        """Parallel edges, the cheaper ones used first: lucky and fresh, fresh, stale."""
        start = self._node(("level", cell.kind, cell.level))
        end = self._node(("kind", cell.kind, cell.risk))
        lucky = min(given.wish, given.fresh)
        return [
            self.network.edge(start, end, room, cost)
            for room, cost in (
                (lucky, 0),
                (given.fresh - lucky, _UNLUCKY),
                (given.stale, _STALE),
            )
            if room
        ]

    def _risks(self) -> None:
        """Owed first (a reward for each), then as many as come."""
        by_kind = _summed(one for one in self.demand.risks if one.kind)
        of_any = _summed(one for one in self.demand.risks if not one.kind)
        kinds = {(cell.kind, cell.risk) for cell in self.cells}
        for kind, risk in sorted(kinds | set(by_kind)):
            start, end = self._node(("kind", kind, risk)), self._node(("risk", risk))
            self._owe(start, end, RiskDemand(risk, kind, by_kind[kind, risk]))
        for risk in sorted({risk for _kind, risk in kinds} | {risk for _, risk in of_any}):
            self._owe(self._node(("risk", risk)), self.sink, RiskDemand(risk, "", of_any["", risk]))

    def _owe(self, start: int, end: int, demand: RiskDemand) -> None:
        if demand.least:
            name = self.network.edge(start, end, demand.least, -_MISSING)
            self.owed.append((demand, name, demand.least))
        self.network.edge(start, end, sum(self.demand.levels.values()))

    def missing(self) -> Iterable[Missing]:
        for (kind, level), name in self.levels.items():
            short = self.demand.levels[kind, level] - self.network.flow_on(name)
            if short:
                yield Missing(short, kind=kind, level=level)
        for demand, name, least in self.owed:
            short = least - self.network.flow_on(name)
            if short:
                yield Missing(short, kind=demand.kind, risk=demand.risk)


def _summed(rows: Iterable[RiskDemand]) -> Counter[tuple[str, str]]:
    """(kind, risk) → the most that any row asks."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        found[row.kind, row.risk] = max(found[row.kind, row.risk], row.least)
    return found
