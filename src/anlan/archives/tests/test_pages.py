"""The pages of archives and certificates, for those who may see them and those who may not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.archives import queries
from anlan.archives.models import Archive, Certificate, SealOrder
from anlan.archives.reports import evaluation_report
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.lib.spreadsheets import read_table
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    return a_closed_class(cast, learners=3, failing=[2])


@pytest.fixture
def sealed(klass: TrainingClass) -> TrainingClass:
    the_worker_seals()
    return klass


def text(answer: Any) -> str:
    content: bytes = answer.content
    return content.decode()


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_before_the_worker_comes_the_page_says_that_it_is_sealing(
    klass: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    browser = browser_of(cast.class_manager)
    page = text(browser.get(f"/archives/class/{klass.uid}/"))
    assert "正在封存…" in page
    assert "0 / 3" in page
    fragment = browser.get(f"/archives/class/{klass.uid}/progress", headers={"HX-Request": "true"})
    assert "一人一档" in text(fragment)
    the_worker_seals()
    done = browser.get(f"/archives/class/{klass.uid}/progress", headers={"HX-Request": "true"})
    assert done["Location"] == f"/archives/class/{klass.uid}/"


def test_the_archive_page_shows_seal_contents_and_how_to_verify(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    archive = queries.archives_of(sealed)[0]
    page = text(browser_of(cast.city_official).get(f"/archives/class/{sealed.uid}/"))
    seal = archive.manifest_sha256
    assert f"{seal[:4]} {seal[4:8]} {seal[8:12]}" in page
    for shown in ("花名册.xlsx", "审批记录.json", "anlan verify", "第 1 版", "重新封存", "赵*"):
        assert shown in page, shown
    assert "赵明安" not in page


def test_officials_and_the_class_manager_download_and_the_ledger_says_who(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    archive = queries.archives_of(sealed)[0]
    for who in (cast.city_official, cast.district_official, cast.class_manager):
        answer = browser_of(who).get(f"/archives/{archive.uid}/download")
        assert body(answer) == archive.file.path.read_bytes()
        line = Entry.objects.filter(verb="archive_handed_out").latest("id")
        assert line.actor == f"user/{who.uid}"


def outsiders(cast: Cast) -> list[User]:
    return [
        cast.outsider,
        cast.rival_manager,
        cast.rival_officer,
        cast.other_district_official,
        cast.safety_officer,
    ]


def test_nobody_else_downloads_an_archive(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    for who in [*outsiders(cast), cast.trainer_user]:
        for archive in Archive.objects.all():
            address = f"/archives/{archive.uid}/download"
            assert browser_of(who).get(address).status_code == 404, who
    assert not Entry.objects.filter(verb="archive_handed_out").exists()


def test_an_outsider_sees_neither_archive_nor_report(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    for who in outsiders(cast):
        for place in ("", "report", "report.pdf", "progress"):
            address = f"/archives/class/{sealed.uid}/{place}"
            assert browser_of(who).get(address).status_code == 404, (who, place)


def test_the_city_orders_a_new_version_with_a_reason(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    address = f"/archives/class/{sealed.uid}/reseal"
    for who in (cast.class_manager, cast.district_official, cast.outsider):
        assert browser_of(who).post(address, {"reason": "想再封一次"}).status_code == 404
    city = browser_of(cast.city_official)
    assert city.post(address, {"reason": ""}).status_code == 422
    assert not SealOrder.objects.exists()
    assert city.post(address, {"reason": "撤销了一张证明"}).status_code == 302
    assert "撤销了一张证明" in text(city.get(f"/archives/class/{sealed.uid}/"))
    assert SealOrder.objects.get().by == cast.city_official


def test_page_and_pdf_of_the_report_come_from_the_same_figures(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    browser = browser_of(cast.class_manager)
    page = text(browser.get(f"/archives/class/{sealed.uid}/report"))
    found = evaluation_report(sealed)
    for figure in found["figures"]:
        assert figure["value"] in page
        assert figure["note"] in page
    assert found["makeups"][0]["reason"] in page
    assert found["figures"][2]["note"] == "3 / 3 人，其中补考 1 人"
    pdf = browser.get(f"/archives/class/{sealed.uid}/report.pdf")
    assert pdf.content.startswith(b"%PDF")
    again = browser.get(f"/archives/class/{sealed.uid}/report.pdf")
    assert again.content == pdf.content


def test_officials_search_filter_and_export_certificates(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    city = browser_of(cast.city_official)
    everything = text(city.get("/archives/certificates/"))
    assert everything.count("AL2026-") >= 3
    assert "赵*" in everything
    assert "赵明安" not in everything
    found = text(city.get("/archives/certificates/", {"text": "安澜"}))
    assert "欧阳*" in found
    assert "赵*" not in found
    number = Certificate.objects.order_by("id")[0].number
    assert number in text(city.get("/archives/certificates/", {"text": number[2:11]}))
    assert "没有符合条件" in text(city.get("/archives/certificates/", {"standing": "revoked"}))
    sheet = read_table(city.get("/archives/certificates/export").content)
    assert sum("AL2026-" in "".join(row) for row in sheet.rows) == 3


def test_a_safety_officer_sees_own_people_by_full_name_and_no_others(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    own = text(browser_of(cast.safety_officer).get("/archives/certificates/"))
    assert "赵明安" in own
    rival = text(browser_of(cast.rival_officer).get("/archives/certificates/"))
    assert "AL2026-" not in rival
    assert browser_of(cast.outsider).get("/archives/certificates/").status_code == 404
    certificate = Certificate.objects.order_by("id")[0]
    for place in ("", "paper"):
        address = f"/archives/certificates/{certificate.uid}/{place}"
        assert browser_of(cast.rival_officer).get(address).status_code == 404
        assert browser_of(cast.safety_officer).get(address).status_code == 200


def test_only_the_city_revokes(sealed: TrainingClass, cast: Cast, browser_of: Browser) -> None:
    certificate = Certificate.objects.order_by("id")[0]
    address = f"/archives/certificates/{certificate.uid}/revoke"
    for who in (cast.class_manager, cast.safety_officer, cast.district_official, cast.outsider):
        assert browser_of(who).post(address, {"reason": "不该有效"}).status_code == 404
    certificate.refresh_from_db()
    assert certificate.status == "valid"
    city = browser_of(cast.city_official)
    assert city.post(address, {"reason": ""}).status_code == 422
    assert city.post(address, {"reason": "经查代考"}).status_code == 302
    page = text(city.get(f"/archives/certificates/{certificate.uid}/"))
    assert "经查代考" in page
    assert 'data-confirm-act="撤销证明"' not in page


def test_a_learner_has_own_certificates_with_a_code_and_own_archive(
    sealed: TrainingClass, cast: Cast, browser_of: Browser
) -> None:
    certificate = Certificate.objects.order_by("id")[0]
    learner = certificate.enrolment.person.user
    assert learner
    browser = browser_of(learner)
    page = text(browser.get("/archives/mine/"))
    assert certificate.number in page
    assert page.count("AL2026-") == page.count(certificate.number)
    assert "<svg" in page
    assert body(browser.get(f"/archives/certificates/{certificate.uid}/paper"))[:4] == b"%PDF"
    own = Archive.objects.get(enrolment=certificate.enrolment)
    assert browser.get(f"/archives/{own.uid}/download").status_code == 200
    others = Archive.objects.exclude(pk=own.pk)
    for other in others:
        assert browser.get(f"/archives/{other.uid}/download").status_code == 404


def test_somebody_without_certificates_is_told_when_they_come(
    cast: Cast, browser_of: Browser
) -> None:
    page = text(browser_of(cast.outsider).get("/archives/mine/"))
    assert "没有对应的学员档案" in page
