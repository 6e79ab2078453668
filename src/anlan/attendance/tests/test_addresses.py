"""Where a scan came from: kept as a keyed hash, and only for a while."""

from datetime import timedelta

from anlan.attendance.models import Mark, Proof
from anlan.attendance.services import forget_addresses, sign_in
from anlan.attendance.tests.builders import a_morning, a_person
from anlan.foundation.ledger.models import Entry
from anlan.testing.cast import NOW, Cast

ADDRESS = "203.0.113.5"


def scanned(*, person: int, address: str) -> Mark:
    register = a_morning()
    return sign_in(
        register,
        a_person(person),
        proof=Proof.QR,
        by=None,
        at=register.starts_at,
        device=f"phone-{person}",
        address=address,
    )


def test_equal_addresses_meet_and_none_can_be_read(cast: Cast) -> None:
    first, second = (scanned(person=n, address=ADDRESS) for n in (1, 2))
    other = scanned(person=3, address="203.0.113.6")
    assert first.address == second.address != other.address
    assert ADDRESS not in first.address
    assert len(first.address) == 64
    assert not any(first.address in leaf for leaf in Entry.objects.values_list("leaf", flat=True))


def test_a_mark_without_an_address_has_none(cast: Cast) -> None:
    assert scanned(person=1, address="").address == ""


def test_addresses_are_forgotten_after_the_rule_s_days(cast: Cast) -> None:
    mark = scanned(person=1, address=ADDRESS)
    assert forget_addresses(mark.at + timedelta(days=59)) == 0
    assert forget_addresses(mark.at + timedelta(days=61)) == 1
    mark.refresh_from_db()
    assert (mark.address, mark.device) == ("", "phone-1")
    assert forget_addresses(NOW + timedelta(days=400)) == 0
