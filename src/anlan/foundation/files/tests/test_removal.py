"""Bytes are taken away for good only when nobody else names them."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from anlan.foundation.files.models import BytesRemoved, StoredFile
from anlan.foundation.files.removal import mark_removed, named_elsewhere, sweep_removed
from anlan.foundation.files.services import keep
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=2)  # what came within the hour is left alone


def a_file(content: bytes = b"film") -> StoredFile:
    return keep([content], name="上午.mp4", by=None, at=NOW)


def test_equal_bytes_stay_as_long_as_anybodys_do() -> None:
    first, second = a_file(), a_file()
    path = first.path
    assert named_elsewhere(first) == 1
    assert mark_removed([first], at=NOW) == [first]
    assert sweep_removed(now() + LATER) == 0
    assert second.path == path
    assert path.read_bytes() == b"film"
    first.refresh_from_db()
    with pytest.raises(BytesRemoved):
        _ = first.path
    assert mark_removed([second], at=now()) == [second]
    assert sweep_removed(now() + LATER) == 1
    assert not path.exists()


def test_bytes_that_came_just_now_are_left_for_the_row_that_is_on_its_way() -> None:
    stored = a_file()
    path = stored.path
    mark_removed([stored], at=now())
    assert sweep_removed(now()) == 0
    assert path.exists()
    assert sweep_removed(now() + LATER) == 1
    assert not path.exists()


def test_bytes_that_come_again_live_again() -> None:
    stored = a_file()
    mark_removed([stored], at=now())
    again = a_file()
    assert sweep_removed(now() + LATER) == 0
    assert again.path.read_bytes() == b"film"
    stored.refresh_from_db()
    assert stored.removed_at is not None


def test_removing_twice_marks_once() -> None:
    stored = a_file()
    assert mark_removed([stored], at=now()) == [stored]
    stored.refresh_from_db()
    assert mark_removed([stored], at=now()) == []
