"""When a result is seen is a dated rule; until then the learner sees that it will be, and when."""

from datetime import timedelta

import pytest

from anlan.assessments.models import EventKind, Sitting
from anlan.assessments.queries.releases import (
    appeals_close,
    is_released,
    release_words,
    released,
)
from anlan.assessments.services import decide_review, note_event, open_review, weigh_events
from anlan.assessments.tests.builders import HOUR
from anlan.assessments.tests.review_scenes import MINUTE, a_sat_sitting, set_rule
from anlan.lib.dates import to_shanghai
from anlan.testing.cast import NOW, Cast

HANDED_IN = NOW + 20 * MINUTE
CLOSED = NOW + 3 * HOUR


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    return a_sat_sitting(cast)


def test_by_the_shipped_rule_a_result_is_seen_at_once(sitting: Sitting) -> None:
    assert is_released(sitting, at=HANDED_IN)
    assert release_words(sitting) == "交卷后马上公布"


def test_after_close_waits_for_everybody(sitting: Sitting) -> None:
    set_rule("exam.release", "after_close")
    assert not is_released(sitting, at=CLOSED - MINUTE)
    assert is_released(sitting, at=CLOSED)
    assert release_words(sitting) == "将于 2026年11月23日 周一 12:00 公布"


def test_after_review_waits_for_the_person_who_looks(cast: Cast, sitting: Sitting) -> None:
    set_rule("exam.release", "after_review")
    assert not is_released(sitting, at=CLOSED - MINUTE)
    assert is_released(sitting, at=CLOSED)
    review = open_review(sitting, reason="监考看到异常", by=cast.examiner, at=CLOSED)
    assert not is_released(sitting, at=CLOSED + HOUR)
    decide_review(review, normal=True, reason="无异常", by=cast.examiner, at=CLOSED + HOUR)
    assert is_released(sitting, at=CLOSED + HOUR)


def test_after_review_waits_for_events_that_nobody_has_weighed(sitting: Sitting) -> None:
    set_rule("exam.release", "after_review")
    note_event(sitting, EventKind.OFFLINE, at=HANDED_IN)
    assert not is_released(sitting, at=CLOSED)
    weigh_events(CLOSED)
    assert is_released(sitting, at=CLOSED)


def test_the_rule_is_that_of_the_day_of_the_exam(sitting: Sitting) -> None:
    set_rule("exam.release", "after_close", since=NOW + timedelta(days=1))
    assert is_released(sitting, at=HANDED_IN)


def test_what_was_never_handed_in_is_never_released(cast: Cast, sitting: Sitting) -> None:
    Sitting.objects.update(status="void")
    sitting.refresh_from_db()
    assert not is_released(sitting, at=CLOSED + HOUR)


def test_a_page_of_sittings_reads_a_rule_book_once(
    cast: Cast,
    sitting: Sitting,
    django_assert_num_queries: "object",
) -> None:
    others = [a_sat_sitting(cast, serial=serial) for serial in (2, 3)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = released([sitting, *others], at=HANDED_IN)
    assert found == {one.pk for one in (sitting, *others)}


def test_an_appeal_may_be_made_for_the_days_of_the_rule(sitting: Sitting) -> None:
    assert f"{to_shanghai(appeals_close(sitting)):%m-%d %H:%M}" == "12-08 23:59"
