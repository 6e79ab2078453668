"""What is hidden can't be found by subtraction: every hidden cell may hold something else."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.methods.small_cells import HiddenTable, hide_list, hide_table

LEAST = 3


def tables(rows: int, columns: int) -> st.SearchStrategy[list[list[int]]]:
    cell = st.sampled_from([0, 0, 1, 2, 2, 3, 4, 6])
    return st.lists(
        st.lists(cell, min_size=columns, max_size=columns), min_size=rows, max_size=rows
    )


@given(tables(3, 3))
@settings(max_examples=50)
def test_every_hidden_cell_of_a_table_may_hold_two_values(said: list[list[int]]) -> None:
    counts = np.asarray(said, np.int64)
    hidden = hide_table(counts, LEAST)
    _small_ones_are_hidden(counts, hidden)
    free = hidden.cells
    assert ((_others(counts, hidden) != counts).any(axis=0) >= free).all(), (counts, free)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=6))
@settings(max_examples=60)
def test_a_list_with_its_total_hides_none_or_several(said: list[int]) -> None:
    counts = np.asarray(said, np.int64)
    hidden, total = hide_list(counts, LEAST)
    assert hidden[(counts > 0) & (counts < LEAST)].all()
    assert total == (0 < counts.sum() < LEAST)
    assert hidden.sum() != 1 or total


@given(tables(2, 4))
@settings(max_examples=40)
def test_margins_are_hidden_as_they_are_on_a_page_of_their_own(said: list[list[int]]) -> None:
    """So that the page of one dimension doesn't show what the table of two hides."""
    counts = np.asarray(said, np.int64)
    hidden = hide_table(counts, LEAST)
    alone, total = hide_list(counts.sum(axis=1), LEAST)
    assert (hidden.rows >= alone).all()
    assert hidden.total >= total


def test_what_is_large_stays_in_sight() -> None:
    counts = np.asarray([[50, 60, 70], [80, 90, 40], [30, 1, 20]], np.int64)
    hidden = hide_table(counts, 5)
    assert hidden.cells.sum() == 4, "the small one and the cheapest rectangle"
    assert hidden.cells[2, 1]
    assert not hidden.rows.any()
    assert not hidden.total


def _small_ones_are_hidden(counts: np.ndarray, hidden: HiddenTable) -> None:
    for values, flags in (
        (counts, hidden.cells),
        (counts.sum(axis=1), hidden.rows),
        (counts.sum(axis=0), hidden.columns),
    ):
        assert flags[(values > 0) & (values < LEAST)].all()


def _others(counts: np.ndarray, hidden: HiddenTable) -> np.ndarray:
    """Tables that fit everything shown; each hidden cell holds one less, the same or one more."""
    where = np.argwhere(hidden.cells)
    moves = np.asarray(list(product((-1, 0, 1), repeat=len(where))), np.int64)
    found = np.broadcast_to(counts, (len(moves), *counts.shape)).copy()
    found[:, where[:, 0], where[:, 1]] += moves
    fits = (found >= 0).all(axis=(1, 2))
    fits &= ((found.sum(axis=2) == counts.sum(axis=1)) | hidden.rows).all(axis=1)
    fits &= ((found.sum(axis=1) == counts.sum(axis=0)) | hidden.columns).all(axis=1)
    kept: np.ndarray = found[fits & (hidden.total | (found.sum(axis=(1, 2)) == counts.sum()))]
    return kept
