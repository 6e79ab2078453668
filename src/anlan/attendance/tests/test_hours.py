"""学时 follow from the two marks, and the reads stay bulk however many registers there are."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.attendance.models import Proof, Register
from anlan.attendance.queries import (
    Presence,
    attendances,
    earned,
    hours_of,
    presence,
    presences,
    shared_devices,
)
from anlan.attendance.services import sign_in, sign_out
from anlan.attendance.tests.builders import BEGIN, END, a_morning, a_person, after
from anlan.testing.cast import Cast

minutes_in = st.integers(-40, 240)
minutes_out = st.integers(0, 300)


def held(hours: Decimal = Decimal(4)) -> Register:
    return Register(
        starts_at=BEGIN, late_after=after(15), leave_from=after(230), ends_at=END, hours=hours
    )


def there(came: float, left: float | None) -> Presence:
    return Presence(
        person_id=1,
        in_at=after(came),
        out_at=None if left is None else after(left),
        late=came > 15,
        proof=Proof.QR,
        out_proof=None,
        reason="",
        device="",
    )


@pytest.mark.parametrize(
    ("came", "left", "worth"),
    [
        (-40, 300, "4"),  # early and late count no more than the class
        (15, 240, "4"),  # within the grace: from the beginning
        (16, 240, "3.5"),  # 224 of 240 minutes
        (15, 230, "4"),  # within the grace at the other end: to the end
        (0, 229, "3.5"),  # nothing is rounded up
        (0, 120, "2"),
        (60, 180, "2"),
        (0, 29, "0"),
        (240, 300, "0"),
        (0, None, "0"),  # never signed out
    ],
)
def test_hours_are_a_share_of_the_minutes_rounded_down_to_the_half(
    came: int, left: int | None, worth: str
) -> None:
    assert earned(held(), there(came, left)) == Decimal(worth)


@given(came=minutes_in, left=minutes_out, hours=st.decimals("0.5", "8", places=1))
def test_hours_are_whole_halves_between_nothing_and_the_full_worth(
    came: int, left: int, hours: Decimal
) -> None:
    worth = earned(held(hours), there(came, left))
    assert Decimal(0) <= worth <= hours
    assert worth % Decimal("0.5") == 0


@given(came=minutes_in, left=minutes_out, less=st.integers(0, 60))
def test_coming_later_or_leaving_earlier_never_earns_more(came: int, left: int, less: int) -> None:
    full = earned(held(), there(came, left))
    assert earned(held(), there(came + less, left)) <= full
    assert earned(held(), there(came, left - less)) <= full


@given(came=st.integers(-40, 15), left=st.integers(240, 300))
def test_whoever_came_in_time_and_stayed_has_it_all(came: int, left: int) -> None:
    assert earned(held(), there(came, left)) == Decimal(4)


def test_hours_are_summed_over_registers(cast: Cast) -> None:
    here, afternoon = a_person(1), a_morning("下午课", BEGIN + timedelta(hours=5))
    morning, left_early = a_morning(), a_person(2)
    for register in (morning, afternoon):
        sign_in(register, here, proof=Proof.QR, by=None, at=register.starts_at)
        sign_out(register, here, proof=Proof.QR, by=None, at=register.ends_at)
    sign_in(morning, left_early, proof=Proof.QR, by=None, at=after(0))
    assert hours_of([morning, afternoon]) == {here.pk: Decimal(8), left_early.pk: Decimal(0)}
    assert attendances([morning, afternoon]) == 3


def test_presence_tells_who_came_in_order_and_by_what_proof(cast: Cast) -> None:
    register, first, second = a_morning(), a_person(1), a_person(2)
    manager = cast.class_manager
    sign_in(register, second, proof=Proof.SUPERVISOR, by=manager, at=after(20), reason="没带手机")
    sign_in(register, first, proof=Proof.QR, by=None, at=after(2), device="phone")
    sign_out(register, first, proof=Proof.SUPERVISOR, by=manager, at=after(240), reason="没电")
    came = presence(register)
    assert [one.person_id for one in came] == [first.pk, second.pk]
    assert came[0].out_at == after(240)
    assert (came[0].proof, came[0].out_proof) == (Proof.QR, Proof.SUPERVISOR)
    assert (came[1].out_at, came[1].out_proof, came[1].late) == (None, None, True)
    assert came[1].reason == "没带手机"


def test_reads_ask_once_however_many_registers(cast: Cast, django_assert_num_queries: Any) -> None:
    registers = [a_morning(f"第 {n} 次", BEGIN + timedelta(days=n)) for n in range(8)]
    people = [a_person(n) for n in range(1, 6)]
    for register in registers:
        for person in people:
            sign_in(register, person, proof=Proof.QR, by=None, at=register.starts_at, device="one")
    for read in (hours_of, presences, attendances, shared_devices):
        with django_assert_num_queries(1):
            read(registers)
    assert len(shared_devices(registers)) == 8


def test_a_register_where_nobody_came_is_empty(cast: Cast) -> None:
    register = a_morning()
    assert presences([register]) == {register.pk: []}
    assert hours_of([register]) == {}
    assert attendances([]) == 0
