"""快报 from the officer's phone: saved once, told to the district, late when it is late."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.identity.services import employ, register_person
from anlan.injuries.models import Case, Report
from anlan.injuries.queries import cases as queries
from anlan.injuries.services.reports import Told, report_injury
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput
from anlan.testing.cast import NOW, Cast, an_id_number

Enter = Callable[[User], Client]
PIXEL = b"\x89PNG\r\n\x1a\nnot much of a picture"


def told(**said: object) -> Told:
    facts: dict[str, object] = {
        "noticed_at": NOW - timedelta(hours=2),
        "place": "二车间",
        "narrative": "更换模具时手指被夹",
        "severity": "minor",
        "person_name": "周小明",
    } | said
    return Told(**facts)  # type: ignore[arg-type]


def reported(cast: Cast, **said: object) -> Report:
    return report_injury(
        cast.enterprise, told(**said), nonce=uuid4(), by=cast.safety_officer, at=NOW
    )


def test_a_report_is_saved_with_its_clock_and_told(cast: Cast) -> None:
    report = reported(cast)
    assert report.due_at == NOW + timedelta(hours=22)
    case = report.case
    assert (case.district, case.organization) == ("370112", cast.enterprise)
    assert (case.injured_hour, case.injured_on) == (7, local_date(NOW))
    notice = Notice.objects.get(user=cast.district_official)
    assert cast.enterprise.name in notice.title
    assert "周小明" not in notice.title + notice.body
    assert not Notice.objects.filter(user=cast.other_district_official).exists()
    leaf = Entry.objects.get(subject=case.subject).leaf
    assert "周小明" not in leaf
    assert "手指" not in leaf
    assert not queries.late_reports(cast.city_official).exists()


def test_the_same_report_again_changes_nothing(cast: Cast) -> None:
    nonce = uuid4()
    words = {"nonce": nonce, "by": cast.safety_officer, "at": NOW}
    first = report_injury(cast.enterprise, told(), **words)  # type: ignore[arg-type]
    again = report_injury(cast.enterprise, told(place="别处"), **words)  # type: ignore[arg-type]
    assert again == first
    assert Case.objects.count() == Report.objects.count() == 1
    assert Entry.objects.filter(verb="injury_reported").count() == 1


def test_a_late_report_is_taken_and_said_to_be_late(cast: Cast) -> None:
    report = reported(cast, noticed_at=NOW - timedelta(hours=30))
    assert queries.late_reports(cast.district_official).get() == report


@pytest.mark.parametrize(
    "wrong",
    [
        {"narrative": " "},
        {"person_name": ""},
        {"severity": "bad"},
        {"noticed_at": NOW + timedelta(hours=1)},
    ],
)
def test_what_cannot_be_used_saves_nothing(cast: Cast, wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        reported(cast, **wrong)
    assert not Case.objects.exists()
    assert not Notice.objects.exists()


def test_the_officer_reports_by_phone_and_sees_the_own_reports(
    cast: Cast, browser_of: Enter
) -> None:
    person, _ = register_person(name="冯七", id_number=an_id_number(7), by=None, at=NOW)
    employ(person, cast.enterprise, on=local_date(NOW))
    browser, url = browser_of(cast.safety_officer), reverse("injuries:report")
    form = browser.get(url).context["form"]
    assert "冯七" in str(form["person"])
    said = {
        "nonce": str(form["nonce"].value()),
        "when": "2026-05-04T07:30",
        "place": "二车间",
        "narrative": "手指被夹",
        "severity": "minor",
        "circumstance": "work",
    }
    lost = browser.post(url, said)
    assert lost.status_code == 422
    assert "手指被夹" in lost.content.decode()
    assert not Case.objects.exists()
    said |= {"person": str(person.uid)}
    for _ in range(2):
        photo = SimpleUploadedFile("a.png", PIXEL, "image/png")
        assert browser.post(url, said | {"photos": photo}).status_code == 302
    report = Report.objects.get()
    assert (report.case.person, report.case.sex, report.case.age) == (person, "m", 36)
    page = browser.get(reverse("injuries:reports")).content.decode()
    assert "冯*" in page
    assert "冯七" not in page
    case = browser.get(reverse("injuries:case", args=[report.case.uid])).content.decode()
    assert "手指被夹" in case
    assert "冯七" not in case
    _photo(cast, browser_of, report)


def _photo(cast: Cast, browser_of: Enter, report: Report) -> None:
    url = reverse("injuries:photo", args=[report.photos.get().uid])
    for user in (cast.safety_officer, cast.district_official, cast.city_official):
        assert browser_of(user).get(url).status_code == 200
    for user in (cast.rival_officer, cast.other_district_official, cast.outsider):
        assert browser_of(user).get(url).status_code == 404


def test_others_report_nothing(cast: Cast, browser_of: Enter) -> None:
    url = reverse("injuries:report")
    for user in (cast.district_official, cast.class_manager, cast.outsider):
        assert browser_of(user).post(url, {"place": "x"}).status_code == 404
    assert not Report.objects.exists()


def test_the_queue_asks_for_json_and_is_answered_once(cast: Cast, browser_of: Enter) -> None:
    browser, url = browser_of(cast.safety_officer), reverse("injuries:report")
    asked = {"Accept": "application/json"}
    said = {
        "nonce": str(uuid4()),
        "when": "2026-05-04T07:30",
        "place": "二车间",
        "narrative": "手指被夹",
        "severity": "minor",
        "circumstance": "work",
    }
    lacking = browser.post(url, said, headers=asked)
    assert lacking.status_code == 422
    assert "姓名" in lacking.json()["message"]
    assert not Case.objects.exists()
    said |= {"person_name": "周小明"}
    photos = [SimpleUploadedFile("a.png", PIXEL, "image/png") for _ in range(2)]
    told_twice = [browser.post(url, said | {"photos": p}, headers=asked).json() for p in photos]
    case = Case.objects.get()
    assert [one["url"] for one in told_twice] == [reverse("injuries:case", args=[case.uid])] * 2
    assert case.report.photos.count() == StoredFile.objects.count() == 1


def test_the_blank_form_knows_nobody(cast: Cast, browser_of: Enter) -> None:
    person, _ = register_person(name="冯七", id_number=an_id_number(7), by=None, at=NOW)
    employ(person, cast.enterprise, on=local_date(NOW))
    url = reverse("injuries:report_blank")
    for browser in (Client(), browser_of(cast.safety_officer)):
        page = browser.get(url).content.decode()
        assert "谁受了伤" in page
        for private in ("冯七", cast.enterprise.name, str(cast.safety_officer.uid)):
            assert private not in page
    script = Client().get(reverse("injuries:worker")).content.decode()
    assert f'self.PAGE = "{reverse("injuries:report")}"' in script
    assert f'self.BLANK = "{url}"' in script
