"""Cases of a split type get their type of 2025 from a person, among the counterparts only."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.injuries.models import Case, Recoding
from anlan.injuries.queries import recoding as queries
from anlan.injuries.services import recoding
from anlan.injuries.tests.coding import set_rule
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
TODAY = NOW.date()
HX = {"HX-Request": "true"}


def a_case(code: str, day: date = date(2026, 3, 4), *, district: str = "370112") -> Case:
    return Case.objects.create(
        injured_on=day,
        type_code=code,
        district=district,
        narrative="在有限空间内昏倒，送医",
        known_at=NOW,
        changed_at=NOW,
        is_synthetic=True,
    )


def test_only_split_types_since_the_citys_day_wait(cast: Cast) -> None:
    split = a_case("019")
    for code, day in (
        ("01", date(2026, 3, 4)),
        ("019", date(2025, 12, 31)),
        ("23", date(2026, 8, 1)),
        ("", date(2026, 3, 4)),
    ):
        a_case(code, day)
    assert list(queries.to_recode(cast.city_official, TODAY)) == [split]
    set_rule("recode_since", "2025-01-01")
    assert queries.to_recode(cast.city_official, TODAY).count() == 2


def test_a_person_picks_one_of_the_counterparts(cast: Cast, browser_of: Enter) -> None:
    case, browser = a_case("019"), browser_of(cast.district_official)
    page = browser.get(reverse("injuries:recoding"))
    assert [one.name for one in page.context["asked"].options] == ["中毒", "窒息"]
    url = reverse("injuries:recoding_decide", args=[case.uid])
    assert browser.post(url, {"code": "10"}).status_code == 422
    assert not Recoding.objects.exists()
    assert "没有待复核" in browser.post(url, {"code": "24"}, headers=HX).content.decode()
    case.refresh_from_db()
    assert case.type_code == "019"
    assert queries.types_2025([case]) == {case.pk: "24"}
    assert Entry.objects.filter(verb__in=["case_recoded", "narrative_read"]).count() == 2


def test_undo_and_skip(cast: Cast, browser_of: Enter) -> None:
    one, two = a_case("019"), a_case("018")
    browser = browser_of(cast.city_official)
    browser.post(reverse("injuries:recoding_decide", args=[one.uid]), {"code": "23"})
    answer = browser.post(reverse("injuries:recoding_undo"), headers=HX)
    assert answer.context["asked"].case == one
    assert queries.types_2025([one]) == {one.pk: ""}
    skipped = browser.post(reverse("injuries:recoding_skip", args=[one.uid]), headers=HX)
    assert skipped.context["asked"].case == two
    assert len(skipped.context["asked"].options) == 7


def test_once_and_within_reach(cast: Cast, browser_of: Enter) -> None:
    case = a_case("019")
    url = reverse("injuries:recoding_decide", args=[case.uid])
    for user in (cast.other_district_official, cast.safety_officer, cast.outsider):
        assert browser_of(user).post(url, {"code": "23"}).status_code == 404
        assert not queries.to_recode(user, TODAY).exists()
    assert not Recoding.objects.exists()
    recoding.recode_case(case, "23", by=cast.city_official, at=NOW)
    with pytest.raises(NotAllowed):
        recoding.recode_case(case, "24", by=cast.district_official, at=NOW)
    assert Recoding.objects.get().code == "23"


def test_a_type_that_was_changed_since_is_asked_again(cast: Cast) -> None:
    case = a_case("019")
    recoding.recode_case(case, "23", by=cast.city_official, at=NOW)
    case.type_code = "020"
    case.save(update_fields=["type_code"])
    assert queries.types_2025([case]) == {case.pk: ""}
    with pytest.raises(BadInput):
        recoding.recode_case(case, "23", by=cast.city_official, at=NOW)
    recoding.recode_case(case, "27", by=cast.city_official, at=NOW)
    assert queries.types_2025([case]) == {case.pk: "27"}


def test_certain_counterparts_need_nobody(cast: Cast) -> None:
    old, new, none = a_case("09"), a_case("04", date(2026, 8, 1)), a_case("")
    told = queries.types_2025([old, new, none])
    assert told == {old.pk: "10", new.pk: "04", none.pk: ""}
