"""Hiding small counts so that the sums beside them don't give them away.

Primary: counts of 1 to `least` - 1 are hidden. Secondary: further cells are hidden until for every
hidden cell there is another table of whole numbers, none negative, with the same visible cells and
totals, in which that cell holds something else. In a list with its total one partner is enough. In
a table with both margins such a partner is a rectangle of four hidden cells whose corners move up
and down in turn by one; margins take part as a further row and column. Rectangles are the shortest
cycles of L. H. Cox, "Suppression methodology and statistical disclosure control", JASA 75, 1980;
which one is taken is greedy, the least that must be hidden beside, so that it is not always the
least altogether. What other tables over other variables give away is not looked at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Hidden = NDArray[np.bool_]
_LAST = 1e9  # a visible margin is hidden only when nothing else helps


def hide_list(counts: Counts, least: int) -> tuple[Hidden, bool]:
    """Which counts of a list are hidden, and whether its total is; the total never for another."""
    hidden = _small(counts, least)
    total = bool(_small(np.asarray([counts.sum()]), least)[0])
    if hidden.sum() == 1 and not total and len(counts) > 1:
        cost = np.where(hidden, np.inf, _cost(counts, least))
        hidden[int(np.argmin(cost))] = True
    return hidden, total


@dataclass(frozen=True)
class HiddenTable:
    """Hidden cells, row totals, column totals, and the grand total."""

    cells: Hidden
    rows: Hidden
    columns: Hidden
    total: bool


def hide_table(counts: Counts, least: int) -> HiddenTable:
    """Which cells and margins of a table are hidden; margins first as lists of their own."""
    whole = np.block(
        [
            [counts, counts.sum(axis=1, keepdims=True)],
            [counts.sum(axis=0, keepdims=True), counts.sum(keepdims=True).reshape(1, 1)],
        ]
    ).astype(np.int64)
    hidden = _small(whole, least)
    hidden[:-1, -1], _ = hide_list(whole[:-1, -1], least)
    hidden[-1, :-1], _ = hide_list(whole[-1, :-1], least)
    _protect(whole, hidden, least)
    return HiddenTable(hidden[:-1, :-1], hidden[:-1, -1], hidden[-1, :-1], bool(hidden[-1, -1]))


def _small(counts: Counts, least: int) -> Hidden:
    return (counts > 0) & (counts < least)


def _cost(counts: Counts, least: int) -> NDArray[np.float64]:
    """What hiding a cell takes away; a nought tells little, but hides worse than a small count."""
    return np.where(counts > 0, counts, 3.0 * least)


def _protect(whole: Counts, hidden: Hidden, least: int) -> None:
    """Hide further cells in place until every hidden one stands in a rectangle that can move."""
    cost = _cost(whole, least)
    cost[:, -1] += _LAST
    cost[-1, :] += _LAST
    # As seen by the sums, which are to stay nought: a margin counts against its cells.
    positive = whole > 0
    up, down = np.ones_like(positive), positive.copy()
    for margin in ((slice(None, -1), -1), (-1, slice(None, -1))):
        up[margin], down[margin] = positive[margin], True
    for i, j in np.argwhere(hidden):
        price = np.where(hidden, 0.0, cost)
        rectangle = price[i, :][None, :] + price[:, j][:, None] + price
        rises = up[i, j] & down[i, :][None, :] & down[:, j][:, None] & up
        falls = down[i, j] & up[i, :][None, :] & up[:, j][:, None] & down
        rectangle[~(rises | falls)] = np.inf
        rectangle[i, :], rectangle[:, j] = np.inf, np.inf
        k, m = np.unravel_index(int(np.argmin(rectangle)), rectangle.shape)
        if np.isfinite(rectangle[k, m]):
            hidden[i, m] = hidden[k, j] = hidden[k, m] = True
