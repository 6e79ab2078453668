"""Insured headcounts: what holds now, what was known when, and taking a file back."""

from datetime import date, timedelta

import pytest

from anlan.lib.refusals import Refused
from anlan.organizations.headcount_queries import insured_on
from anlan.organizations.headcount_services import take_back_headcounts, tell_headcounts
from anlan.organizations.models import FormerHeadcount, InsuredHeadcount
from anlan.testing.cast import NOW, Cast

MARCH = date(2026, 3, 1)
LATER, LAST = NOW + timedelta(days=1), NOW + timedelta(days=2)


def tell(cast: Cast, people: int, told_by: str, at: object = NOW) -> None:
    tell_headcounts({(cast.enterprise.pk, MARCH): people}, told_by=told_by, at=at)  # type: ignore[arg-type]


def test_each_vintage_can_be_asked_for(cast: Cast) -> None:
    one = cast.enterprise.pk
    tell(cast, 100, "a")
    tell(cast, 100, "b", LATER)
    assert not FormerHeadcount.objects.exists()
    tell(cast, 120, "b", LATER)
    assert insured_on(date(2026, 3, 17)) == {one: 120}
    assert insured_on(MARCH, known_at=NOW) == {one: 100}
    assert insured_on(MARCH, known_at=LATER) == {one: 120}
    assert insured_on(MARCH, known_at=NOW - timedelta(seconds=1)) == {}
    assert insured_on(MARCH, organizations=[cast.rival_enterprise.pk]) == {}
    assert [h.people for h in cast.enterprise.headcounts.all()] == [120]


def test_a_file_taken_back_gives_back_what_stood(cast: Cast) -> None:
    one = cast.enterprise.pk
    tell(cast, 100, "a")
    tell(cast, 120, "b", LATER)
    with pytest.raises(Refused, match="后来"):
        take_back_headcounts("a", at=LAST)
    assert insured_on(MARCH) == {one: 120}
    assert take_back_headcounts("b", at=LAST) == (0, 1)
    assert insured_on(MARCH) == {one: 100}
    assert insured_on(MARCH, known_at=LATER) == {one: 120}
    assert take_back_headcounts("a", at=LAST) == (1, 0)
    assert not InsuredHeadcount.objects.exists()
    assert insured_on(MARCH, known_at=LATER) == {one: 120}


def test_a_headcount_written_without_a_file_is_always_known(cast: Cast) -> None:
    InsuredHeadcount.objects.create(organization=cast.enterprise, month=MARCH, people=80)
    assert insured_on(MARCH, known_at=NOW - timedelta(days=999)) == {cast.enterprise.pk: 80}
