"""A licence is photographed, read, compared by a person, and the picture goes."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from anlan.foundation.access.limits import TooOften
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.foundation.rules.models import Rule
from anlan.identity.jobs import keep_clocks
from anlan.lib.refusals import NotAllowed
from anlan.organizations import licence_queries, licence_services
from anlan.organizations.licence_reading import read_next_licence
from anlan.organizations.licence_services import QueueFull
from anlan.organizations.models import LicencePhoto, Organization, PhotoStatus
from anlan.organizations.services import approve_organization, return_organization
from anlan.organizations.tests.builders import some_facts
from anlan.organizations.tests.licence_scenes import (
    HOME,
    JPEG,
    KEY,
    a_file,
    a_photo,
    as_read,
    enter_guide,
    handed_in,
    press,
    read_as,
)
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import REDRAWN, ToldEyes, a_read_licence
from anlan.vision.advice import ADVICE, UnusablePicture
from anlan.vision.eyes import CannotLook
from anlan.vision.findings import Field, Paper

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
HOUR = timedelta(hours=1)


def rows_of(photo: LicencePhoto, organization: Organization) -> dict[str, str]:
    typed = licence_queries.typed_of(organization)
    return {row.name: row.state for row in licence_queries.compare(photo, typed, NOW)}


def verbs(subject: str) -> list[str]:
    return list(Entry.objects.filter(subject=subject).order_by("id").values_list("verb", flat=True))


def columns() -> str:
    """Everything that the table holds, as a thief would see it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organizations_licencephoto")
        return str(cursor.fetchall())


def test_from_the_photograph_to_its_end(cast: Cast, client: Client, browser_of: Enter) -> None:
    enter_guide(client)
    page = press(client, "photo", photo=a_file(), name="明湖机械有限公司").content.decode()
    assert "正在读取照片" in page
    read_as(as_read())
    page = press(client, "look", name="明湖机械有限公司").content.decode()
    assert "照片上读到的与所填不同：1 项" in page
    form = dict(some_facts(), name="明湖机械有限公司", hazardous="")
    client.post(reverse("organizations:register_organization"), form)
    check = client.get(reverse("organizations:register_check")).content.decode()
    assert "照片上读到的与所填不同：1 项" in check
    client.post(reverse("organizations:register_check"))
    made = Organization.objects.get(uscc=some_facts()["uscc"])

    official = browser_of(cast.district_official)
    record = official.get(reverse("organizations:record", args=[made.uid])).content.decode()
    assert "照片上读到的与登记不同：1 项" in record
    assert "明湖机械（演示）有限公司" in record
    shown = official.post(reverse("organizations:licence_show", args=[made.uid]))
    assert base64.b64encode(REDRAWN).decode() in shown.content.decode()
    assert shown.headers["Cache-Control"].count("no-store") == 1
    approve_organization(made, by=cast.district_official, at=NOW, reason="以执照为准")

    assert keep_clocks(NOW + 71 * HOUR) == 0
    assert licence_queries.photo_of(made).erased_at is None  # type: ignore[union-attr]
    assert keep_clocks(NOW + 73 * HOUR) == 1
    photo = LicencePhoto.objects.get()
    assert (photo.content, photo.reading, photo.differed) == ("", "", ["name"])
    assert keep_clocks(NOW + 74 * HOUR) == 0
    said = Entry.objects.get(subject=made.subject, verb="organization_approved")
    assert '"licence_differs":["name"]' in said.leaf
    assert photo.sha256 in said.leaf
    assert verbs(f"licence/{photo.uid}") == ["licence_photographed", "licence_read"]
    assert verbs(made.subject)[1:] == [
        "licence_attached",
        "licence_shown",
        "organization_approved",
        "licence_erased",
    ]
    record = official.get(reverse("organizations:record", args=[made.uid])).content.decode()
    assert "与登记有 1 项不同（单位全称）" in record


def test_the_picture_lies_sealed_and_what_stays_of_it_is_painted_anew(cast: Cast) -> None:
    photo = a_photo()
    assert base64.b64encode(JPEG).decode()[:16] not in columns()
    read_as(as_read())
    photo.refresh_from_db()
    assert base64.b64decode(photo.content) == REDRAWN
    assert "钱样例" not in columns()
    assert KEY not in columns()


def test_fields_are_compared_as_people_would(cast: Cast) -> None:
    read = as_read(address="济南市历城区样例路7号", name="明湖机械(演示)有限公司")
    photo = a_photo(read)
    made = handed_in(founded="2015-03-08", legal_person="钱 样例")
    assert rows_of(photo, made) == {
        "uscc": "same",
        "name": "same",
        "address": "part",
        "legal_person": "same",
        "licence_kind": "untyped",
        "founded": "differs",
    }


def test_a_press_takes_the_photograph_s_words_and_keeps_the_rest(
    cast: Cast, client: Client
) -> None:
    enter_guide(client)
    press(client, "photo", photo=a_file())
    read_as(as_read(name="大明湖机械有限公司"))
    page = press(client, "use:name", name="明湖", contact_name="孙样例").content.decode()
    assert 'value="大明湖机械有限公司"' in page
    assert 'value="孙样例"' in page
    assert 'value="2015-03-09"' not in page
    page = press(client, "use:all", name="明湖", contact_name="孙样例").content.decode()
    assert 'value="2015-03-09"' in page
    assert 'value="钱样例"' in page
    assert 'value="孙样例"' in page
    kept = client.get(reverse("organizations:register_organization")).content.decode()
    assert 'value="大明湖机械有限公司"' in kept


def test_a_code_that_fails_its_check_is_never_taken_over(cast: Cast, client: Client) -> None:
    enter_guide(client)
    press(client, "photo", photo=a_file())
    wrong = some_facts()["uscc"][:17] + "0"
    fields = {"code": Field(wrong, 0.9), "name": Field("明湖机械（演示）有限公司", 0.99)}
    read_as(Paper("licence", fields, sure=False, doubts=("code_doubt",), advice=("blurred",)))
    page = press(client, "use:all", uscc="").content.decode()
    assert f'value="{wrong}"' not in page
    assert "统一社会信用代码没有读准" in page
    assert "照片模糊" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a" + bytes(40), "GIF"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"%PDF-1.7", "PDF"),
        (JPEG + b"<script>", "夹带"),
        (b"", "没有收到图片"),
    ],
)
def test_what_is_no_photograph_is_answered_at_once_and_nothing_typed_is_lost(
    cast: Cast, client: Client, content: bytes, said: str
) -> None:
    enter_guide(client)
    answer = press(client, "photo", photo=a_file(content), name="明湖机械", headcount="九十")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'value="明湖机械"' in page
    assert 'value="九十"' in page
    assert not LicencePhoto.objects.exists()
    kept = client.get(reverse("organizations:register_organization")).content.decode()
    assert 'value="明湖机械"' in kept


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (UnusablePicture("too_large"), "too_large"),
        (UnusablePicture("animated"), "animated"),
        (Paper("none", advice=("no_card",)), "no_card"),
        (Paper("none", advice=("dark", "no_card")), "dark"),
        (Paper("licence", advice=("two_cards",)), "two_cards"),
        (Paper("licence", advice=("blurred",), doubts=("code_doubt",)), "blurred"),
    ],
)
def test_what_the_eyes_refuse_is_erased_at_once_and_said(
    cast: Cast, client: Client, seen: Paper | Exception, code: str
) -> None:
    enter_guide(client)
    press(client, "photo", photo=a_file())
    read_as(seen)
    photo = LicencePhoto.objects.get()
    assert (photo.status, photo.content, photo.reasons[0]) == (PhotoStatus.RETAKE, "", code)
    page = press(client, "look").content.decode()
    assert ADVICE[code][0] in page
    assert ADVICE[code][1] in page
    assert handed_in().licence_photos.count() == 0


def test_eyes_that_fall_again_and_again_are_given_up(cast: Cast) -> None:
    photo = a_photo()
    ToldEyes.papers.extend([CannotLook("stopped")] * 3)
    for _ in range(3):
        read_next_licence(NOW)
        photo.refresh_from_db()
        assert photo.status == PhotoStatus.WAITING
    read_next_licence(NOW)
    photo.refresh_from_db()
    assert (photo.status, photo.reasons) == (PhotoStatus.RETAKE, ["stopped"])
    assert read_next_licence(NOW) == 0


def test_a_registration_does_not_wait_for_the_reading(cast: Cast, browser_of: Enter) -> None:
    a_photo()
    made = handed_in(founded="2015-03-10")
    official = browser_of(cast.district_official)
    url = reverse("organizations:record", args=[made.uid])
    assert "看读好没有" in official.get(url).content.decode()
    approve_organization(made, by=cast.district_official, at=NOW, reason="")
    Notice.objects.all().delete()
    read_as(as_read())
    photo = LicencePhoto.objects.get()
    assert photo.settled_at is None
    assert set(Notice.objects.values_list("user__username", flat=True)) == {"district"}
    licence_services.settle(photo, by=cast.district_official, at=NOW)
    with pytest.raises(NotAllowed):
        licence_services.settle(photo, by=cast.city_official, at=NOW)


def test_a_photograph_that_turns_out_useless_after_handing_in_is_told_to_its_staff(
    cast: Cast, browser_of: Enter
) -> None:
    a_photo()
    made = handed_in()
    photo = licence_queries.photo_of(made)
    assert photo is not None
    with pytest.raises(NotAllowed):
        licence_services.settle(photo, by=cast.district_official, at=NOW)
    Notice.objects.all().delete()
    read_as(Paper("none", advice=("no_card",)))
    assert made.registered_by is not None
    assert list(Notice.objects.values_list("user_id", flat=True)) == [made.registered_by.pk]
    page = browser_of(made.registered_by).get(reverse("organizations:record", args=[made.uid]))
    assert "没有认出证件" in page.content.decode()
    photo.refresh_from_db()
    assert (photo.content, photo.settled_at) == ("", None)


def test_a_returned_registration_is_compared_again(cast: Cast, browser_of: Enter) -> None:
    a_photo(as_read(name="大明湖机械有限公司"))
    made = handed_in()
    return_organization(made, by=cast.district_official, at=NOW, reason="名称与执照不同")
    assert LicencePhoto.objects.get().settled_by == cast.district_official
    assert made.registered_by is not None
    own = browser_of(made.registered_by)
    url = reverse("organizations:edit", args=[made.uid])
    assert "照片上读到的与所填不同：1 项" in own.get(url).content.decode()
    form = {name: value for name, value in some_facts().items() if name != "hazardous"}
    page = own.post(url, form | {"act": "use:name"}).content.decode()
    assert 'value="大明湖机械有限公司"' in page
    own.post(url, form | {"name": "大明湖机械有限公司"})
    assert LicencePhoto.objects.get().settled_at is None
    made.refresh_from_db()
    assert (made.status, made.name) == ("pending", "大明湖机械有限公司")
    assert rows_of(LicencePhoto.objects.get(), made)["name"] == "same"


def test_an_officer_photographs_later_and_a_new_one_takes_the_place(
    cast: Cast, browser_of: Enter
) -> None:
    own, firm = browser_of(cast.safety_officer), cast.enterprise
    url = reverse("organizations:licence_photograph", args=[firm.uid])
    assert own.post(url, {"photo": a_file()}).status_code == 302
    read_as(a_read_licence({"name": "泉化新材料有限公司", "code": firm.uscc}))
    first = LicencePhoto.objects.get()
    assert rows_of(first, firm)["name"] == "differs"
    page = own.get(reverse("organizations:record", args=[firm.uid])).content.decode()
    assert "另一家单位" not in page
    own.post(url, {"photo": a_file(JPEG + b"2")})
    first.refresh_from_db()
    assert (first.content, first.differed) == ("", ["name"])
    read_as(a_read_licence({"name": firm.name, "code": firm.uscc}))
    newest = licence_queries.photo_of(firm)
    assert newest is not None
    assert newest.settled_at is not None  # nothing differs: no official is asked
    own.post(reverse("organizations:licence_drop", args=[firm.uid]))
    newest.refresh_from_db()
    assert newest.content == ""
    own.post(url, {"photo": a_file()})
    read_as(as_read())
    page = own.get(reverse("organizations:record", args=[firm.uid])).content.decode()
    assert "另一家单位" in page


def test_others_neither_see_nor_touch_it(cast: Cast, browser_of: Enter) -> None:
    a_photo(as_read(name="大明湖机械有限公司"))
    made = handed_in()
    for user in (cast.outsider, cast.rival_officer, cast.other_district_official):
        browser = browser_of(user)
        for name in ("show", "compared", "drop", "photograph"):
            url = reverse(f"organizations:licence_{name}", args=[made.uid])
            assert browser.post(url, {"photo": a_file()}).status_code == 404
        url = reverse("organizations:licence", args=[made.uid])
        assert browser.get(url).status_code == 404
    assert LicencePhoto.objects.get().erased_at is None
    assert "licence_shown" not in verbs(made.subject)
    official = browser_of(cast.district_official)
    url = reverse("organizations:licence_photograph", args=[made.uid])
    assert official.post(url, {"photo": a_file()}).status_code == 404


def test_before_it_is_read_nothing_is_shown(cast: Cast) -> None:
    a_photo()
    made = handed_in()
    photo = licence_queries.photo_of(made)
    assert photo is not None
    with pytest.raises(NotAllowed):
        licence_services.show(photo, by=cast.district_official, at=NOW)
    assert "licence_shown" not in verbs(made.subject)


def a_limit(key: str, value: int) -> None:
    Rule.objects.filter(key=key).update(value=value)


def test_uploads_are_bounded_by_address_and_by_what_waits(cast: Cast, client: Client) -> None:
    a_limit("licence.address_hour_max", 2)
    a_photo()
    a_photo()
    with pytest.raises(TooOften):
        a_photo()
    assert LicencePhoto.objects.count() == 1
    licence_services.photograph_for_draft("b", JPEG, address="192.0.2.7", at=NOW)
    later = NOW + 2 * HOUR
    licence_services.photograph_for_draft(KEY, JPEG, address=HOME, at=later)
    a_limit("licence.waiting_max", 2)
    with pytest.raises(QueueFull):
        licence_services.photograph_for_draft("c", JPEG, address="192.0.2.8", at=later)
    a_limit("licence.waiting_max", 40)
    a_limit("licence.loose_max", 2)
    enter_guide(client)
    answer = press(client, "photo", photo=a_file(), name="明湖机械")
    assert answer.status_code == 429
    assert "不影响登记" in answer.content.decode()
    assert 'value="明湖机械"' in answer.content.decode()
    assert LicencePhoto.objects.count() == 2


def test_what_is_left_behind_or_too_old_goes(cast: Cast) -> None:
    a_photo(as_read())
    assert keep_clocks(NOW + 23 * HOUR) == 0
    assert keep_clocks(NOW + 25 * HOUR) == 1
    assert not LicencePhoto.objects.exists()
    a_photo()  # nobody ever reads it
    made = handed_in()
    assert keep_clocks(NOW + 29 * 24 * HOUR) == 0
    assert keep_clocks(NOW + 31 * 24 * HOUR) == 1
    assert LicencePhoto.objects.get().content == ""
    assert read_next_licence(NOW + 31 * 24 * HOUR) == 0
    assert verbs(made.subject)[-1] == "licence_erased"


def test_without_an_account_in_the_guide_nothing_is_taken(client: Client) -> None:
    answer = press(client, "photo", photo=a_file())
    assert answer.status_code == 302
    assert not LicencePhoto.objects.exists()


def test_what_can_not_be_a_founding_day_is_said(cast: Cast, client: Client) -> None:
    enter_guide(client)
    form: dict[str, Any] = dict(some_facts(), hazardous="", founded="去年")
    answer = client.post(reverse("organizations:register_organization"), form)
    assert answer.status_code == 422
    assert "2015-03-09" in answer.content.decode()
