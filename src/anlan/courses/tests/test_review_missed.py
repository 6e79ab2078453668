"""What somebody got wrong comes back by FSRS, a few a day, until recertification."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from anlan.assessments.models import Item, ItemStatus, Sitting, SittingStatus
from anlan.courses.jobs import glean_sittings
from anlan.courses.models import CardSource, ReviewCard
from anlan.courses.queries.reviewing import next_card, shown, workload
from anlan.courses.services.reviewing import Missed, keep_missed, review
from anlan.foundation.accounts.models import User
from anlan.foundation.rules.models import Rule
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_worker
from anlan.testing.lessons import an_item

Enter = Callable[[User], Client]
PAGE = "/courses/review/"
RIGHT = "先通风再检测"


@pytest.fixture
def person(cast: Cast) -> Person:
    return a_worker(cast, 0)


def a_sitting(
    person: Person, items: Sequence[Item], answers: dict[str, list[int]], **facts: object
) -> Sitting:
    """Submitted an hour ago; its time is over."""
    words: dict[str, object] = {
        "title": "结业考试（演示）",
        "composition": {},
        "weights": {},
        "minutes": 60,
        "pass_mark": Decimal(80),
        "opens_at": NOW - timedelta(hours=3),
        "closes_at": NOW - timedelta(minutes=30),
        "submitted_at": NOW - timedelta(hours=1),
        "status": SittingStatus.SUBMITTED,
    } | facts
    questions = [{"item": one.pk, "order": [3, 1, 0, 2]} for one in items]
    return Sitting.objects.create(person=person, questions=questions, answers=answers, **words)


def cards(person: Person, number: int, *, at: datetime = NOW) -> list[ReviewCard]:
    items = [an_item(f"q{no}") for no in range(number)]
    keep_missed([Missed(person.pk, one.pk, CardSource.SITTING, at) for one in items])
    return list(ReviewCard.objects.filter(person=person).order_by("pk"))


def places(card: ReviewCard, *, right: bool) -> list[int]:
    """The shown positions of a right, or a wrong, answer."""
    order = shown(card).order
    return [place for place, at in enumerate(order) if (at in card.item.answer) == right][:1]


def said(card: ReviewCard, *, right: bool, at: datetime) -> ReviewCard:
    done = review(card, places(card, right=right), turn=card.reviews, at=at)
    assert done.right == right
    return done.card


def test_wrong_and_open_questions_of_an_exam_become_cards_once(person: Person) -> None:
    items = [an_item(f"q{no}") for no in range(3)]
    a_sitting(person, items, {"1": [1], "2": [0]})
    assert glean_sittings(NOW) == 1
    assert [one.item.key for one in ReviewCard.objects.order_by("item")] == ["q1", "q2"]
    card = ReviewCard.objects.all()[0]
    assert (card.source, str(card.until)) == ("sitting", "2029-11-23")
    assert glean_sittings(NOW) == 0
    assert ReviewCard.objects.count() == 2


def test_nothing_is_shown_while_others_may_still_sit_the_exam(person: Person) -> None:
    a_sitting(person, [an_item()], {}, closes_at=NOW + timedelta(hours=1))
    assert glean_sittings(NOW) == 0
    assert glean_sittings(NOW + timedelta(hours=1)) == 1


@pytest.mark.parametrize("status", ["ready", "started", "lapsed", "void"])
def test_a_sitting_that_is_not_handed_in_gives_none(person: Person, status: str) -> None:
    a_sitting(person, [an_item()], {}, status=status)
    assert glean_sittings(NOW) == 0
    assert not ReviewCard.objects.exists()


def test_a_right_answer_comes_later_and_later_a_wrong_one_soon(person: Person) -> None:
    [card] = cards(person, 1)
    gaps = []
    at = NOW
    for _ in range(4):
        card = said(card, right=True, at=at)
        gaps.append((card.due_at - at).days)
        at = card.due_at
    assert gaps == sorted(gaps)
    assert gaps[0] >= 1
    assert gaps[-1] > 20
    card = said(card, right=False, at=at)
    assert card.due_at - at == timedelta(minutes=10)
    assert card.lapses == 1
    again = said(card, right=True, at=card.due_at)
    assert (again.due_at - at).days < gaps[-1], "what was forgotten is asked sooner than before"


def test_an_answer_sent_twice_counts_once(person: Person) -> None:
    [card] = cards(person, 1)
    said(card, right=True, at=NOW)
    with pytest.raises(NotAllowed, match="刚才已经答过"):
        review(card, places(card, right=False), turn=0, at=NOW)
    assert ReviewCard.objects.get().lapses == 0


def test_what_is_not_due_can_t_be_answered(person: Person) -> None:
    [card] = cards(person, 1)
    card = said(card, right=True, at=NOW)
    with pytest.raises(NotAllowed):
        review(card, [0], turn=card.reviews, at=NOW + timedelta(hours=1))


@pytest.mark.parametrize("chosen", [[], [9], [-1]])
def test_an_answer_that_is_none_changes_nothing(person: Person, chosen: list[int]) -> None:
    [card] = cards(person, 1)
    with pytest.raises(BadInput):
        review(card, chosen, turn=0, at=NOW)
    assert ReviewCard.objects.get().reviews == 0


def test_options_stand_in_another_order_each_time_and_keep_it_until_answered(
    person: Person,
) -> None:
    [card] = cards(person, 1)
    assert shown(card).order == shown(ReviewCard.objects.get()).order
    orders = set()
    for turn in range(12):
        card.reviews = turn
        orders.add(shown(card).order)
    assert len(orders) > 3


def test_a_backlog_is_worked_off_by_a_ration_a_day(person: Person) -> None:
    Rule.objects.filter(key="review.per_day").update(value=5)
    cards(person, 23)
    done_by_day = []
    for day in range(3):
        at = NOW + timedelta(days=day)
        done = 0
        while card := next_card(person, at):
            said(card, right=True, at=at)
            done += 1
        done_by_day.append(done)
        load = workload(person, at)
        assert (load.left, load.done) == (0, 5)
    assert done_by_day == [5, 5, 5]
    assert ReviewCard.objects.filter(reviews=0).count() == 8


def test_what_was_wrong_today_is_asked_again_today_beyond_the_ration(person: Person) -> None:
    Rule.objects.filter(key="review.per_day").update(value=2)
    cards(person, 4)
    for _ in range(2):
        card = next_card(person, NOW)
        assert card
        said(card, right=False, at=NOW)
    assert next_card(person, NOW) is None
    later = NOW + timedelta(minutes=10)
    assert workload(person, later).left == 2
    card = next_card(person, later)
    assert card
    assert card.lapses == 1


def test_it_ends_with_recertification(person: Person) -> None:
    [card] = cards(person, 1)
    end = datetime(2029, 11, 23, 1, tzinfo=NOW.tzinfo)
    assert local_date(end) == card.until
    assert next_card(person, end - timedelta(days=1)) == card
    assert next_card(person, end) is None
    assert workload(person, end).due == 0


def test_an_item_that_is_retired_is_asked_no_more(person: Person) -> None:
    [card] = cards(person, 1)
    Item.objects.filter(pk=card.item_id).update(retired_at=NOW, status=ItemStatus.RETIRED)
    assert next_card(person, NOW) is None


def test_a_learner_goes_through_the_day_on_a_phone(person: Person, browser_of: Enter) -> None:
    cards(person, 2)
    client = browser_of(ensure_account(person, at=NOW))
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        page = client.get(PAGE).content.decode()
        assert "今天还有 2 题" in page
        assert "先通风、再检测、后作业" not in page, "the answer stays on the server"
        card = next_card(person, NOW)
        assert card
        told = client.post(
            PAGE, {"card": card.pk, "turn": 0, "chosen": places(card, right=True)}
        ).content.decode()
        assert "答对了" in told
        assert "先通风、再检测、后作业。" in told
        assert "GB 30871-2022" in told
        assert "下一题（还有 1 题）" in told
        again = client.post(PAGE, {"card": card.pk, "turn": 0, "chosen": [0]})
        assert (again.status_code, again["Location"]) == (302, PAGE)
        assert ReviewCard.objects.get(pk=card.pk).reviews == 1
        card = next_card(person, NOW + timedelta(minutes=1))
        assert card
        told = client.post(
            PAGE, {"card": card.pk, "turn": 0, "chosen": places(card, right=False)}
        ).content.decode()
        assert "答错了" in told
        assert "10 分钟后再考一次" in told
        over = client.get(PAGE).content.decode()
        assert "今天复习完了" in over
        assert "09:11 起有题再考" in over


def test_somebody_else_s_card_is_no_card(cast: Cast, person: Person, browser_of: Enter) -> None:
    [card] = cards(person, 1)
    thief = browser_of(ensure_account(a_worker(cast, 1), at=NOW))
    for data in ({"card": card.pk, "turn": 0, "chosen": [0]}, {"card": "x"}, {}):
        answer = thief.post(PAGE, data)
        assert answer.status_code == 422
    assert ReviewCard.objects.get().reviews == 0
    assert "没有要复习的错题" in thief.get(PAGE).content.decode()


def test_who_learns_nothing_is_told_why(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.city_official).get(PAGE).content.decode()
    assert "没有登记为学员" in page


def test_of_a_long_backlog_the_longest_waiting_comes_first(person: Person) -> None:
    chance = random.Random(7)
    items = [an_item(f"q{no}") for no in range(60)]
    ReviewCard.objects.bulk_create(
        ReviewCard(
            person=person,
            item=one,
            source=CardSource.SITTING,
            added_at=NOW,
            due_at=NOW - timedelta(days=chance.randrange(300)),
            until=local_date(NOW) + timedelta(days=300),
        )
        for one in items
    )
    card = next_card(person, NOW)
    assert card
    assert card.due_at == min(one.due_at for one in ReviewCard.objects.all())
    assert workload(person, NOW).left == 20
