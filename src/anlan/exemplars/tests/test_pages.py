"""Pages: who sees whose figures, the officer declares, officials decide, the public reads."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from anlan.exemplars.jobs import compute_indicators
from anlan.exemplars.models import Drill, Exemplar, Objection, Spending, Stand, Status
from anlan.exemplars.tests.builders import (
    DAY,
    TODAY,
    a_drill,
    a_named,
    a_spending,
    an_announced,
    an_application,
)
from anlan.exemplars.views import applications, declarations, indicators, public
from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.files.models import StoredFile
from anlan.hazards.tests.builders import an_upload
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.queries import counted

Enter = Callable[[object], Client]
OUTSIDERS = ("rival_officer", "other_district_official", "class_manager", "outsider")
ACTS = ("examine", "send_back", "announce", "refuse", "name", "doubt", "keep", "withdraw")


class Clock:
    """What pages take for now; the stories move it."""

    def __init__(self) -> None:
        self.at = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    for page in (applications, declarations, indicators, public):
        monkeypatch.setattr(page, "now", lambda: one.at)
    return one


def url(name: str, *args: object) -> str:
    return reverse(f"exemplars:{name}", args=args)


def a_form(**changes: Any) -> dict[str, Any]:
    return {
        "scenario": "氨泄漏",
        "held_on": "2026-11-20",
        "needed_minutes": 3,
        "needed_seconds": 20,
        "wanted_minutes": 4,
        "wanted_seconds": 0,
        "people": 15,
        "witness": "周见证，班长",
        "proofs": an_upload(),
    } | changes


def test_declared_returned_mended_verified(cast: Cast, browser_of: Enter) -> None:
    officer, district = browser_of(cast.safety_officer), browser_of(cast.district_official)
    assert officer.post(url("declare", "drill"), a_form()).status_code == 302
    one = Drill.objects.get()
    assert (one.seconds_needed, one.organization) == (200, cast.enterprise)
    where = ("drill", one.uid)
    page = district.get(url("declaration", *where)).content.decode()
    assert "3 分 20 秒，达标" in page
    assert "周见证" not in page  # masked for officials
    assert "氨泄漏" in district.get(url("declarations")).content.decode()
    assert district.post(url("return", *where), {"words": ""}).status_code == 422
    assert district.post(url("return", *where), {"words": "看不清用时"}).status_code == 302
    back = officer.get(url("mend", *where)).content.decode()
    assert "看不清用时" in back
    assert 'value="氨泄漏"' in back
    mended = a_form(needed_seconds=50, proofs=a_film())
    assert officer.post(url("mend", *where), mended).status_code == 302
    assert district.post(url("verify", *where)).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.seconds_needed) == (Stand.VERIFIED, 230)
    assert one.proofs.count() == 2
    assert "录像.mp4" in officer.get(url("declaration", *where)).content.decode()


def a_film(content: bytes = b"\0\0\0\x18ftypmp42....") -> SimpleUploadedFile:
    return SimpleUploadedFile("录像.mp4", content, "video/mp4")


@pytest.mark.parametrize(
    "changes",
    [
        {"proofs": ""},
        {"held_on": "2026-11-24"},
        {"people": 0},
        {"needed_minutes": 0, "needed_seconds": 0},
        {"proofs": a_film(b"no film at all")},
        {"proofs": SimpleUploadedFile("a.exe", b"MZ")},
    ],
)
def test_what_can_not_be_is_said_and_not_kept(
    cast: Cast, browser_of: Enter, changes: dict[str, Any]
) -> None:
    answer = browser_of(cast.safety_officer).post(url("declare", "drill"), a_form(**changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "有几处需要更正" in page
    assert "氨泄漏" in page
    assert not Drill.objects.exists()


def test_a_year_is_declared_once(cast: Cast, browser_of: Enter) -> None:
    a_spending(cast)
    form: dict[str, Any] = {"year": 2025, "prescribed": 10, "spent": 20, "basis": "营业收入"}
    officer = browser_of(cast.safety_officer)
    answer = officer.post(url("declare", "spending"), form | {"proofs": an_upload()})
    assert answer.status_code == 422
    assert "已经申报过" in answer.content.decode()
    assert Spending.objects.get().spent == 500_000


def test_other_kinds_by_the_form(cast: Cast, browser_of: Enter) -> None:
    officer = browser_of(cast.safety_officer)
    forms: dict[str, dict[str, Any]] = {
        "shutdown": {"since": "2026-10-01", "until": "2026-10-07", "what": "大修"},
        "measure": {
            "key": "ppe",
            "numerator": 45,
            "denominator": 50,
            "on": "2026-11-01",
            "note": "班前",
        },
    }
    for kind, form in forms.items():
        assert officer.get(url("declare", kind)).status_code == 200
        sent = officer.post(url("declare", kind), form | {"proofs": an_upload()})
        assert sent.status_code == 302, sent.content.decode()
        assert officer.get(sent["Location"]).status_code == 200
    assert "45 / 50 人" in officer.get(url("indicators", cast.enterprise.uid)).content.decode()
    assert officer.get(url("declare", "nothing")).status_code == 404


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_find_no_declaration(cast: Cast, browser_of: Enter, who: str) -> None:
    one = a_drill(cast, verified=False)
    file = StoredFile.objects.get()
    browser = browser_of(getattr(cast, who))
    where = ("drill", one.uid)
    assert browser.get(url("declaration", *where)).status_code == 404
    assert browser.get(url("proof", *where, file.uid)).status_code == 404
    for act in ("verify", "return", "mend"):
        assert browser.post(url(act, *where), {"words": "x"}).status_code == 404
    assert browser.get(url("indicators", cast.enterprise.uid)).status_code == 404
    assert browser.get(url("check", cast.enterprise.uid)).status_code == 404
    assert Drill.objects.get().status == Stand.DECLARED


def test_nobody_verifies_the_own(cast: Cast, browser_of: Enter) -> None:
    one = a_drill(cast, verified=False)
    assert browser_of(cast.safety_officer).post(url("verify", "drill", one.uid)).status_code == 404
    assert Drill.objects.get().status == Stand.DECLARED


def test_a_department_reads_its_industry(cast: Cast, browser_of: Enter) -> None:
    one = a_drill(cast, verified=False)
    hazchem = a_user("dep", "应急", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem")
    mining = a_user("dep2", "矿山", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "mining")
    where = ("drill", one.uid)
    assert browser_of(hazchem).get(url("declaration", *where)).status_code == 200
    assert browser_of(hazchem).post(url("verify", *where)).status_code == 404
    assert browser_of(hazchem).get(url("check", cast.enterprise.uid)).status_code == 200
    assert browser_of(mining).get(url("declaration", *where)).status_code == 404
    assert cast.enterprise.name not in browser_of(mining).get(url("ranking")).content.decode()
    assert Drill.objects.get().status == Stand.DECLARED


def test_the_ranking_and_its_sheet(cast: Cast, browser_of: Enter) -> None:
    a_drill(cast, needed=400)
    compute_indicators(NOW)
    browser = browser_of(cast.city_official)
    browser.get(url("ranking"))
    with counted("exemplars:ranking"):
        page = browser.get(url("ranking"), {"key": "drills"}).content.decode()
    assert page.index(cast.enterprise.name) < page.index(cast.rival_enterprise.name)
    assert "0.0%" in page
    assert "缺数据" in page
    near = browser_of(cast.district_official).get(url("ranking")).content.decode()
    assert cast.rival_enterprise.name not in near
    for user in (cast.safety_officer, cast.outsider):
        assert browser_of(user).get(url("ranking")).status_code == 404
        assert browser_of(user).get(url("export")).status_code == 404
    sheet = browser.get(url("export"), {"key": "drills"})
    rows = list(load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    heads = next(row for row in rows if row[1] == "企业")
    own = next(row for row in rows if row[1] == cast.enterprise.name)
    at = heads.index("异常工况演练达标率（%）")
    assert own[at : at + 3] == (0, 0, 1)
    assert own[heads.index("参训率（%）")] == "缺数据"
    assert any("分母" in str(row[0]) for row in rows[-12:])


def test_an_enterprise_beside_its_industry(cast: Cast, browser_of: Enter) -> None:
    a_drill(cast)
    compute_indicators(NOW)
    officer = browser_of(cast.safety_officer)
    assert officer.get(url("mine"))["Location"] == url("indicators", cast.enterprise.uid)
    officer.get(url("indicators", cast.enterprise.uid))
    with counted("exemplars:indicators"):
        page = officer.get(url("indicators", cast.enterprise.uid)).content.decode()
    assert "不足 5 家" in page
    assert "3 项有数据" in page
    assert "没有花名册" in page
    assert officer.get(url("definitions")).status_code == 200
    assert officer.get(url("indicators", cast.enterprise.uid), {"year": "x"}).status_code == 200


def test_the_check_says_what_is_lacking(cast: Cast, browser_of: Enter) -> None:
    page = browser_of(cast.safety_officer).get(url("check", cast.enterprise.uid)).content.decode()
    assert "还有 7 项没有满足" in page
    answer = browser_of(cast.safety_officer).post(
        url("apply", cast.enterprise.uid), {"words": "好"}
    )
    assert answer.status_code == 409
    assert not Exemplar.objects.exists()


def test_from_the_application_to_the_plaque(cast: Cast, browser_of: Enter, clock: Clock) -> None:
    exemplar = an_application(cast)
    officer, city = browser_of(cast.safety_officer), browser_of(cast.city_official)
    district = browser_of(cast.district_official)
    assert officer.post(url("examine", exemplar.uid), {"words": "好"}).status_code == 404
    assert district.post(url("examine", exemplar.uid), {"words": "属实"}).status_code == 302
    assert district.post(url("announce", exemplar.uid), {"words": "好"}).status_code == 404
    assert city.post(url("announce", exemplar.uid), {"words": "同意"}).status_code == 302
    visitor = Client()
    notice = reverse("examples:notice", args=[exemplar.uid])
    page = visitor.get(notice).content.decode()
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    said = {"words": "有人受伤没报", "contact": "13800001111", "ticket": ticket}
    receipt = visitor.post(notice, said).content.decode()
    assert "回执码" in receipt
    assert visitor.post(notice, said).status_code == 200
    objection = Objection.objects.get()
    assert "13800001111" in district.get(url("exemplar", exemplar.uid)).content.decode()
    assert "13800001111" not in officer.get(url("exemplar", exemplar.uid)).content.decode()
    assert "有人受伤" not in officer.get(url("exemplar", exemplar.uid)).content.decode()
    answer = {"words": "查无此事", "found": "dismissed"}
    assert officer.post(url("answer", objection.uid), answer).status_code == 404
    assert district.post(url("answer", objection.uid), answer).status_code == 302
    code = receipt.split('data-copy="')[1].split('"')[0]
    follow = reverse("examples:follow")
    assert "查无此事" in visitor.post(follow, {"code": code}).content.decode()
    assert visitor.post(follow, {"code": "AAAA-AAAA-AAAA-AAAA"}).status_code == 422
    assert city.post(url("name", exemplar.uid)).status_code == 409
    clock.at = NOW + 8 * DAY
    assert city.post(url("name", exemplar.uid)).status_code == 302
    exemplar.refresh_from_db()
    assert exemplar.status == Status.NAMED
    assert visitor.get(notice).status_code == 404
    assert "SF2026-0001-3" in city.get(url("ledger"), {"state": "standing"}).content.decode()
    with counted("exemplars:exemplar"):
        city.get(url("exemplar", exemplar.uid))


def test_the_public_page_shows_the_enterprise_and_nobody(
    cast: Cast, browser_of: Enter, clock: Clock
) -> None:
    exemplar = a_named(cast)
    clock.at = NOW + 9 * DAY
    visitor = Client()
    body = cast.enterprise
    found = visitor.get(reverse("examples:list"), {"q": body.uscc}).content.decode()
    assert body.name in found
    assert body.name not in visitor.get(reverse("examples:list"), {"q": "别家"}).content.decode()
    show = reverse("examples:show", args=[exemplar.number])
    page = visitor.get(show).content.decode()
    assert "命名有效" in page
    frozen = visitor.get(reverse("examples:evidence", args=[exemplar.number])).content.decode()
    assert json.loads(frozen)["fulfilled"] is True
    assert exemplar.checks.get(why="named").evidence == frozen
    people = [
        cast.safety_officer.name,
        cast.district_official.name,
        "周见证",
        body.contact_name or "联系人",
        body.contact_phone or "138",
        body.address,
        *body.employments.values_list("person__name", flat=True),
    ]
    for text in (found, page, frozen):
        assert [one for one in people if one in text] == []
    lower = str(exemplar.number).lower()
    assert visitor.get(reverse("examples:show", args=[lower])).status_code == 302
    for wrong in ("SF2026-0001-4", "SF2026-0009-2", "什么"):
        assert visitor.get(reverse("examples:show", args=[wrong])).status_code == 404
    assert visitor.get(reverse("examples:evidence", args=["SF2026-0001-4"])).status_code == 404
    Exemplar.objects.update(valid_until=TODAY)
    assert "命名已到期" in visitor.get(show).content.decode()
    Exemplar.objects.update(status="withdrawn", ended_at=NOW)
    assert "命名已撤销" in visitor.get(show).content.decode()


def test_an_empty_or_foreign_objection_is_not_kept(cast: Cast, browser_of: Enter) -> None:
    exemplar = an_announced(cast)
    address = reverse("examples:notice", args=[exemplar.uid])
    for said in ({"words": ""}, {"words": "有事", "ticket": "forged"}):
        assert Client().post(address, said).status_code == 422
    assert not Objection.objects.exists()
    assert "提出异议" in Client().get(address).content.decode()
    assert cast.enterprise.name in Client().get(reverse("examples:notices")).content.decode()


@pytest.mark.parametrize("who", [*OUTSIDERS, "safety_officer"])
def test_who_may_not_decide_finds_nothing_to_press(cast: Cast, browser_of: Enter, who: str) -> None:
    exemplar = an_application(cast)
    browser = browser_of(getattr(cast, who))
    for act in ACTS:
        assert browser.post(url(act, exemplar.uid), {"words": "x"}).status_code == 404, act
    seen = 200 if who == "safety_officer" else 404
    assert browser.get(url("exemplar", exemplar.uid)).status_code == seen
    check = exemplar.checks.get()
    assert browser.get(url("evidence", exemplar.uid, check.pk)).status_code == seen
    assert Exemplar.objects.get().status == Status.APPLIED
