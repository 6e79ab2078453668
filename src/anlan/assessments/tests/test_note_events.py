"""What a phone notices is kept once, bounded, weighed by dated rules, and fails nobody."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from anlan.assessments.intake.events import ENDPOINTS, MOST_EVENTS
from anlan.assessments.models import EventKind, EventTally, Sitting, SittingEvent, SittingReview
from anlan.assessments.queries.reviews import event_note, events_of, weigh
from anlan.assessments.services import (
    note_event,
    start_sitting,
    submit_sitting,
    weigh_events,
)
from anlan.assessments.tests.builders import a_full_bank, a_learner, a_sitting, the_user
from anlan.assessments.tests.review_scenes import MINUTE, a_sat_sitting, entries, set_rule, verbs_of
from anlan.testing.cast import NOW, Cast
from anlan.testing.intake import Door, Told

SECOND = timedelta(seconds=1)


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    a_full_bank()
    found = a_sitting(a_learner(), cast.class_manager)
    return start_sitting(found, by=the_user(found.person), at=NOW, device="a" * 32)


@pytest.fixture
def door(sitting: Sitting) -> Door:
    return Door(ENDPOINTS, user=the_user(sitting.person), device="a" * 32)


def away(at: datetime, seconds: int, serial: int) -> list[dict[str, Any]]:
    """Away for so many seconds, by the phone's clock."""
    back = at + seconds * SECOND
    return [
        {"kind": "focus_lost", "at": at.isoformat(), "id": f"l{serial}"},
        {"kind": "focus_back", "at": back.isoformat(), "id": f"b{serial}"},
    ]


def send(door: Door, sitting: Sitting, events: list[dict[str, Any]]) -> Told:
    return door.ask("exams/events", {"sitting": str(sitting.uid), "events": events})


def test_three_absences_are_summed_up_in_one_plain_sentence(door: Door, sitting: Sitting) -> None:
    spans = (60, 40, 30)
    for serial, seconds in enumerate(spans):
        told = send(door, sitting, away(NOW + serial * 5 * MINUTE, seconds, serial))
        assert (told.status, told.json) == (200, {"kept": 2})
    assert weigh(sitting, events_of(sitting)).sentences() == ["切出页面 3 次，共 2 分 10 秒"]


def test_the_same_events_sent_again_are_kept_once(door: Door, sitting: Sitting) -> None:
    told = [send(door, sitting, away(NOW, 20, 1)).json for _ in range(3)]
    assert told == [{"kept": 2}, {"kept": 0}, {"kept": 0}]
    nameless = [{"kind": "offline", "at": 1795395600000.0}]
    assert send(door, sitting, nameless).json == {"kept": 1}
    assert send(door, sitting, nameless).json == {"kept": 0}
    assert SittingEvent.objects.count() == 3


def test_server_time_and_device_time_stand_apart(door: Door, sitting: Sitting) -> None:
    send(door, sitting, away(NOW - 90 * MINUTE, 20, 1))
    event = events_of(sitting)[0]
    assert event.device_at == NOW - 90 * MINUTE
    assert event.at > NOW - 90 * MINUTE
    assert event_note(event) == "设备时间与收到时间不同"


def test_a_phone_claims_no_longer_absence_than_the_sitting_took(
    door: Door, sitting: Sitting
) -> None:
    send(door, sitting, away(NOW, 10**7, 1))
    submit_sitting(sitting, by=None, at=NOW + 10 * MINUTE)
    assert weigh(sitting, events_of(sitting)).away_seconds == 600
    backwards = [
        {"kind": "offline", "at": NOW.isoformat()},
        {"kind": "online", "at": (NOW - MINUTE).isoformat()},
    ]
    send(door, sitting, backwards)
    assert weigh(sitting, events_of(sitting)).offline_seconds == 0


def test_a_sitting_keeps_so_many_events_and_counts_the_rest(door: Door, sitting: Sitting) -> None:
    many = [{"kind": "offline", "at": n * 1000} for n in range(1, 201)]
    more = [{"kind": "online", "at": n * 1000} for n in range(1, 201)]
    assert send(door, sitting, many).json == {"kept": 200}
    assert send(door, sitting, more).json == {"kept": MOST_EVENTS - 200}
    assert SittingEvent.objects.count() == MOST_EVENTS
    assert EventTally.objects.get().dropped == 400 - MOST_EVENTS


def test_another_device_is_noted_once(sitting: Sitting) -> None:
    other = Door(ENDPOINTS, user=the_user(sitting.person), device="b" * 32)
    for serial in (1, 2):
        send(other, sitting, away(NOW, 1, serial))
    kinds = [one.kind for one in events_of(sitting)]
    assert kinds.count(EventKind.SECOND_DEVICE) == 1
    assert "在另外 1 台设备打开过" in weigh(sitting, events_of(sitting)).sentences()


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "time_granted", "at": 1000, "detail": {"seconds": 600}},
        {"kind": "second_device", "at": 1000},
        {"kind": "focus_lost", "at": "昨天"},
        {"kind": "focus_lost", "at": 1e18},
        {"kind": "focus_lost", "at": 1000, "detail": {"x": "长" * 400}},
    ],
)
def test_what_a_phone_may_not_say_is_refused_and_nothing_is_kept(
    door: Door, sitting: Sitting, event: dict[str, Any]
) -> None:
    told = send(door, sitting, [event])
    assert told.status == 422
    assert not SittingEvent.objects.exists()
    assert not EventTally.objects.exists()


def test_nobody_notes_anything_about_anothers_sitting(cast: Cast, sitting: Sitting) -> None:
    for stranger in (cast.outsider, cast.class_manager):
        told = send(Door(ENDPOINTS, user=stranger), sitting, away(NOW, 9, 1))
        assert told.status == 404
    assert send(Door(ENDPOINTS), sitting, away(NOW, 9, 1)).status == 401
    assert not SittingEvent.objects.exists()


def test_a_threshold_puts_a_sitting_on_the_list_and_leaves_its_result(
    door: Door, sitting: Sitting
) -> None:
    for serial in range(5):
        send(door, sitting, away(NOW + serial * MINUTE, 5, serial))
    assert weigh_events(NOW + MINUTE) == 0  # not before it is handed in
    submit_sitting(sitting, by=None, at=NOW + 20 * MINUTE)
    score = sitting.score
    assert weigh_events(NOW + 21 * MINUTE) == 1
    review = SittingReview.objects.get()
    assert review.reasons == ["切出页面 5 次（复核线 5 次）"]
    sitting.refresh_from_db()
    assert (sitting.status, sitting.score) == ("submitted", score)
    assert entries(sitting)[-1].verb == "sitting_flagged"
    assert weigh_events(NOW + 22 * MINUTE) == 0
    send(door, sitting, away(NOW + 30 * MINUTE, 5, 9))
    assert weigh_events(NOW + 31 * MINUTE) == 0
    assert SittingReview.objects.count() == 1


def test_under_the_threshold_nobody_is_bothered(door: Door, sitting: Sitting) -> None:
    for serial in range(4):
        send(door, sitting, away(NOW + serial * MINUTE, 5, serial))
    submit_sitting(sitting, by=None, at=NOW + 20 * MINUTE)
    assert weigh_events(NOW + 21 * MINUTE) == 0
    assert not SittingReview.objects.exists()
    assert EventTally.objects.get().weighed_at == NOW + 21 * MINUTE


def test_the_threshold_is_the_one_of_the_day_of_the_exam(door: Door, sitting: Sitting) -> None:
    set_rule("exam.review_away_times", 2)
    set_rule("exam.review_away_times", 50, since=NOW + timedelta(days=3))
    for serial in range(2):
        send(door, sitting, away(NOW + serial * MINUTE, 5, serial))
    submit_sitting(sitting, by=None, at=NOW + 20 * MINUTE)
    assert weigh_events(NOW + timedelta(days=5)) == 1


def test_what_the_server_noted_stands_in_the_same_summary(cast: Cast) -> None:
    sitting = a_sat_sitting(cast)
    granted = {"seconds": 300, "reason": "停电"}
    for _ in range(2):
        note_event(sitting, EventKind.TIME_GRANTED, at=NOW, client="grant:1", detail=granted)
    note_event(sitting, EventKind.LATE_ANSWER, at=NOW, detail={"no": 7})
    events = events_of(sitting)
    assert weigh(sitting, events).sentences() == ["1 个答案晚到", "补时 5 分钟"]
    assert [event_note(one) for one in events] == ["5 分钟，停电", "第 7 题"]
    assert "sitting_flagged" not in verbs_of(sitting)


def test_many_phones_at_once_cost_a_fixed_number_of_queries(
    cast: Cast, door: Door, sitting: Sitting, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14):
        send(door, sitting, away(NOW, 5, 1) + away(NOW + MINUTE, 5, 2))
