"""A walk is handed in once and whole; what is wanting is a hazard at once."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.codes.queries import is_code
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.hazards.models import Grade, Hazard, Source
from anlan.hazards.tests.builders import a_photo, an_upload
from anlan.lib.refusals import BadInput
from anlan.testing.cast import NOW, Cast
from anlan.visits.models import Answer, Inspection, Item, Measure
from anlan.visits.queries import MeasureRow, inspection_due, measures_of, next_steps
from anlan.visits.queries.checklists import items_of, risk_on
from anlan.visits.services.checklists import load_inspection_lists
from anlan.visits.services.inspecting import hand_in_self_check
from anlan.visits.tests.builders import a_walk, lists_of

Enter = Callable[[object], Client]
JSON = {"Accept": "application/json"}


@pytest.fixture
def officer(cast: Cast) -> User:
    load_inspection_lists()
    return cast.safety_officer


def the_form(cast: Cast, **changes: Any) -> dict[str, Any]:
    """What the phone sends when everything is met, but for `changes`."""
    lists = lists_of(cast.enterprise)
    sent: dict[str, Any] = {
        "lists": [str(one.uid) for one in lists],
        "nonce": str(uuid.uuid4()),
        "begun_at": "2026-11-22T22:00:00Z",
    }
    for item in items_of(lists):
        sent[f"outcome.{item.key}"] = "met"
        if item.measure:
            sent |= {f"numerator.{item.key}": "17", f"denominator.{item.key}": "20"}
    return sent | changes


def test_what_is_wanting_is_a_hazard_at_once(cast: Cast, officer: User) -> None:
    walk = a_walk(cast.enterprise, a_photo(officer), wanting=("general-exit",))
    inspection, new = hand_in_self_check(walk, by=officer, at=NOW)
    hazard = Hazard.objects.get()
    assert new
    assert (hazard.source, hazard.grade) == (Source.SELF_CHECK, Grade.MAJOR)
    assert (hazard.place, hazard.what) == ("二车间", "看到了")
    assert Answer.objects.get(hazard=hazard).inspection == inspection
    line = Entry.objects.get(subject=inspection.subject)
    assert line.verb == "inspection_handed_in"
    assert next_steps(cast.enterprise, NOW).open_findings == 1


def test_handed_in_twice_it_is_one(cast: Cast, officer: User, browser_of: Enter) -> None:
    browser, url = browser_of(officer), reverse("visits:self_check")
    form = the_form(cast, **{"outcome.general-exit": "wanting", "words.general-exit": "出口锁着"})
    told = [
        browser.post(url, form | {"photos.general-exit": an_upload(exif=True)}, headers=JSON)
        for _ in range(2)
    ]
    inspection = Inspection.objects.get()
    assert [one.json()["url"] for one in told] == [
        reverse("visits:inspection", args=[inspection.uid])
    ] * 2
    assert Hazard.objects.count() == StoredFile.objects.count() == 1
    assert b"SecretPhone" not in StoredFile.objects.get().path.read_bytes()
    assert "出口锁着" in browser.get(told[0].json()["url"]).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outcome.general-exit": ""}, "没有答"),
        ({"outcome.general-exit": "wanting", "words.general-exit": "锁着"}, "拍一张照片"),
        ({"outcome.general-exit": "wanting"}, "看到了什么"),
        ({"outcome.general-exit": "advice", "words.general-exit": "x"}, "自查只选"),
        ({"numerator.general-ppe": "21"}, "不能大于"),
        ({"denominator.general-ppe": ""}, "两个数"),
        ({"lists": []}, "对不上"),
        ({"nonce": "x"}, "没有读懂"),
    ],
)
def test_a_walk_with_a_gap_is_said_and_not_kept(
    cast: Cast, officer: User, browser_of: Enter, changes: dict[str, Any], said: str
) -> None:
    url = reverse("visits:self_check")
    told = browser_of(officer).post(url, the_form(cast, **changes), headers=JSON)
    assert told.status_code == 422
    assert said in told.json()["message"]
    assert not Inspection.objects.exists()
    assert not Hazard.objects.exists()


def test_the_same_hazard_is_not_counted_twice(cast: Cast, officer: User) -> None:
    first = a_walk(cast.enterprise, a_photo(officer), wanting=("general-exit",))
    hand_in_self_check(first, by=officer, at=NOW)
    again = a_walk(cast.enterprise, [], wanting=("general-exit",))
    with pytest.raises(BadInput, match="拍一张照片"):
        hand_in_self_check(again, by=officer, at=NOW + timedelta(days=1))
    for one in again.found:
        if one.item.key == "general-exit":
            object.__setattr__(one, "same", True)
    hand_in_self_check(again, by=officer, at=NOW + timedelta(days=1))
    assert Hazard.objects.count() == 1
    assert Answer.objects.filter(hazard__isnull=False).count() == 2


def test_counts_stay_counts(cast: Cast, officer: User) -> None:
    day = date(2026, 11, 23)
    hand_in_self_check(a_walk(cast.enterprise, [], counts=(17, 20)), by=officer, at=NOW)
    body, other = cast.enterprise.pk, cast.rival_enterprise.pk
    rows = measures_of([body, other], day, day + timedelta(days=1))
    assert [one.key for one in rows] == ["ppe", "mechanisation"]
    assert rows[0] == MeasureRow(body, "ppe", 17, 20, day, False)
    assert measures_of([body], day + timedelta(days=1), date(2027, 1, 1)) == []
    assert measures_of([other], day, date(2027, 1, 1)) == []
    assert Measure.objects.count() == 2


def test_the_next_one_is_due_by_the_rule_of_the_industry(cast: Cast, officer: User) -> None:
    assert inspection_due(cast.enterprise, NOW) == date(2026, 12, 8)  # 15 days, hazchem
    assert inspection_due(cast.rival_enterprise, NOW) == date(2026, 12, 8)
    type(cast.rival_enterprise).objects.filter(pk=cast.rival_enterprise.pk).update(
        key_industry="machinery"
    )
    cast.rival_enterprise.refresh_from_db()
    assert inspection_due(cast.rival_enterprise, NOW) == date(2026, 12, 23)  # 30 days
    later = NOW + timedelta(days=15)
    assert not next_steps(cast.enterprise, later).inspection_overdue
    assert next_steps(cast.enterprise, later + timedelta(days=1)).inspection_overdue
    hand_in_self_check(a_walk(cast.enterprise, []), by=officer, at=later)
    assert next_steps(cast.enterprise, later + timedelta(days=1)).inspection_due == date(
        2026, 12, 23
    )


def test_every_shipped_item_means_a_type_of_either_list(officer: User) -> None:
    assert load_inspection_lists() == 8
    for item in Item.objects.all():
        assert is_code("GB_6441_2025", item.risk) or is_code("gb_6441_2025", item.risk)
        old = risk_on(item.risk, date(2025, 1, 1))
        assert old.startswith("0")
    assert (
        min(
            Item.objects.filter(checklist__industry=one).count()
            for one in Item.objects.values_list("checklist__industry", flat=True)
        )
        >= 12
    )


def test_before_the_new_list_hazards_carry_the_old_types(cast: Cast, officer: User) -> None:
    at = datetime(2026, 6, 1, 1, tzinfo=UTC)
    type(cast.enterprise).objects.update(registered_at=at)
    walk = a_walk(cast.enterprise, a_photo(officer, at), at=at, wanting=("hazchem-alarm",))
    hand_in_self_check(walk, by=officer, at=at)
    assert Hazard.objects.get().risk == "015"  # 瓦斯爆炸 is the forerunner of 可燃气体爆炸


def test_outsiders_find_no_walk(cast: Cast, officer: User, browser_of: Enter) -> None:
    inspection, _ = hand_in_self_check(a_walk(cast.enterprise, []), by=officer, at=NOW)
    url = reverse("visits:inspection", args=[inspection.uid])
    for outsider in (cast.rival_officer, cast.other_district_official, cast.outsider):
        assert browser_of(outsider).get(url).status_code == 404
    for insider in (officer, cast.district_official, cast.city_official):
        assert browser_of(insider).get(url).status_code == 200
