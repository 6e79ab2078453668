"""A register takes its windows from the rules of its day, and stays once somebody has signed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.attendance.models import Proof, Register
from anlan.attendance.services import (
    Occasion,
    move_register,
    open_register,
    open_registers,
    sign_in,
)
from anlan.attendance.tests.builders import BEGIN, END, a_morning, a_person, after
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast

RULES_DAY = local_date(NOW)
pytestmark = pytest.mark.django_db


def test_the_windows_come_from_the_rules() -> None:
    register = a_morning()
    assert register.opens_at == after(-40)
    assert register.late_after == after(15)
    assert register.closes_at == END + timedelta(minutes=60)
    assert register.qr_seconds == 12
    assert len(register.secret) == 32


def test_a_register_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput, match="不晚于开始时间"):
        open_register(
            title="课",
            place="",
            starts_at=END,
            ends_at=BEGIN,
            hours=Decimal(4),
            rules=rulebook(RULES_DAY),
        )
    assert not Register.objects.exists()


def test_many_are_opened_in_one_write_each_with_its_own_secret() -> None:
    occasions = [Occasion(f"第 {n} 次", "教室", BEGIN, END, Decimal(4)) for n in range(20)]
    rules = rulebook(RULES_DAY)
    with CaptureQueriesContext(connection) as asked:
        made = open_registers(occasions, rules=rules)
    assert len([q for q in asked.captured_queries if q["sql"].startswith("INSERT")]) == 1
    assert len({register.secret for register in made}) == 20
    assert all(register.pk for register in made)


def test_a_register_moves_with_its_windows() -> None:
    register = a_morning()
    shift = timedelta(days=1)
    moved = move_register(
        register,
        starts_at=BEGIN + shift,
        ends_at=END + shift,
        place="二号教室",
        rules=rulebook(RULES_DAY),
    )
    moved.refresh_from_db()
    assert (moved.pk, moved.place, moved.opens_at) == (register.pk, "二号教室", after(-40) + shift)


def test_once_somebody_signed_it_stays_where_it_is(cast: Cast) -> None:
    register = a_morning()
    sign_in(register, a_person(), proof=Proof.QR, by=None, at=NOW)
    with pytest.raises(NotAllowed, match="已有学员签到"):
        move_register(
            register, starts_at=BEGIN, ends_at=END, place="别处", rules=rulebook(RULES_DAY)
        )
    register.refresh_from_db()
    assert register.place == "一号教室"
