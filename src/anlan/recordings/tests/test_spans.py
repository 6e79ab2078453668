"""Arithmetic of times, against counting every second."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from anlan.recordings.spans import gaps, merged, runs

SECOND = 1000
spans = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 60)).map(
        lambda one: (one[0] * SECOND, (one[0] + one[1]) * SECOND)
    ),
    max_size=8,
)


def seconds_of(found: list[tuple[int, int]]) -> set[int]:
    return {s for a, b in found for s in range(a // SECOND, b // SECOND)}


@given(spans)
def test_merging_loses_no_second_and_bridges_one_at_most(found: list[tuple[int, int]]) -> None:
    whole = merged(found)
    assert whole == merged(whole)
    bridged = seconds_of(whole) - seconds_of(found)
    assert all({s - 1, s + 1} & seconds_of(found) for s in bridged)
    assert seconds_of(found) <= seconds_of(whole)
    assert all(b + SECOND < c for (_, b), (c, _) in itertools.pairwise(whole))


@given(spans, st.integers(0, 200), st.integers(1, 200))
def test_gaps_are_what_is_not_filled(found: list[tuple[int, int]], begin: int, length: int) -> None:
    first, last = begin * SECOND, (begin + length) * SECOND
    whole = merged(found)
    holes = gaps(whole, first, last)
    asked = set(range(begin, begin + length))
    assert seconds_of(holes) == asked - seconds_of(whole)


@given(spans)
def test_playing_time_adds_up(found: list[tuple[int, int]]) -> None:
    played = runs(found)
    assert sum(run.length for run in played) == sum(b - a for a, b in found)
    assert all(
        one.plays_at + one.length == other.plays_at for one, other in itertools.pairwise(played)
    )
