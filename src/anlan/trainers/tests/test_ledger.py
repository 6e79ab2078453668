"""The ledger of trainers: a provider sees its own, officials all, the figures with their sums."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from anlan.foundation.accounts.models import User
from anlan.lib.dates import local_date
from anlan.testing.cast import NOW, Cast
from anlan.trainers.models import Outcome, TrainerStatus
from anlan.trainers.queries import Rates, available, rates_of, total_rates, visible_to
from anlan.trainers.services import record_outcome, retire_trainer
from anlan.trainers.tests.builders import a_trainer

Enter = Callable[[User], Client]
TODAY = local_date(NOW)


def told(trainer: Any, sat: int, passed: int, ratings: int = 0, rating_sum: int = 0) -> Outcome:
    return record_outcome(
        trainer,
        occasion=uuid.uuid4(),
        sat=sat,
        passed=passed,
        ratings=ratings,
        rating_sum=rating_sum,
        at=NOW,
    )


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("class_manager", {"讲师甲"}),
        ("trainer_user", {"讲师甲"}),
        ("rival_manager", {"讲师乙"}),
        ("city_official", {"讲师甲", "讲师乙"}),
        ("district_official", {"讲师甲", "讲师乙"}),
        ("safety_officer", set()),
        ("outsider", set()),
    ],
)
def test_each_sees_the_trainers_that_are_theirs(cast: Cast, who: str, names: set[str]) -> None:
    a_trainer(cast.provider)
    a_trainer(cast.rival_provider, "讲师乙")
    assert {trainer.name for trainer in visible_to(getattr(cast, who))} == names


def test_the_page_shows_rates_with_their_sums(cast: Cast, browser_of: Enter) -> None:
    trainer = a_trainer(cast.provider)
    told(trainer, sat=40, passed=33, ratings=10, rating_sum=47)
    told(trainer, sat=10, passed=10, ratings=2, rating_sum=8)
    page = browser_of(cast.class_manager).get("/trainers/").content.decode()
    assert "43/50 人" in page
    assert "86.0%" in page
    assert "4.58" in page
    assert "12 份" in page


def test_an_outsider_finds_neither_ledger_nor_record(cast: Cast, browser_of: Enter) -> None:
    trainer = a_trainer(cast.provider)
    for who in (cast.outsider, cast.safety_officer):
        assert browser_of(who).get("/trainers/").status_code == 404
    for who in (cast.outsider, cast.rival_manager):
        assert browser_of(who).get(f"/trainers/{trainer.uid}/").status_code == 404
    assert browser_of(cast.district_official).get(f"/trainers/{trainer.uid}/").status_code == 200


def test_filters_narrow_by_name_trade_and_state(cast: Cast, browser_of: Enter) -> None:
    a_trainer(cast.provider)
    a_trainer(cast.provider, "讲师乙", industries=("mining",))
    left = a_trainer(cast.provider, "讲师丙", industries=())
    retire_trainer(left, by=cast.class_manager, at=NOW, reason="离职")
    browser = browser_of(cast.class_manager)

    def shown(**filters: str) -> set[str]:
        rows = browser.get("/trainers/", filters, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in rows
        return {name for name in ("讲师甲", "讲师乙", "讲师丙") if name in rows}

    assert shown(text="师乙") == {"讲师乙"}
    assert shown(industry="mining") == {"讲师乙", "讲师丙"}
    assert shown(status="active") == {"讲师甲", "讲师乙"}
    assert shown(industry="no-such") == {"讲师甲", "讲师乙", "讲师丙"}
    assert shown(text="无此人") == set()


def test_only_the_active_and_qualified_of_the_trade_may_be_sent(cast: Cast) -> None:
    good = a_trainer(cast.provider, "合适")
    anyone = a_trainer(cast.provider, "不限", industries=())
    a_trainer(cast.provider, "别的行业", industries=("mining",))
    a_trainer(cast.provider, "快到期", until=TODAY + timedelta(days=1))
    a_trainer(cast.rival_provider, "别家")
    left = a_trainer(cast.provider, "已退出")
    retire_trainer(left, by=cast.class_manager, at=NOW, reason="离职")
    day = TODAY + timedelta(days=2)
    assert set(available(cast.provider, "hazchem", day)) == {good, anyone}


def test_an_outcome_told_twice_counts_once(cast: Cast) -> None:
    trainer, occasion = a_trainer(cast.provider), uuid.uuid4()
    for passed in (3, 4):
        record_outcome(
            trainer, occasion=occasion, sat=5, passed=passed, ratings=0, rating_sum=0, at=NOW
        )
    assert rates_of([trainer])[trainer.pk] == Rates(classes=1, sat=5, passed=4)


def test_impossible_sums_are_an_error_of_the_caller(cast: Cast) -> None:
    trainer = a_trainer(cast.provider)
    for sums in ((3, 4, 0, 0), (3, 2, 1, 6), (3, 2, 2, 1)):
        with pytest.raises(ValueError, match="impossible sums"):
            told(trainer, *sums)
    assert not Outcome.objects.exists()


def test_rates_are_read_in_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    trainers = [a_trainer(cast.provider, f"讲师{n}") for n in range(5)]
    for trainer in trainers:
        told(trainer, sat=2, passed=1)
    with django_assert_num_queries(1):
        assert rates_of(trainers)[trainers[3].pk].pass_rate == 0.5
    assert total_rates(visible_to(cast.class_manager)).sat == 10


@given(sat=st.integers(0, 500), rated=st.integers(0, 500), data=st.data())
def test_rates_lie_where_rates_can_lie(sat: int, rated: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, sat))
    stars = data.draw(st.integers(rated, 5 * rated))
    rates = Rates(1, sat, passed, rated, stars)
    assert (rates.pass_rate is None) == (sat == 0)
    assert rates.pass_rate is None or 0 <= rates.pass_rate <= 1
    assert rates.rating is None or 1 <= rates.rating <= 5


def test_an_empty_ledger_says_what_to_do(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.class_manager).get("/trainers/").content.decode()
    assert "先登记讲师，申请开班时才能排课" in page


def test_retiring_takes_a_trainer_off_once(cast: Cast, browser_of: Enter) -> None:
    trainer = a_trainer(cast.provider)
    browser = browser_of(cast.class_manager)
    address = f"/trainers/{trainer.uid}/retire"
    assert browser.post(address, {"reason": ""}).status_code == 422
    trainer.refresh_from_db()
    assert trainer.status == TrainerStatus.ACTIVE
    page = browser.post(address, {"reason": "离职"}, follow=True).content.decode()
    trainer.refresh_from_db()
    assert trainer.status == TrainerStatus.RETIRED
    assert "已退出" in page
    assert browser.post(address, {"reason": "再来"}).status_code == 404


@pytest.mark.parametrize("who", ["outsider", "rival_manager", "city_official", "trainer_user"])
def test_nobody_else_retires_a_trainer(cast: Cast, browser_of: Enter, who: str) -> None:
    trainer = a_trainer(cast.provider, until=date(2099, 1, 1))
    page = browser_of(getattr(cast, who)).post(f"/trainers/{trainer.uid}/retire", {"reason": "x"})
    assert page.status_code == 404
    trainer.refresh_from_db()
    assert trainer.status == TrainerStatus.ACTIVE


def test_the_sheet_holds_what_is_filtered_and_no_more(cast: Cast, browser_of: Enter) -> None:
    trainer = a_trainer(cast.provider)
    a_trainer(cast.provider, "讲师乙", industries=("mining",))
    a_trainer(cast.rival_provider, "讲师丙")
    told(trainer, sat=40, passed=33, ratings=10, rating_sum=47)
    answer = browser_of(cast.class_manager).get("/trainers/export.xlsx", {"industry": "hazchem"})
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    names = [row[1] for row in rows]
    assert "讲师甲" in names
    assert not {"讲师乙", "讲师丙"} & set(names)
    assert (40, 33, 10, 47) in [row[7:11] for row in rows]
    assert browser_of(cast.outsider).get("/trainers/export.xlsx").status_code == 404
