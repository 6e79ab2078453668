"""What use shows: a planted wrong key is found, sound items are left in peace."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from anlan.assessments.jobs import analyse_items as job
from anlan.assessments.models import Bank, Item, ItemFigures, ItemKind, Sitting, SittingStatus
from anlan.assessments.services import analyse_items
from anlan.assessments.tests.builders import a_full_bank, a_learner
from anlan.foundation.accounts.models import User
from anlan.foundation.rules.models import Rule
from anlan.testing.cast import NOW, Cast

Browser = Callable[[User], Client]


def sittings(bank: Bank, planted: Item, people: int = 160, ago: timedelta = timedelta()) -> None:
    """Papers of twenty items, answered by people who differ; one item's key is wrong."""
    chance, items = Random(7), list(bank.items.filter(industry="").order_by("id"))
    person = a_learner(people)
    made = []
    for _ in range(people):
        skill = chance.uniform(0.35, 0.95)
        drawn = chance.sample(items, 20)
        answers = {}
        for no, item in enumerate(drawn, start=1):
            truth = item.answer if item.pk != planted.pk else [(item.answer[0] + 1) % 4]
            if chance.random() < skill:
                answers[str(no)] = list(truth)
            else:
                wrong = [at for at in range(len(item.options)) if at not in truth]
                answers[str(no)] = [chance.choice(wrong)]
        at = NOW - ago - timedelta(minutes=chance.randrange(1000))
        made.append(
            Sitting(
                person=person,
                title="考试",
                composition={},
                weights={},
                minutes=60,
                pass_mark=80,
                opens_at=at,
                closes_at=at,
                status=SittingStatus.SUBMITTED,
                questions=[{"item": i.pk, "order": list(range(len(i.options)))} for i in drawn],
                answers=answers,
                submitted_at=at,
            )
        )
    Sitting.objects.bulk_create(made)


@pytest.fixture
def bank(cast: Cast) -> Bank:
    return a_full_bank()


@pytest.fixture
def planted(bank: Bank) -> Item:
    return bank.items.filter(kind=ItemKind.SINGLE, industry="").order_by("id")[3]


def test_the_planted_key_is_found_and_no_other(bank: Bank, planted: Item) -> None:
    sittings(bank, planted)
    assert analyse_items(at=NOW) == 30
    assert list(ItemFigures.objects.filter(miskey=True).values_list("item_id", flat=True)) == [
        planted.pk
    ]
    figures = ItemFigures.objects.get(item=planted)
    assert figures.discrimination is not None
    assert figures.discrimination < -0.1
    truth = figures.options[(planted.answer[0] + 1) % 4]
    assert truth["strong"] > figures.options[planted.answer[0]]["strong"]
    sound = ItemFigures.objects.exclude(item=planted).values_list("discrimination", flat=True)
    assert sum(r is not None and r > 0 for r in sound) >= 27


def test_few_answers_and_old_ones_say_nothing(bank: Bank, planted: Item) -> None:
    sittings(bank, planted, people=20)
    assert analyse_items(at=NOW) == 0
    sittings(bank, planted, people=100, ago=timedelta(days=500))
    assert analyse_items(at=NOW) == 0
    Rule.objects.filter(key="analysis.months").update(value=24)
    assert analyse_items(at=NOW) == 30


def test_the_newest_sittings_are_taken_where_there_are_too_many(bank: Bank, planted: Item) -> None:
    sittings(bank, planted, people=60)
    Rule.objects.filter(key="analysis.sittings_max").update(value=30)
    analyse_items(at=NOW)
    assert all(n <= 30 for n in ItemFigures.objects.values_list("answers", flat=True))


def test_the_job_looks_again_only_after_new_papers(bank: Bank, planted: Item) -> None:
    assert job(NOW) == 0
    sittings(bank, planted, people=80)
    assert job(NOW) == 30
    assert job(NOW + timedelta(hours=2)) == 0
    Sitting.objects.filter(pk=Sitting.objects.order_by("id")[0].pk).update(
        submitted_at=NOW + timedelta(minutes=5)
    )
    assert job(NOW + timedelta(minutes=30)) == 0
    assert job(NOW + timedelta(hours=2)) == 30


def test_the_keeper_sees_it_first_and_on_the_item(
    bank: Bank, planted: Item, cast: Cast, browser_of: Browser
) -> None:
    sittings(bank, planted)
    analyse_items(at=NOW)
    desk = browser_of(cast.city_official)
    for sort in ("hard", "used", "nonsense"):
        sorted_so = desk.get(reverse("assessments:analysis", args=[bank.uid]), {"sort": sort})
        assert "1 道题的答案可能有误" in sorted_so.content.decode()
        assert "<b>30</b> 条" in sorted_so.content.decode()
    page = desk.get(reverse("assessments:analysis", args=[bank.uid])).content.decode()
    first = page.index(planted.stem)
    assert all(
        first < page.index(item.stem)
        for item in bank.items.filter(industry="").exclude(pk=planted.pk)
        if item.stem in page
    )
    shown = desk.get(reverse("assessments:item", args=[planted.pk])).content.decode()
    assert "答案可能有误" in shown
    assert "成绩前 27%" in shown
