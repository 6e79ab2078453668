"""Do the films, laid end to end, cover what was held?"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from anlan.recordings.models import Recording
from anlan.recordings.queries import covers
from anlan.testing.cast import NOW

HELD = 240
TOLERANCE = 5
pieces = st.tuples(st.integers(-60, 300), st.integers(1, 300))


def a_film(begin: int, end: int) -> Recording:
    return Recording(starts_at=NOW + timedelta(minutes=begin), ends_at=NOW + timedelta(minutes=end))


def covered(*films: Recording) -> bool:
    end = NOW + timedelta(minutes=HELD)
    return covers(films, NOW, end, timedelta(minutes=TOLERANCE))


def test_one_film_of_the_whole_or_nearly_the_whole_covers() -> None:
    assert covered(a_film(0, 240))
    assert covered(a_film(-30, 300))
    assert covered(a_film(5, 235))


def test_two_films_with_a_short_gap_cover_in_any_order() -> None:
    assert covered(a_film(125, 240), a_film(0, 120))


def test_a_gap_a_late_beginning_or_an_early_end_does_not() -> None:
    assert not covered(a_film(0, 120), a_film(126, 240))
    assert not covered(a_film(6, 240))
    assert not covered(a_film(0, 234))
    assert not covered()


@given(st.lists(pieces, max_size=6))
def test_it_agrees_with_counting_every_minute(spans: list[tuple[int, int]]) -> None:
    films = [a_film(begin, begin + length) for begin, length in spans]
    filmed = [any(b <= minute < b + length for b, length in spans) for minute in range(HELD)]
    longest = run = 0
    for minute in filmed:
        run = 0 if minute else run + 1
        longest = max(longest, run)
    assert covered(*films) == (longest <= TOLERANCE)


@given(st.lists(pieces, max_size=4), pieces)
def test_one_film_more_never_uncovers(spans: list[tuple[int, int]], more: tuple[int, int]) -> None:
    films = [a_film(begin, begin + length) for begin, length in spans]
    extra = a_film(more[0], more[0] + more[1])
    assert covered(*films, extra) or not covered(*films)
