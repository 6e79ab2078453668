"""A provider registers its rooms; the area rules say how many people fit; outsiders see none."""

import json
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.rules.queries import Rulebook, Ruling, rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.organizations.models import Organization, Status
from anlan.resources.models import Venue, VenueKind
from anlan.resources.queries import available, seats, too_small, total_area, visible_to
from anlan.resources.services import add_venue, retire_venue
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
TYPED: dict[str, object] = {
    "name": "二楼大教室",
    "kind": "classroom",
    "area_m2": "120.5",
    "district": "370112",
    "address": "历城区样例路 1 号 2 层",
    "equipment": "心肺复苏模拟人 2 台\n\n 灭火器 10 具 \n灭火器 10 具",
}


def typed(owner: Organization) -> dict[str, object]:
    return TYPED | {"owner": str(owner.uid)}


def a_venue(
    owner: Organization,
    name: str = "教室",
    area: str = "120",
    kind: VenueKind = VenueKind.CLASSROOM,
) -> Venue:
    return add_venue(
        owner=owner,
        name=name,
        kind=kind,
        district="370112",
        address="样例路 1 号",
        area_m2=Decimal(area),
        by=None,
        at=NOW,
    )


def test_the_class_manager_registers_a_room_with_its_equipment(
    cast: Cast, browser_of: Enter
) -> None:
    browser = browser_of(cast.class_manager)
    assert "不小于 90 ㎡" in browser.get("/resources/add").content.decode()
    page = browser.post("/resources/add", typed(cast.provider), follow=True).content.decode()
    venue = Venue.objects.get()
    assert (venue.owner, venue.area_m2) == (cast.provider, Decimal("120.5"))
    assert venue.equipment == ["心肺复苏模拟人 2 台", "灭火器 10 具"]
    assert "已登记场地「二楼大教室」" in page
    assert '<td class="num" data-label="容纳人数">80</td>' in page
    assert json.loads(Entry.objects.get(subject=venue.subject).leaf)["data"]["area_m2"] == "120.5"
    assert timeline([venue.subject])[0].sentence == "登记场地「二楼大教室」，120.5 ㎡"


def test_nobody_registers_a_room_of_another_provider(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.class_manager).post("/resources/add", typed(cast.rival_provider))
    assert page.status_code == 422
    assert not Venue.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "safety_officer", "trainer_user", "city_official"])
def test_others_do_not_find_the_form(cast: Cast, browser_of: Enter, who: str) -> None:
    page = browser_of(getattr(cast, who)).post("/resources/add", typed(cast.provider))
    assert page.status_code == 404
    assert not Venue.objects.exists()


@pytest.mark.parametrize("missing", ["name", "area_m2", "district", "address"])
def test_what_is_missing_is_said_and_nothing_is_kept(
    cast: Cast, browser_of: Enter, missing: str
) -> None:
    page = browser_of(cast.class_manager).post(
        "/resources/add", typed(cast.provider) | {missing: ""}
    )
    assert page.status_code == 422
    assert not Venue.objects.exists()


def test_a_provider_that_waits_for_approval_is_told_so(cast: Cast, browser_of: Enter) -> None:
    Organization.objects.filter(pk=cast.provider.pk).update(status=Status.PENDING)
    page = browser_of(cast.class_manager).get("/resources/add")
    assert page.status_code == 409
    assert "还没有通过审核" in page.content.decode()


def test_two_rooms_of_one_name_are_refused_until_the_first_is_given_up(cast: Cast) -> None:
    first = a_venue(cast.provider)
    with pytest.raises(BadInput, match="已有名为「教室」的场地"):
        a_venue(cast.provider)
    a_venue(cast.rival_provider)
    retire_venue(first, by=cast.class_manager, at=NOW, reason="租约到期")
    assert a_venue(cast.provider) in available(cast.provider)
    assert Venue.objects.count() == 3


@pytest.mark.parametrize(
    ("who", "count"),
    [
        ("class_manager", 1),
        ("rival_manager", 1),
        ("district_official", 2),
        ("city_official", 2),
        ("safety_officer", 0),
        ("outsider", 0),
    ],
)
def test_each_sees_the_rooms_that_are_theirs(cast: Cast, who: str, count: int) -> None:
    a_venue(cast.provider)
    a_venue(cast.rival_provider)
    assert visible_to(getattr(cast, who)).count() == count


def test_an_outsider_finds_neither_ledger_nor_record(cast: Cast, browser_of: Enter) -> None:
    venue = a_venue(cast.provider)
    assert browser_of(cast.outsider).get("/resources/").status_code == 404
    assert browser_of(cast.rival_manager).get(f"/resources/{venue.uid}/").status_code == 404
    assert browser_of(cast.city_official).get(f"/resources/{venue.uid}/").status_code == 200


def test_rooms_that_come_to_too_little_are_pointed_out_with_the_clause(
    cast: Cast, browser_of: Enter
) -> None:
    venue = a_venue(cast.provider, area="89.9")
    browser = browser_of(cast.class_manager)
    assert "面积不足" in browser.get("/resources/").content.decode()
    assert "AQ 8011-2023" in browser.get(f"/resources/{venue.uid}/").content.decode()
    a_venue(cast.provider, "小教室", "0.1")
    a_venue(cast.rival_provider, "别家的教室", "10")
    assert "面积不足" not in browser.get("/resources/").content.decode()
    assert "合计面积不足" not in browser.get(f"/resources/{venue.uid}/").content.decode()


def test_an_enterprises_own_place_has_its_own_rule(cast: Cast) -> None:
    site = a_venue(cast.provider, "车间门口", "12", VenueKind.SITE)
    rules = rulebook(local_date(NOW))
    assert seats(site, rules) is None
    assert not too_small(site, Decimal(12), rules)


@given(area=st.decimals("1", "9999", places=1), each=st.decimals("0.5", "5", places=1))
def test_nobody_has_less_than_the_rule_and_one_more_would(area: Decimal, each: Decimal) -> None:
    rules = Rulebook({"venue.area_per_person_m2": Ruling(float(each), "", "")})
    most = seats(Venue(area_m2=area), rules)
    assert most is not None
    assert most * each <= area < (most + 1) * each


def test_filters_and_the_total_of_what_is_in_use(cast: Cast, browser_of: Enter) -> None:
    a_venue(cast.provider, "一楼教室", "100")
    old = a_venue(cast.provider, "旧教室", "95")
    a_venue(cast.provider, "高处作业实训场", "300", VenueKind.GROUND)
    retire_venue(old, by=cast.class_manager, at=NOW, reason="租约到期")
    browser = browser_of(cast.class_manager)

    def shown(**filters: str) -> set[str]:
        rows = browser.get("/resources/", filters, headers={"HX-Request": "true"}).content.decode()
        return {name for name in ("一楼教室", "旧教室", "高处作业实训场") if name in rows}

    assert shown(kind="ground") == {"高处作业实训场"}
    assert shown(status="retired") == {"旧教室"}
    assert shown(status="active", text="教室") == {"一楼教室"}
    assert shown(district="370113") == set()
    assert total_area(visible_to(cast.class_manager)) == Decimal("400")


def test_retiring_needs_a_reason_and_happens_once(cast: Cast, browser_of: Enter) -> None:
    venue = a_venue(cast.provider)
    browser = browser_of(cast.class_manager)
    address = f"/resources/{venue.uid}/retire"
    assert browser.post(address, {"reason": " "}).status_code == 422
    assert Venue.objects.get().retired_at is None
    page = browser.post(address, {"reason": "租约到期"}, follow=True).content.decode()
    assert "已停用" in page
    assert "停用场地：租约到期" in page
    assert not available(cast.provider).exists()
    assert browser.post(address, {"reason": "再来"}).status_code == 404
    with pytest.raises(NotAllowed, match="已经停用"):
        retire_venue(venue, by=cast.class_manager, at=NOW, reason="再来")
    assert Entry.objects.filter(verb="venue_retired").count() == 1


@pytest.mark.parametrize("who", ["outsider", "rival_manager", "city_official", "trainer_user"])
def test_nobody_else_retires_a_room(cast: Cast, browser_of: Enter, who: str) -> None:
    venue = a_venue(cast.provider)
    page = browser_of(getattr(cast, who)).post(f"/resources/{venue.uid}/retire", {"reason": "x"})
    assert page.status_code == 404
    assert Venue.objects.get().retired_at is None


def test_the_sheet_holds_what_is_filtered_and_no_more(cast: Cast, browser_of: Enter) -> None:
    a_venue(cast.provider, "一楼教室")
    a_venue(cast.provider, "实训场", kind=VenueKind.GROUND)
    a_venue(cast.rival_provider, "别家教室")
    answer = browser_of(cast.class_manager).get("/resources/export.xlsx", {"kind": "classroom"})
    names = [row[1] for row in load_workbook(BytesIO(answer.content)).active.values]
    assert "一楼教室" in names
    assert not {"实训场", "别家教室"} & set(names)
    assert browser_of(cast.outsider).get("/resources/export.xlsx").status_code == 404
