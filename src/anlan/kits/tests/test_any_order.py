"""However deliveries are split, repeated and shuffled, the end is what it would have been in order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.attendance.models import Mark
from anlan.classes.models import TrainingClass
from anlan.kits.models import Conflict, Record, Tablet
from anlan.kits.queries import sums_of
from anlan.kits.services import Wish
from anlan.kits.tests.tablets import (
    FakeTablet,
    all_sessions,
    first_register,
    learners,
    photo_hash,
)
from anlan.lib.refusals import Refused
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class

Piece = tuple[int, list[int]]  # which tablet, which of its records


@pytest.fixture
def tablets(cast: Cast) -> tuple[FakeTablet, FakeTablet]:
    """Two tablets of one morning: arrivals on one, a photo, a moved clock; departures on the other."""
    klass = a_running_class(cast)
    one, two = (_taken(cast, klass, name) for name in ("一号车平板", "二号车平板"))
    register, people = first_register(klass), learners(klass)
    one.write("opened", why="unlocked")
    for person in people[:2]:
        one.wait(2)
        one.sign_in(register, person)
    one.sign_in(register, people[0])  # once more: refused by nobody, a duplicate
    one.sign_in(register, people[2], photo=photo_hash())
    one.jump(45)
    one.write("clock", shift_ms=45 * 60_000)
    one.sign_out(register, people[0])
    two.clock = register.ends_at
    for person in people:
        two.wait(1)
        two.sign_out(register, person)
    return one, two


def _taken(cast: Cast, klass: TrainingClass, name: str) -> FakeTablet:
    opens = first_register(klass).opens_at
    made = FakeTablet(name, opens)
    made.take(klass, Wish(sessions=all_sessions(klass)), by=cast.class_manager, at=opens)
    return made


@st.composite
def deliveries(draw: Any, sizes: tuple[int, int] = (7, 3)) -> list[Piece]:
    """Every record at least once, in pieces of any size and order, some of them again."""
    once = [(n, no) for n, size in enumerate(sizes) for no in range(size)]
    again = draw(st.lists(st.sampled_from(once), max_size=8))
    shuffled = draw(st.permutations([*once, *again]))
    pieces: list[Piece] = []
    for n, no in shuffled:
        if pieces and pieces[-1][0] == n and draw(st.booleans()):
            pieces[-1][1].append(no)
        else:
            pieces.append((n, [no]))
    return pieces


@given(pieces=deliveries(), photo_after=st.integers(0, 25))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_comes_to_the_same(
    tablets: tuple[FakeTablet, FakeTablet], pieces: list[Piece], photo_after: int
) -> None:
    in_order: list[Piece] = [(n, [*range(len(one.written))]) for n, one in enumerate(tablets)]
    assert outcome(tablets, pieces, photo_after) == outcome(tablets, in_order, 99)


def outcome(
    tablets: tuple[FakeTablet, FakeTablet], pieces: list[Piece], photo_after: int
) -> list[Any]:
    """What it came to; then everything is undone."""
    with transaction.atomic():
        late = tablets[1].clock + timedelta(hours=9)
        for step, (n, numbers) in enumerate(pieces):
            if step == photo_after:
                _try_photo(tablets[0], late)
            tablets[n].sync([tablets[n].written[no] for no in numbers], at=late)
        _try_photo(tablets[0], late)
        found = [sorted(rows) for rows in _facts()]
        assert all(one.add_up and not one.waiting for one in sums_of(_kits(tablets)).values())
        transaction.set_rollback(True)
    return found


def _kits(tablets: tuple[FakeTablet, FakeTablet]) -> list[Any]:
    return [one.kit for one in tablets]


def _try_photo(tablet: FakeTablet, at: Any) -> None:
    try:
        tablet.send_photo(at=at)
    except Refused:  # no record names it yet: the tablet tries again after the next delivery
        return


def _facts() -> Iterator[list[Any]]:
    yield list(Mark.objects.values_list("person", "kind", "at", "device", "nonce"))
    yield list(Record.objects.values_list("tablet", "no", "fate", "note"))
    yield list(Conflict.objects.values_list("record__nonce", "why", "words"))
    yield list(Tablet.objects.values_list("name", "next_no"))
