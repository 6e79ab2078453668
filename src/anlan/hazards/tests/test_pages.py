"""From the phone to the desk: report twice, accept, assign, rectify, re-check; outsiders find nothing."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Grade, Hazard, Source, Status
from anlan.hazards.services.reporting import accept_hazard
from anlan.hazards.tests.builders import (
    FALLING,
    a_hazard,
    a_worker_with_account,
    an_assigned_hazard,
    an_upload,
)
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.queries import counted

Enter = Callable[[object], Client]
ACTS = ("accept", "decline", "assign", "reassign", "rectify", "recheck", "revisit", "reopen")


def the_form(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "organization": str(cast.enterprise.uid),
        "photos": an_upload(exif=True),
        "place": "罐区东侧",
        "what": "护栏缺了一段",
        "risk": FALLING,
        "grade": "general",
        "nonce": str(uuid.uuid4()),
        "found_at": "2026-11-22T08:00:00.000Z",
    } | changes


def post(browser: Client, name: str, hazard: Hazard, **data: Any) -> int:
    address = reverse(f"hazards:{name}", args=[hazard.uid])
    return browser.post(address, data).status_code


def test_a_worker_reports_and_a_second_sending_is_harmless(cast: Cast, browser_of: Enter) -> None:
    _, worker = a_worker_with_account(cast)
    browser, form = browser_of(worker), the_form(cast)
    address = reverse("hazards:report")
    assert cast.enterprise.name not in browser.get(address).content.decode()  # there is one only
    answers = [
        browser.post(
            address, form | {"photos": an_upload()}, headers={"Accept": "application/json"}
        )
        for _ in range(2)
    ]
    hazard = Hazard.objects.get()
    assert [one.json()["url"] for one in answers] == [
        reverse("hazards:hazard", args=[hazard.uid])
    ] * 2
    assert StoredFile.objects.count() == 1
    assert (hazard.reporter, hazard.source) == (worker, Source.SELF_CHECK)
    assert "罐区东侧" in browser.get(reverse("hazards:mine")).content.decode()
    assert "待受理" in browser.get(answers[0].json()["url"]).content.decode()


def test_the_photo_keeps_no_device(cast: Cast, browser_of: Enter) -> None:
    assert b"SecretPhone" in an_upload(exif=True).read()
    browser_of(cast.safety_officer).post(reverse("hazards:report"), the_form(cast))
    stored = StoredFile.objects.get()
    assert b"SecretPhone" not in stored.path.read_bytes()
    assert "IMG" not in stored.name


@pytest.mark.parametrize(
    "changes",
    [{"photos": ""}, {"place": " "}, {"what": ""}, {"risk": "99"}, {"nonce": "x"}, {"grade": "?"}],
)
def test_a_report_with_a_gap_is_said_and_not_kept(
    cast: Cast, browser_of: Enter, changes: dict[str, Any]
) -> None:
    browser, address = browser_of(cast.safety_officer), reverse("hazards:report")
    told = browser.post(address, the_form(cast, **changes), headers={"Accept": "application/json"})
    assert told.status_code == 422
    assert told.json()["message"]
    page = browser.post(address, the_form(cast, **changes))
    assert page.status_code == 422
    assert "有几处需要更正" in page.content.decode()
    assert not Hazard.objects.exists()
    assert not StoredFile.objects.exists()


def test_nobody_reports_for_somebody_elses_employer(cast: Cast, browser_of: Enter) -> None:
    _, worker = a_worker_with_account(cast)
    address = reverse("hazards:report")
    foreign = the_form(cast, organization=str(cast.rival_enterprise.uid))
    assert browser_of(worker).post(address, foreign).status_code == 422
    nobody = browser_of(cast.outsider).post(address, the_form(cast))
    assert "没有可以上报的单位" in nobody.content.decode()
    assert not Hazard.objects.exists()


def test_from_report_to_closing(cast: Cast, browser_of: Enter) -> None:
    person, worker = a_worker_with_account(cast)
    officer, district = browser_of(cast.safety_officer), browser_of(cast.district_official)
    officer.post(reverse("hazards:report"), the_form(cast))
    hazard = Hazard.objects.get()
    assert post(officer, "accept", hazard) == 302
    job = person.employments.get()
    assert post(officer, "assign", hazard, to=job.pk) == 302
    proof = {"words": "装好了", "photos": an_upload("green")}
    phone = browser_of(worker)
    assert "提交整改" in phone.get(reverse("hazards:hazard", args=[hazard.uid])).content.decode()
    assert "罐区东侧" in phone.get(reverse("hazards:mine")).content.decode()
    assert post(phone, "rectify", hazard, words="装好了") == 422
    assert post(phone, "rectify", hazard, **proof) == 302
    assert post(phone, "recheck", hazard, found="gone") == 409
    assert post(district, "recheck", hazard, found="gone", words="牢固") == 302
    hazard.refresh_from_db()
    assert hazard.status == Status.CLOSED
    assert post(district, "revisit", hazard, found="still", words="又松了") == 302
    hazard.refresh_from_db()
    assert hazard.status == Status.ACCEPTED
    page = district.get(reverse("hazards:hazard", args=[hazard.uid])).content.decode()
    assert "又松了" in page
    assert worker.name not in page  # masked for officials


def test_a_major_hazard_is_declined_and_rechecked_by_officials_alone(
    cast: Cast, browser_of: Enter
) -> None:
    hazard = a_hazard(cast, grade=Grade.MAJOR)
    officer = browser_of(cast.safety_officer)
    assert post(officer, "decline", hazard, words="不是") == 404
    assert (
        "重大隐患只能由区县"
        in officer.get(reverse("hazards:hazard", args=[hazard.uid])).content.decode()
    )
    assert post(browser_of(cast.district_official), "decline", hazard, words="不属实") == 302
    assert Hazard.objects.get().status == Status.DECLINED


@pytest.mark.parametrize(
    "who",
    ["class_manager", "trainer_user", "rival_officer", "other_district_official", "outsider"],
)
def test_outsiders_find_nothing(cast: Cast, browser_of: Enter, who: str) -> None:
    person, _ = a_worker_with_account(cast)
    hazard = an_assigned_hazard(cast, person)
    photo = hazard.acts.first().photos.get()  # type: ignore[union-attr]
    browser = browser_of(getattr(cast, who))
    assert browser.get(reverse("hazards:hazard", args=[hazard.uid])).status_code == 404
    assert browser.get(reverse("hazards:photo", args=[hazard.uid, photo.uid])).status_code == 404
    for act in ACTS:
        assert post(browser, act, hazard, words="x", to=1, found="gone") == 404
    listed = browser.get(reverse("hazards:ledger"))
    assert listed.status_code == 404 or hazard.place not in listed.content.decode()
    hazard.refresh_from_db()
    assert hazard.status == Status.ASSIGNED
    assert hazard.acts.count() == 3


def test_a_colleague_sees_only_what_is_theirs(cast: Cast, browser_of: Enter) -> None:
    hazard = a_hazard(cast)
    _, colleague = a_worker_with_account(cast, 1)
    browser = browser_of(colleague)
    assert browser.get(reverse("hazards:hazard", args=[hazard.uid])).status_code == 404
    assert hazard.place not in browser.get(reverse("hazards:mine")).content.decode()


def test_a_department_reads_its_industry(cast: Cast, browser_of: Enter) -> None:
    hazard = a_hazard(cast)
    hazchem = a_user("dep", "应急", Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem")
    browser = browser_of(hazchem)
    assert hazard.place in browser.get(reverse("hazards:ledger")).content.decode()
    assert browser.get(reverse("hazards:hazard", args=[hazard.uid])).status_code == 200
    assert post(browser, "accept", hazard) == 404
    assert Hazard.objects.get().status == Status.REPORTED


def test_the_ledger_narrows_and_stays_cheap(cast: Cast, browser_of: Enter) -> None:
    a_hazard(cast, at=now())
    accept_hazard(a_hazard(cast, grade=Grade.MAJOR, at=now()), by=cast.safety_officer, at=now())
    browser, address = browser_of(cast.district_official), reverse("hazards:ledger")
    browser.get(address)
    with counted("hazards:ledger"):
        page = browser.get(address).content.decode()
    assert page.count("二车间平台") == 2
    for query, found in (
        ({"state": "reported"}, 1),
        ({"state": "overdue"}, 0),
        ({"grade": "major"}, 1),
        ({"q": "护栏"}, 2),
        ({"q": "反应釜"}, 0),
        ({"risk": FALLING, "district": "370112"}, 2),
        ({"state": "open"}, 2),
    ):
        shown = browser.get(address, query, headers={"HX-Request": "true"}).content.decode()
        assert shown.count("二车间平台") == found, query


def test_an_official_registers_what_was_seen(cast: Cast, browser_of: Enter) -> None:
    form = the_form(cast, employer=cast.enterprise.uscc)
    address = reverse("hazards:register")
    assert browser_of(cast.district_official).post(address, form).status_code == 302
    assert Hazard.objects.get().source == Source.VISIT
    other = browser_of(cast.other_district_official)
    again = the_form(cast, employer=cast.enterprise.name)
    assert other.post(address, again).status_code == 422
    assert browser_of(cast.safety_officer).post(address, again).status_code == 404
    assert Hazard.objects.count() == 1


def test_the_time_of_the_phone_is_a_claim(cast: Cast, browser_of: Enter) -> None:
    browser = browser_of(cast.safety_officer)
    for claimed in ("2099-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "gestern"):
        browser.post(reverse("hazards:report"), the_form(cast, found_at=claimed))
    for hazard in Hazard.objects.all():
        assert hazard.found_at == hazard.reported_at
    assert NOW  # the cast's day is not the server's


def test_the_blank_form_knows_nobody_and_the_page_says_where_it_is(
    cast: Cast, browser_of: Enter
) -> None:
    blank = reverse("hazards:report_blank")
    for browser in (Client(), browser_of(cast.safety_officer)):
        page = browser.get(blank).content.decode()
        assert "存在本机" in page
        for private in (cast.enterprise.name, str(cast.enterprise.uid), "data-worker"):
            assert private not in page
    page = browser_of(cast.safety_officer).get(reverse("hazards:report")).content.decode()
    assert reverse("hazards:worker") in page
    assert str(cast.enterprise.uid) in page
    script = Client().get(reverse("hazards:worker")).content.decode()
    assert f'self.BLANK = "{blank}"' in script
