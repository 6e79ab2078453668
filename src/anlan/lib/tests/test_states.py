"""A status moves along the table of steps, once, whoever else reaches for it."""

from typing import ClassVar

import pytest
from django.db import connection, models

from anlan.lib.refusals import NotAllowed
from anlan.lib.states import advance

pytestmark = pytest.mark.django_db


class Status(models.TextChoices):
    """The life of a leave note."""

    WAITING = "waiting", "待批"
    GRANTED = "granted", "已批"
    RETURNED = "returned", "退回"


class LeaveNote(models.Model):
    """A table of this story alone: the library knows of no room."""

    serial = models.IntegerField(primary_key=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    reason = models.CharField(max_length=20, default="")
    objects: ClassVar[models.Manager["LeaveNote"]] = models.Manager()

    class Meta:
        app_label = "story"
        db_table = "story_leavenote"


STEPS = {Status.WAITING: {Status.GRANTED, Status.RETURNED}, Status.RETURNED: {Status.WAITING}}


@pytest.fixture(autouse=True)
def _table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE story_leavenote "
            "(serial integer PRIMARY KEY, status varchar(10), reason varchar(20))"
        )


@pytest.fixture
def note() -> LeaveNote:
    return LeaveNote.objects.create(serial=1)


def kept(serial: int = 1) -> tuple[str, str]:
    """What the database holds."""
    found = LeaveNote.objects.get(serial=serial)
    return found.status, found.reason


def test_a_step_of_the_table_is_taken_with_its_changes(note: LeaveNote) -> None:
    advance(note, Status.GRANTED, STEPS, reason="同意")
    assert kept() == (note.status, note.reason) == (Status.GRANTED, "同意")


def test_only_this_one_moves(note: LeaveNote) -> None:
    LeaveNote.objects.create(serial=2)
    advance(note, Status.GRANTED, STEPS, reason="同意")
    assert kept(serial=2) == (Status.WAITING, "")


def test_one_may_go_back_where_the_table_says_so(note: LeaveNote) -> None:
    advance(note, Status.RETURNED, STEPS)
    advance(note, Status.WAITING, STEPS)
    assert kept() == (Status.WAITING, "")


@pytest.mark.parametrize(
    ("since", "to"),
    [
        (Status.GRANTED, Status.RETURNED),  # the end of a life: no step leads out
        (Status.GRANTED, Status.GRANTED),
        (Status.RETURNED, Status.GRANTED),
        (Status.WAITING, Status.WAITING),
    ],
)
def test_a_step_that_is_not_in_the_table_is_refused(since: Status, to: Status) -> None:
    note = LeaveNote.objects.create(serial=1, status=since)
    with pytest.raises(NotAllowed) as refused:
        advance(note, to, STEPS, reason="硬来")
    assert f"「{since.label}」" in refused.value.message
    assert f"「{to.label}」" in refused.value.message
    assert "刷新" in refused.value.next_step
    assert kept() == (note.status, note.reason) == (since, "")


def test_the_slower_of_two_hands_is_refused_and_changes_nothing(note: LeaveNote) -> None:
    stale = LeaveNote.objects.get()
    advance(note, Status.GRANTED, STEPS, reason="同意")
    with pytest.raises(NotAllowed, match="另一位同事"):
        advance(stale, Status.RETURNED, STEPS, reason="迟到")
    assert kept() == (Status.GRANTED, "同意")
    assert (stale.status, stale.reason) == (Status.WAITING, "")


def test_the_same_step_is_not_taken_twice(note: LeaveNote) -> None:
    again = LeaveNote.objects.get()
    advance(note, Status.GRANTED, STEPS, reason="第一次")
    with pytest.raises(NotAllowed):
        advance(again, Status.GRANTED, STEPS, reason="第二次")
    assert kept() == (Status.GRANTED, "第一次")
