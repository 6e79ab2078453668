"""Signing out: after the sign-in, from the beginning of the class until the register closes."""

import pytest

from anlan.attendance.models import Mark, MarkKind, Proof, Register
from anlan.attendance.services import AlreadySigned, sign_in, sign_out
from anlan.attendance.tests.builders import a_morning, a_person, after, lines
from anlan.identity.models import Person
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import Cast


@pytest.fixture
def register(cast: Cast) -> Register:
    return a_morning()


@pytest.fixture
def person(register: Register) -> Person:
    """Somebody who has come."""
    person = a_person()
    sign_in(register, person, proof=Proof.QR, by=None, at=after(-10))
    return person


@pytest.mark.parametrize("minutes", [0, 120, 240, 300])
def test_whoever_came_may_leave_until_the_register_closes(
    register: Register, person: Person, minutes: int
) -> None:
    mark = sign_out(register, person, proof=Proof.QR, by=None, at=after(minutes))
    assert (mark.kind, mark.late) == (MarkKind.OUT, False)
    assert lines(register) == ["signed_in", "signed_out"]


@pytest.mark.parametrize(("minutes", "words"), [(-5, "还不能签退"), (301, "签退已于")])
def test_not_before_the_class_nor_after_the_register_closed(
    register: Register, person: Person, minutes: int, words: str
) -> None:
    with pytest.raises(NotAllowed, match=words):
        sign_out(register, person, proof=Proof.QR, by=None, at=after(minutes))
    assert lines(register) == ["signed_in"]
    assert Mark.objects.count() == 1


def test_whoever_did_not_come_cannot_leave(register: Register) -> None:
    with pytest.raises(NotAllowed, match="您还没有签到，不能签退"):
        sign_out(register, a_person(2), proof=Proof.QR, by=None, at=after(240))
    assert not Mark.objects.exists()


def test_nobody_leaves_before_having_come(register: Register) -> None:
    latecomer = a_person(2)
    sign_in(register, latecomer, proof=Proof.QR, by=None, at=after(60))
    with pytest.raises(NotAllowed, match="还不能签退"):
        sign_out(register, latecomer, proof=Proof.QR, by=None, at=after(30))
    assert Mark.objects.filter(person=latecomer).count() == 1


def test_leaving_twice_is_told_with_the_first_time(register: Register, person: Person) -> None:
    sign_out(register, person, proof=Proof.QR, by=None, at=after(240))
    with pytest.raises(AlreadySigned, match="您已于 12:30 签退，无需重复"):
        sign_out(register, person, proof=Proof.QR, by=None, at=after(241))
    assert Mark.objects.filter(kind=MarkKind.OUT).count() == 1


def test_the_supervisor_needs_a_reason_here_too(
    register: Register, person: Person, cast: Cast
) -> None:
    with pytest.raises(BadInput, match="写明原因"):
        sign_out(register, person, proof=Proof.SUPERVISOR, by=cast.class_manager, at=after(240))
    assert lines(register) == ["signed_in"]
