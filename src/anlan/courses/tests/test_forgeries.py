"""Whoever forges progress earns nothing: every trick that the field's users complain of.

The honest way stands first, so that each refusal below is told apart from a service that refuses
everybody.
"""

import base64
import uuid
from datetime import timedelta

import pytest

from anlan.courses.models import Progress, ReviewCard, Watching
from anlan.foundation.ledger.models import Entry
from anlan.lib.at_hand import forget_everything_at_hand
from anlan.testing.cast import NOW, Cast
from anlan.testing.lessons import Phone, a_lesson, a_phone, progress_of


def lines() -> int:
    return Entry.objects.filter(verb="lesson_completed").count()


@pytest.fixture
def phone(cast: Cast) -> Phone:
    return a_phone(cast)


def test_watching_to_the_end_completes_once_and_writes_one_line(phone: Phone) -> None:
    lesson = a_lesson(seconds=63)
    opened = phone.open(lesson)
    assert (opened["position"], opened["seen"], opened["slot_seconds"]) == (0, "", 5)
    said = phone.watch(0, 63)
    assert (said["completed"], said["frontier"], said["spent"]) == (True, 63, 63)
    assert phone.watch(0, 63)["completed"]
    entry = Entry.objects.get(verb="lesson_completed")
    assert entry.subject == lesson.subject
    assert '"spent_seconds":63' in entry.leaf
    assert progress_of(phone).seen == 13


def test_a_heartbeat_writes_no_line(phone: Phone) -> None:
    phone.open(a_lesson())
    before = Entry.objects.count()
    phone.watch(0, 45)
    assert Entry.objects.count() == before


def test_one_post_completes_nothing(phone: Phone) -> None:
    phone.open(a_lesson(seconds=600))
    said = phone.beat(0, 600)
    assert (said["frontier"], said["completed"], said["seen"]) == (0, False, "")
    said = phone.wait(3600).beat(0, 600)
    assert said["frontier"] <= 90 * 1.5, "an hour of silence is not an hour of learning"
    assert "按实际学习时间" in said["notice"]
    assert lines() == 0


def test_claiming_more_than_passed_earns_what_passed(phone: Phone) -> None:
    phone.open(a_lesson(seconds=600))
    assert phone.wait(10).beat(0, 300)["frontier"] == 15
    assert progress_of(phone).seen == 3


def test_double_speed_is_credited_at_the_highest_rate(phone: Phone) -> None:
    phone.open(a_lesson(seconds=600))
    for step in range(10):
        said = phone.wait(10).beat(step * 15, step * 20 + 20, rate=2.0)
    assert said["frontier"] == pytest.approx(150)
    assert said["spent"] == 100


def test_two_devices_at_once_are_one(cast: Cast, phone: Phone) -> None:
    first = a_lesson(seconds=300)
    phone.open(first)
    phone.watch(0, 15)
    tablet = Phone(phone.user, at=phone.at)
    tablet.open(a_lesson(seconds=300))
    told = phone.wait(15).try_beat(15, 30)
    assert (told.status, told.json["message"]) == (409, "已在另一台设备上继续学习。")
    assert Progress.objects.get(lesson=first).reached == 15
    assert Watching.objects.count() == 1


def test_opening_again_and_again_gathers_no_time(phone: Phone) -> None:
    lesson = a_lesson(seconds=600)
    for _ in range(40):
        phone.open(lesson)
        phone.beat(progress_of(phone).reached, 600)
    assert progress_of(phone).reached == 0
    other = a_lesson(seconds=600, title="另一课")
    phone.wait(60).open(other)
    assert phone.beat(0, 600)["frontier"] <= 3 * 1.5, (
        "what passed before the opening is not its own"
    )


def test_the_same_beat_ten_times_counts_once(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    for _ in range(10):
        said = phone.wait(15).beat(0, 15)
    assert (said["frontier"], said["spent"]) == (15, 15)


def test_beats_in_the_wrong_order_earn_no_more(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    phone.wait(45)
    for since in (30, 15, 0):
        phone.beat(since, since + 15)
    assert progress_of(phone).reached <= 15
    assert progress_of(phone).seen <= 3
    assert phone.wait(15).beat(progress_of(phone).reached, 15)["frontier"] == 15


def test_the_end_can_t_be_skipped_to(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    phone.watch(0, 30)
    said = phone.wait(15).beat(285, 300)
    assert (said["frontier"], said["position"], said["completed"]) == (30, 30, False)
    assert said["notice"] == "没有学过的部分不能跳过，请从 0:30 继续。"


def test_a_position_behind_is_free_and_earns_nothing(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    phone.watch(0, 60)
    said = phone.wait(15).beat(10, 25)
    assert (said["position"], said["frontier"], said["spent"]) == (25, 60, 60)


@pytest.mark.parametrize(
    "body",
    [
        b'{"key": "%(key)s", "since": NaN, "until": 15, "rate": 1}',
        b'{"key": "%(key)s", "since": 0, "until": Infinity, "rate": 1}',
        b'{"key": "%(key)s", "since": 0, "until": 1e400, "rate": 1}',
        b'{"key": "%(key)s", "since": 0, "until": 99999999999999999999, "rate": 1}',
        b'{"key": "%(key)s", "since": -15, "until": 15, "rate": 1}',
        b'{"key": "%(key)s", "since": 0, "until": -1, "rate": 1}',
        b'{"key": "%(key)s", "since": 15, "until": 0, "rate": 1}',
        b'{"key": "%(key)s", "since": 0, "until": 15, "rate": 0}',
        b'{"key": "%(key)s", "since": 0, "until": 15, "rate": -1}',
        b'{"key": "%(key)s", "since": 0, "until": 15, "rate": 1e9}',
        b'{"key": "%(key)s", "since": "0", "until": 15, "rate": 1}',
        b'{"key": "%(key)s", "since": 0, "until": 15, "seen": "////"}',
        b'{"key": "%(key)s", "since": 0, "until": 15, "slots": "////", "completed": true}',
        b'{"key": "%(key)s", "since": 0, "until": 15, "at": "2030-01-01T00:00:00Z"}',
        b'{"key": 7, "since": 0, "until": 15}',
        b"[[[[[[",
        b"",
    ],
)
def test_numbers_that_are_none_and_fields_that_are_nobody_s_are_refused(
    phone: Phone, body: bytes
) -> None:
    phone.open(a_lesson(seconds=300))
    phone.wait(15)
    assert phone.ask("lessons/beat", body.replace(b"%(key)s", phone.key.encode())).status == 422
    kept = progress_of(phone)
    assert (kept.seen, kept.reached, bytes(kept.slots)) == (0, 0, b"")


def test_a_length_beyond_the_lesson_ends_with_it(phone: Phone) -> None:
    phone.open(a_lesson(seconds=12))
    said = phone.wait(15).beat(0, 900_000)
    assert (said["frontier"], said["position"], progress_of(phone).seen) == (12, 12, 3)


def test_somebody_else_s_key_opens_nothing(cast: Cast, phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    thief = a_phone(cast, 1)
    thief.open(a_lesson(seconds=300, title="另一课"))
    thief.key = phone.key
    assert thief.wait(15).try_beat(0, 15).status == 409
    assert Progress.objects.filter(seen__gt=0).count() == 0
    phone.wait(15)
    assert phone.beat(0, 15)["frontier"] == 15, "and its owner goes on"


def test_a_forged_key_opens_nothing(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    phone.key = str(uuid.uuid4())
    assert phone.wait(15).try_beat(0, 15).status == 409
    assert progress_of(phone).seen == 0


def test_a_beat_after_completion_changes_nothing(phone: Phone) -> None:
    phone.open(a_lesson(seconds=30))
    phone.watch(0, 30)
    kept = progress_of(phone)
    phone.wait(15).beat(15, 30)
    again = progress_of(phone)
    assert (again.completed_at, again.spent, again.seen) == (
        kept.completed_at,
        kept.spent,
        kept.seen,
    )
    assert lines() == 1


def test_the_clock_set_back_credits_nothing_and_breaks_nothing(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    phone.watch(0, 30)
    phone.wait(-3600)
    assert phone.beat(30, 45)["frontier"] == 30
    assert phone.wait(15).beat(30, 45)["frontier"] == 45
    phone.wait(-5)
    assert phone.beat(45, 60)["frontier"] == 45
    assert phone.wait(30).beat(45, 60)["frontier"] == 60


def test_the_clock_set_forward_credits_no_more_than_a_silence(phone: Phone) -> None:
    phone.open(a_lesson(seconds=3600))
    assert phone.wait(86400).beat(0, 3600)["frontier"] == 135


def test_a_lesson_not_offered_is_refused(cast: Cast, phone: Phone) -> None:
    for facts in (
        {"published_at": None},
        {"published_at": NOW + timedelta(days=1)},
        {"retired_at": NOW},
        {"owner": cast.provider},
    ):
        told = phone.ask("lessons/open", {"lesson": str(a_lesson(**facts).uid)})
        assert (told.status, told.json["message"]) == (409, "这节课已下架，或不对您开放。")
    assert phone.ask("lessons/open", {"lesson": str(uuid.uuid4())}).status == 409
    assert not Progress.objects.exists()
    assert not Watching.objects.exists()


def test_who_learns_nothing_here_has_no_progress(cast: Cast) -> None:
    told = Phone(cast.city_official).ask("lessons/open", {"lesson": str(a_lesson().uid)})
    assert (told.status, told.json["message"]) == (409, "您的账号没有登记为学员，不记学习进度。")


def test_a_lesson_that_is_retired_takes_no_more_beats(phone: Phone) -> None:
    lesson = a_lesson(seconds=300)
    phone.open(lesson)
    phone.watch(0, 15)
    lesson.retired_at = NOW
    lesson.save()
    forget_everything_at_hand()
    assert phone.wait(15).try_beat(15, 30).status == 409
    assert progress_of(phone).reached == 15


def test_a_question_stops_the_film_until_it_is_answered_rightly(phone: Phone) -> None:
    phone.open(a_lesson(seconds=60, points=[30]))
    phone.watch(0, 30)
    said = phone.wait(15).beat(30, 45)
    assert (said["frontier"], said["notice"]) == (30, "请先回答 0:30 处的问题，再继续。")
    wrong = phone.answer(30, 0)
    assert wrong.json == {"right": False, "explanation": "", "completed": False}
    assert phone.wait(15).beat(30, 45)["frontier"] == 30
    assert phone.answer(30, 1).json["explanation"] == "先通风、再检测、后作业。"
    said = phone.watch(30, 60)
    assert (said["frontier"], said["completed"]) == (60, True)
    assert ReviewCard.objects.get().item.key == "q30"


def test_answers_tried_one_after_the_other_take_their_time(phone: Phone) -> None:
    phone.open(a_lesson(seconds=60, points=[10]))
    phone.watch(0, 10)
    told = [phone.answer(10, at) for at in (0, 2, 3, 1)]
    assert [one.status for one in told] == [200, 409, 409, 409]
    assert told[1].json["next_step"] == "9 秒后可以再答。"
    assert progress_of(phone).passed == []
    assert phone.wait(9).answer(10, 2).json["right"] is False
    assert phone.wait(9).answer(10, 1).status == 409, "twice wrong waits for twice as long"
    phone.open(progress_of(phone).lesson)
    assert phone.answer(10, 1).status == 409, "opening again forgets no wrong answer"
    assert phone.wait(9).answer(10, 1).json["right"] is True


def test_a_question_ahead_can_t_be_answered(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300, points=[200]))
    phone.watch(0, 30)
    told = phone.answer(200, 1)
    assert (told.status, told.json["message"]) == (409, "还没有学到这道题。")
    assert phone.answer(7, 1).status == 422
    assert progress_of(phone).passed == []


def test_the_last_answer_completes_a_lesson(phone: Phone) -> None:
    phone.open(a_lesson(seconds=30, points=[30]))
    assert not phone.watch(0, 30)["completed"]
    assert phone.answer(30, 1).json["completed"]
    assert lines() == 1
    assert phone.answer(30, 1).json["right"]
    assert lines() == 1


def test_another_phone_goes_on_where_the_first_stood(phone: Phone) -> None:
    lesson = a_lesson(seconds=300)
    phone.open(lesson)
    phone.watch(0, 42)
    phone.wait(5).beat(20, 25)
    tablet = Phone(phone.user, at=phone.at)
    opened = tablet.wait(600).open(lesson)
    assert (opened["position"], opened["frontier"]) == (25, 42)
    assert base64.b64decode(opened["seen"]) == b"\xff"
    assert tablet.watch(42, 60)["frontier"] == 60


def test_a_network_gone_for_a_minute_loses_nothing(phone: Phone) -> None:
    phone.open(a_lesson(seconds=300))
    phone.watch(0, 15)
    assert phone.wait(60).beat(15, 75)["frontier"] == 75
