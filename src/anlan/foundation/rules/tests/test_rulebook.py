"""Which value holds on which day, for which industry."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from anlan.foundation.rules.models import Rule
from anlan.foundation.rules.queries import RuleMissing, rulebook

pytestmark = pytest.mark.django_db
KEY = "story.hours"
FIRST = date(2026, 3, 1)
AFTER = date(2026, 9, 1)
DAY = timedelta(days=1)


def a_rule(value: Any, since: date = FIRST, until: date | None = None, scope: str = "") -> Rule:
    return Rule.objects.create(
        key=KEY,
        scope=scope,
        value=value,
        valid_from=since,
        valid_to=until,
        label="学时",
        clause=f"第 {value} 条",
    )


def test_a_rule_holds_from_its_first_day_until_the_day_before_its_last() -> None:
    a_rule(8, FIRST, AFTER)
    assert rulebook(FIRST).whole(KEY) == 8
    assert rulebook(AFTER - DAY).whole(KEY) == 8
    for day in (FIRST - DAY, AFTER):
        with pytest.raises(RuleMissing, match=rf"{KEY}.*anlan doctor"):
            rulebook(day).whole(KEY)


def test_one_rule_takes_over_from_another_without_a_gap() -> None:
    a_rule(8, FIRST, AFTER)
    a_rule(12, AFTER)
    assert [rulebook(day).whole(KEY) for day in (AFTER - DAY, AFTER)] == [8, 12]


def test_a_newer_rule_wins_over_an_older_one_that_nobody_ended() -> None:
    a_rule(12, AFTER)
    a_rule(8, FIRST)
    assert [rulebook(day).whole(KEY) for day in (AFTER - DAY, AFTER)] == [8, 12]


def test_the_narrower_rule_wins_even_when_it_is_older_and_only_for_its_industry() -> None:
    a_rule(24, FIRST, scope="hazchem")
    a_rule(8, AFTER)
    assert rulebook(AFTER, scope="hazchem").whole(KEY) == 24
    assert rulebook(AFTER, scope="mining").whole(KEY) == 8
    assert rulebook(AFTER).whole(KEY) == 8
    assert rulebook(AFTER, scope="hazchem").ruling(KEY).clause == "第 24 条"


def test_a_narrower_rule_that_ended_gives_way_to_the_wider_one() -> None:
    a_rule(24, FIRST, AFTER, scope="hazchem")
    a_rule(8, FIRST)
    assert rulebook(AFTER, scope="hazchem").whole(KEY) == 8


def test_a_rule_is_read_as_what_it_is() -> None:
    rule = a_rule(0.5)
    assert rulebook(FIRST).number(KEY) == 0.5
    Rule.objects.filter(pk=rule.pk).update(value=False)
    assert rulebook(FIRST).flag(KEY) is False
    Rule.objects.filter(pk=rule.pk).update(value=["08:30", "12:00"])
    assert rulebook(FIRST).ruling(KEY).value == ["08:30", "12:00"]


def test_a_rule_nobody_wrote_is_missing_and_said_by_name() -> None:
    with pytest.raises(RuleMissing, match=r"story\.nothing"):
        rulebook(FIRST).flag("story.nothing")


@pytest.mark.parametrize("until", [FIRST, FIRST - DAY])
def test_a_rule_that_ends_before_it_begins_is_refused(until: date) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        a_rule(8, FIRST, until)
    assert not Rule.objects.filter(key=KEY).exists()


def test_two_values_for_the_same_first_day_are_refused() -> None:
    a_rule(8)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_rule(9)
    assert rulebook(FIRST).whole(KEY) == 8
