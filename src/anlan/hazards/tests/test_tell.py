"""Telling without a name, following it by the code, the outcome and the reward."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.hazards.models import Hazard, Reward, RewardStatus, Tip, TipKind, TipMode, TipStatus
from anlan.hazards.receipts import new_ticket
from anlan.hazards.services.rewards import decide_reward, propose_reward, reward_by_rule
from anlan.hazards.services.tips import conclude_tip, take_tip
from anlan.hazards.tests.builders import FALLING, a_tip, an_upload
from anlan.lib.refusals import NotAllowed
from anlan.testing.cast import NOW, Cast

Enter = Callable[[object], Client]
CODE = re.compile(r"<strong>((?:[2-9A-Z]{4}-){3}[2-9A-Z]{4})</strong>")


def the_form(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "violation",
        "district": "370112",
        "named": cast.enterprise.name,
        "place": "罐区",
        "told": "夜班不戴安全带登高",
        "photos": an_upload(exif=True),
        "mode": "anonymous",
        "contact": "",
        "ticket": new_ticket(),
    } | changes


def tell(browser: Client, form: dict[str, Any]) -> str:
    """The receipt code on the answer."""
    answer = browser.post(reverse("tips:file"), form)
    assert answer.status_code == 200
    found = CODE.search(answer.content.decode())
    assert found
    return found[1]


def test_who_is_logged_in_stays_unknown(cast: Cast, browser_of: Enter) -> None:
    code = tell(browser_of(cast.safety_officer), the_form(cast))
    tip = Tip.objects.get()
    assert (tip.handler, tip.mode, tip.organization) == (None, "anonymous", cast.enterprise)
    entry = Entry.objects.get(subject=tip.subject)
    assert entry.actor == "system"
    assert code not in entry.leaf
    stored = tip.photos.get()
    assert stored.uploaded_by is None
    assert b"SecretPhone" not in stored.path.read_bytes()
    told = Notice.objects.filter(title__contains="举报").values_list("user__username", flat=True)
    assert list(told) == ["district"]


def test_a_form_sent_twice_is_one_tip_with_one_code(cast: Cast, client: Client) -> None:
    form = the_form(cast)
    codes = {tell(client, form | {"photos": an_upload()}) for _ in range(2)}
    assert len(codes) == 1
    assert Tip.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"told": ""},
        {"named": " "},
        {"district": "999999"},
        {"ticket": "AAAA-BBBB-CCCC-DDDD:made:up"},
        {"mode": "confidential"},
    ],
)
def test_a_gap_is_said_and_nothing_kept(
    cast: Cast, client: Client, changes: dict[str, Any]
) -> None:
    assert client.post(reverse("tips:file"), the_form(cast, **changes)).status_code == 422
    assert not Tip.objects.exists()


def test_an_anonymous_tip_keeps_no_contact(cast: Cast, client: Client) -> None:
    tell(client, the_form(cast, contact="13800138000"))
    tell(client, the_form(cast, mode="confidential", contact="13800138000"))
    found = {one.mode: one.contact for one in Tip.objects.all()}
    assert found == {TipMode.ANONYMOUS: "", TipMode.CONFIDENTIAL: "13800138000"}


def test_followed_and_answered_by_the_code(cast: Cast, client: Client, browser_of: Enter) -> None:
    code = tell(client, the_form(cast))
    tip, district = Tip.objects.get(), browser_of(cast.district_official)
    here = reverse("hazards:tip", args=[tip.uid])
    assert "夜班不戴安全带登高" in district.get(here).content.decode()
    district.post(reverse("hazards:take_tip", args=[tip.uid]))
    district.post(reverse("hazards:ask_teller", args=[tip.uid]), {"words": "一般在几点"})
    typed = code.lower().replace("-", " ")
    page = client.post(reverse("tips:follow"), {"code": typed}).content.decode()
    assert "一般在几点" in page
    assert cast.district_official.name not in page
    client.post(reverse("tips:add"), {"code": code, "words": "凌晨两点"})
    assert "凌晨两点" in district.get(here).content.decode()
    district.post(
        reverse("hazards:conclude_tip", args=[tip.uid]), {"words": "属实", "borne_out": "yes"}
    )
    assert client.post(reverse("tips:add"), {"code": code, "words": "还有"}).status_code == 409
    tip.refresh_from_db()
    assert (tip.status, tip.messages.count()) == (TipStatus.CONFIRMED, 2)


def test_a_wrong_code_learns_nothing(cast: Cast, client: Client) -> None:
    a_tip(cast)
    wrong = {"code": "2222-3333-4444-5555", "words": "x"}
    for name in ("follow", "add"):
        answer = client.post(reverse(f"tips:{name}"), wrong)
        assert answer.status_code == 422
        assert "没有这个回执码" in answer.content.decode()
    assert Tip.objects.get().messages.count() == 0


def test_turned_into_a_hazard_once(cast: Cast, browser_of: Enter) -> None:
    tip, _ = a_tip(cast)
    district = browser_of(cast.district_official)
    address = reverse("hazards:turn", args=[tip.uid])
    page_form = {
        "employer": cast.enterprise.name,
        "photos": an_upload("blue"),
        "place": "罐区",
        "what": "报警器关闭",
        "risk": FALLING,
        "grade": "major",
        "nonce": "11111111-1111-4111-8111-111111111111",
    }
    assert district.post(address, page_form).status_code == 409  # not verified yet
    assert not Hazard.objects.exists()
    take_tip(tip, by=cast.district_official, at=NOW)
    conclude_tip(tip, "属实", borne_out=True, by=cast.district_official, at=NOW)
    assert district.post(address, page_form | {"photos": an_upload("blue")}).status_code == 302
    again = page_form | {"photos": an_upload("red"), "nonce": ""}
    assert district.post(address, again).status_code in (409, 422)
    assert Hazard.objects.count() == 1
    assert Tip.objects.get().hazard == Hazard.objects.get()


def test_the_reward_is_the_rules(cast: Cast) -> None:
    def yuan(kind: TipKind, fine: int) -> Decimal:
        return reward_by_rule(kind, Decimal(fine), at=NOW)[0]

    assert yuan(TipKind.VIOLATION, 50_000) == 200
    assert yuan(TipKind.MAJOR_HAZARD, 0) == 3000
    assert yuan(TipKind.MAJOR_HAZARD, 100_000) == 15_000
    assert yuan(TipKind.MAJOR_HAZARD, 9_000_000) == 300_000


def test_proposed_by_one_approved_by_another_paid_once(cast: Cast, browser_of: Enter) -> None:
    tip, _ = a_tip(cast)
    with pytest.raises(NotAllowed):
        propose_reward(tip, fine=Decimal(0), by=cast.district_official, at=NOW)
    take_tip(tip, by=cast.district_official, at=NOW)
    conclude_tip(tip, "属实", borne_out=True, by=cast.district_official, at=NOW)
    district, city = browser_of(cast.district_official), browser_of(cast.city_official)
    act = {n: reverse(f"hazards:{n}_reward", args=[tip.uid]) for n in ("propose", "decide", "pay")}
    assert district.post(act["propose"], {"fine": "20000"}).status_code == 302
    assert district.post(act["propose"], {"fine": "20000"}).status_code == 409
    assert district.post(act["decide"], {"approve": "yes"}).status_code == 404
    assert district.post(act["pay"]).status_code == 404
    assert city.post(act["decide"], {"approve": "no"}).status_code == 422
    assert city.post(act["decide"], {"approve": "no", "reason": "材料不全"}).status_code == 302
    assert district.post(act["propose"], {"fine": "30000"}).status_code == 302
    assert city.post(act["decide"], {"approve": "yes"}).status_code == 302
    assert district.post(act["pay"]).status_code == 302
    assert district.post(act["pay"]).status_code == 404
    assert [(one.amount, one.status) for one in Reward.objects.all()] == [
        (Decimal(3000), RewardStatus.RETURNED),
        (Decimal(4500), RewardStatus.PAID),
    ]


def test_the_city_does_not_approve_its_own_proposal(cast: Cast) -> None:
    tip, _ = a_tip(cast)
    take_tip(tip, by=cast.city_official, at=NOW)
    conclude_tip(tip, "属实", borne_out=True, by=cast.city_official, at=NOW)
    reward = propose_reward(tip, fine=Decimal(0), by=cast.city_official, at=NOW)
    with pytest.raises(NotAllowed):
        decide_reward(reward, approve=True, reason="", by=cast.city_official, at=NOW)
    reward.refresh_from_db()
    assert reward.status == RewardStatus.PROPOSED
