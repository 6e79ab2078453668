"""Papers: drawing questions from the banks, and grading. No requests, no clock, no writing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

from anlan.assessments.blueprints import Cell, Demand, Supply, demand_of, plan
from anlan.assessments.models import ItemKind

# Easy to hard, the order in which papers here are printed.
KIND_ORDER = (ItemKind.JUDGE, ItemKind.SINGLE, ItemKind.MULTIPLE)
IDENTITY = "identity"  # key of a composition: how often who sits it is checked before the start

Question = dict[str, Any]
Answers = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item as the draw sees it; `roles` empty: for everybody."""

    id: int
    kind: str
    industry: str
    options: int
    risk: str = ""
    difficulty: int = 2
    roles: frozenset[str] = frozenset()


def draw(
    pool: Iterable[Candidate],
    composition: Mapping[str, Any],
    *,
    avoid: Iterable[int],
    chance: Random,
) -> list[Question]:
    """A paper: `[{"item": id, "order": [option positions]}]`, kind by kind.

    Half of each kind comes from the industry's own items as far as there are any; items of the
    earlier try come back only where the banks hold nothing else. `composition` may state more than
    kinds (`blueprints.demand_of`; `role`): chance draws first and is then moved as little as need
    be. What the banks can't give any more is left out as it is where kinds run short.
    """
    role = composition.get("role", "")
    items = [item for item in pool if not role or not item.roles or role in item.roles]
    stale, demand = set(avoid), demand_of(composition)
    lucky = {kind: _drawn(items, kind, composition, stale, chance) for kind in KIND_ORDER}
    if not demand.is_plain:
        lucky = _fitted(items, lucky, demand, stale, chance)
    return [
        {"item": item.id, "order": _order(item, chance)}
        for kind in KIND_ORDER
        for item in lucky[kind]
    ]


def _drawn(
    items: list[Candidate],
    kind: str,
    composition: Mapping[str, Any],
    stale: set[int],
    chance: Random,
) -> list[Candidate]:
    of_kind = [item for item in items if item.kind == kind]
    return _pick(of_kind, int(composition.get(kind, 0)), stale, chance)


def _fitted(
    items: list[Candidate],
    lucky: Mapping[ItemKind, list[Candidate]],
    demand: Demand,
    stale: set[int],
    chance: Random,
) -> dict[ItemKind, list[Candidate]]:
    """What chance drew, moved between cells until the paper fits."""
    taken = {item.id for found in lucky.values() for item in found}
    cells: dict[Cell, list[Candidate]] = defaultdict(list)
    for item in chance.sample(items, len(items)):
        cells[demand.cell(item.kind, item.difficulty, item.risk)].append(item)
    wanted = plan({cell: _supply(found, taken, stale) for cell, found in cells.items()}, demand)
    chosen: dict[ItemKind, list[Candidate]] = {kind: [] for kind in KIND_ORDER}
    for cell, quota in wanted.quotas.items():
        cells[cell].sort(key=lambda item: (item.id in stale, item.id not in taken))
        chosen[ItemKind(cell.kind)] += cells[cell][:quota]
    return {kind: chance.sample(found, len(found)) for kind, found in chosen.items()}


def _supply(found: Sequence[Candidate], taken: set[int], stale: set[int]) -> Supply:
    told = Counter(item.id in stale for item in found)
    return Supply(told[False], told[True], sum(item.id in taken for item in found))


def supply_of(items: Iterable[Candidate], demand: Demand) -> dict[Cell, Supply]:
    """What a pool can give, all of it fresh: to ask whether a paper can be drawn at all."""
    cells = Counter(demand.cell(item.kind, item.difficulty, item.risk) for item in items)
    return {cell: Supply(n) for cell, n in cells.items()}


def _pick(items: list[Candidate], want: int, stale: set[int], chance: Random) -> list[Candidate]:
    shuffled = chance.sample(items, len(items))
    shuffled.sort(key=lambda item: item.id in stale)  # stable: fresh ones first
    own = [item for item in shuffled if item.industry]
    common = [item for item in shuffled if not item.industry]
    half = (want + 1) // 2
    taken = own[:half] + common[: want - half]
    ids = {item.id for item in taken}
    rest = [item for item in shuffled if item.id not in ids]
    chosen = _without_stale(taken + rest, want, stale)
    return chance.sample(chosen, len(chosen))


def _without_stale(items: list[Candidate], want: int, stale: set[int]) -> list[Candidate]:
    """The first `want`, but a fresh item is preferred to a stale one further ahead."""
    return sorted(items, key=lambda item: item.id in stale)[:want]


def _order(item: Candidate, chance: Random) -> list[int]:
    """Options are shuffled, so that a position says nothing; 正确 stays before 错误."""
    order = list(range(item.options))
    return order if item.kind == ItemKind.JUDGE else chance.sample(order, len(order))


@dataclass(frozen=True, slots=True)
class Marked:
    """One question after grading. Positions are the shown ones."""

    no: int
    chosen: tuple[int, ...]
    right: tuple[int, ...]

    @property
    def correct(self) -> bool:
        """All or nothing, for several right options too."""
        return set(self.chosen) == set(self.right)


@dataclass(frozen=True, slots=True)
class Grade:
    """Score out of 100, rounded down to a tenth: 79.96 must not read as 80."""

    score: Decimal
    passed: bool


def mark(
    questions: Sequence[Question], answers: Answers, keys: Mapping[int, Sequence[int]]
) -> list[Marked]:
    """Lay the answers beside the keys; `keys` is item id → right option positions."""
    return [
        Marked(
            no,
            tuple(answers.get(str(no), ())),
            tuple(sorted(question["order"].index(at) for at in keys[question["item"]])),
        )
        for no, question in enumerate(questions, start=1)
    ]


def grade(
    marked: Sequence[Marked],
    kinds: Sequence[str],
    weights: Mapping[str, float],
    pass_mark: Decimal,
) -> Grade:
    """`kinds` are the questions' kinds in the same order; weights may sum to anything."""
    values = [Decimal(str(weights.get(kind, 1))) for kind in kinds]
    total = sum(values, Decimal(0))
    if not total:
        return Grade(Decimal("0.0"), passed=False)
    got = sum((v for v, m in zip(values, marked, strict=True) if m.correct), Decimal(0))
    score = (got * 100 / total).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    return Grade(score, passed=got * 100 >= pass_mark * total)
