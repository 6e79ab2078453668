"""Signing in: in time, once, by a proof, and never twice for one request."""

import json
import uuid
from collections.abc import Sequence

import pytest
from django.db import transaction

from anlan.attendance.models import Mark, MarkKind, Proof, Register
from anlan.attendance.queries import shared_devices
from anlan.attendance.services import AlreadySigned, Verdict, sign_in, signing
from anlan.attendance.tests.builders import a_morning, a_person, a_scan, after, lines
from anlan.foundation.ledger.models import Entry, TimeSource
from anlan.identity.models import Person
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import Cast

REFUSED_TIMES = [(-41, "还不能签到"), (241, "签到已于")]


@pytest.fixture
def register(cast: Cast) -> Register:
    return a_morning()


@pytest.fixture
def person(db: None) -> Person:
    return a_person()


def nothing_changed(register: Register) -> bool:
    return not Mark.objects.filter(register=register).exists() and not lines(register)


@pytest.mark.parametrize("minutes", [-40, 0, 15, 240])
def test_from_the_opening_to_the_end_one_may_sign_in(
    register: Register, person: Person, minutes: int
) -> None:
    mark = sign_in(register, person, proof=Proof.QR, by=None, at=after(minutes))
    assert mark.kind == MarkKind.IN
    assert mark.late == (minutes > 15)
    assert lines(register) == ["signed_in"]


@pytest.mark.parametrize(("minutes", "words"), REFUSED_TIMES)
def test_before_and_after_that_one_may_not(
    register: Register, person: Person, minutes: int, words: str
) -> None:
    with pytest.raises(NotAllowed, match=words) as refused:
        sign_in(register, person, proof=Proof.QR, by=None, at=after(minutes))
    assert refused.value.next_step
    assert nothing_changed(register)


def test_signing_in_twice_is_told_with_the_first_time(register: Register, person: Person) -> None:
    first = sign_in(register, person, proof=Proof.QR, by=None, at=after(1))
    with pytest.raises(AlreadySigned, match="您已于 08:31 签到，无需重复"):
        sign_in(register, person, proof=Proof.QR, by=None, at=after(5))
    assert Mark.objects.get().at == first.at
    assert lines(register) == ["signed_in"]


def test_the_same_request_again_returns_the_same_mark(register: Register, person: Person) -> None:
    nonce = uuid.uuid4()
    first = sign_in(register, person, proof=Proof.QR, by=None, at=after(1), nonce=nonce)
    again = sign_in(register, person, proof=Proof.QR, by=None, at=after(300), nonce=nonce)
    assert (again.pk, again.at) == (first.pk, after(1))
    assert lines(register) == ["signed_in"]


def test_a_nonce_of_somebody_else_is_refused(register: Register, person: Person) -> None:
    nonce = uuid.uuid4()
    sign_in(register, person, proof=Proof.QR, by=None, at=after(1), nonce=nonce)
    with pytest.raises(BadInput, match="编号"):
        sign_in(register, a_person(2), proof=Proof.QR, by=None, at=after(1), nonce=nonce)
    assert Mark.objects.count() == 1


def test_the_supervisor_signs_for_somebody_with_a_reason(
    register: Register, person: Person, cast: Cast
) -> None:
    manager = cast.class_manager
    mark = sign_in(
        register, person, proof=Proof.SUPERVISOR, by=manager, at=after(3), reason=" 手机没电 "
    )
    assert (mark.reason, mark.by) == ("手机没电", manager)
    with pytest.raises(AlreadySigned, match="该学员已于 08:33 签到"):
        sign_in(register, person, proof=Proof.SUPERVISOR, by=manager, at=after(4), reason="再来")


@pytest.mark.parametrize("reason", ["", "   "])
def test_the_supervisor_without_a_reason_is_refused(
    register: Register, person: Person, cast: Cast, reason: str
) -> None:
    with pytest.raises(BadInput, match="写明原因"):
        sign_in(
            register,
            person,
            proof=Proof.SUPERVISOR,
            by=cast.class_manager,
            at=after(3),
            reason=reason,
        )
    assert nothing_changed(register)


@pytest.mark.parametrize("proof", [Proof.SUPERVISOR, Proof.PAPER])
def test_nobody_signs_for_another_without_a_name(
    register: Register, person: Person, proof: Proof
) -> None:
    with pytest.raises(BadInput, match="班主任"):
        sign_in(register, person, proof=proof, by=None, at=after(3), reason="代")
    assert nothing_changed(register)


def test_paper_is_keyed_in_only_after_its_sheet_is_filed(
    register: Register, person: Person, cast: Cast
) -> None:
    from_paper = {
        "proof": Proof.PAPER,
        "by": cast.class_manager,
        "at": after(0),
        "time_source": TimeSource.PAPER,
    }
    with pytest.raises(NotAllowed, match="还没有归档纸质签到表"):
        sign_in(register, person, **from_paper)  # type: ignore[arg-type]
    assert nothing_changed(register)
    register.sheets.create(file=a_scan(), by=cast.class_manager, at=after(300))
    mark = sign_in(register, person, **from_paper)  # type: ignore[arg-type]
    assert mark.time_source == TimeSource.PAPER
    assert mark.recorded_at != mark.at
    assert Entry.objects.get(verb="signed_in").recorded_at == mark.recorded_at


def test_the_ledger_line_holds_nothing_personal_in_clear(
    register: Register, person: Person, cast: Cast
) -> None:
    sign_in(
        register,
        person,
        proof=Proof.SUPERVISOR,
        by=cast.class_manager,
        at=after(3),
        reason="演示乙的手机没电",
    )
    entry = Entry.objects.get(subject=register.subject)
    leaf = json.loads(entry.leaf)
    assert entry.about is not None
    assert entry.about.ref == str(person.uid)
    assert leaf["data"] == {"late": False, "proof": "班主任代签"}
    assert set(leaf["commitments"]) == {"learner", "reason"}
    assert not any(text in entry.leaf for text in (person.name, person.id_number, "演示乙"))


def test_one_phone_for_two_people_is_allowed_and_counted(
    register: Register, person: Person
) -> None:
    other, alone = a_person(2), a_person(3)
    for minutes, who, device in [
        (1, person, "phone-a"),
        (2, other, "phone-a"),
        (3, alone, "phone-b"),
    ]:
        sign_in(register, who, proof=Proof.QR, by=None, at=after(minutes), device=device)
    (shared,) = shared_devices([register])
    assert (shared.register_id, shared.device) == (register.pk, "phone-a")
    assert shared.person_ids == (person.pk, other.pk)
    counted = [
        json.loads(e.leaf)["data"]["people_on_device"]
        for e in Entry.objects.filter(verb="signed_in").order_by("id")
    ]
    assert counted == [1, 2, 1]


def test_the_supervisors_own_tablet_is_no_shared_phone(
    register: Register, person: Person, cast: Cast
) -> None:
    for who in (person, a_person(2)):
        sign_in(
            register,
            who,
            proof=Proof.SUPERVISOR,
            by=cast.class_manager,
            at=after(1),
            device="tablet",
            reason="没带手机",
        )
    assert shared_devices([register]) == []


def test_the_same_person_may_sign_two_registers(register: Register, person: Person) -> None:
    second = a_morning("另一间教室")
    sign_in(register, person, proof=Proof.QR, by=None, at=after(1))
    sign_in(second, person, proof=Proof.QR, by=None, at=after(1))
    assert Mark.objects.count() == 2


def test_the_slower_of_two_requests_is_told_the_time_of_the_first(
    register: Register, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = signing._insert

    def overtaken(fresh: Sequence[Verdict]) -> None:
        monkeypatch.setattr(signing, "_insert", insert)
        sign_in(register, person, proof=Proof.QR, by=None, at=after(1))
        insert(fresh)

    monkeypatch.setattr(signing, "_insert", overtaken)
    with pytest.raises(AlreadySigned, match="08:31 签到，无需重复"), transaction.atomic():
        sign_in(register, person, proof=Proof.QR, by=None, at=after(2))
    # The faster request was nested in the slower one's transaction here, so both are undone.
    assert nothing_changed(register)
