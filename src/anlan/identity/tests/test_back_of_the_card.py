"""The back of the card: read, shown, compared as a hint, forgotten; it never stops anybody."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.foundation.rules.models import Rule
from anlan.identity.face_data import PERSONAL_DATA
from anlan.identity.models import BackStatus, CardBack, FaceStatus, Person, Pictures, Route
from anlan.identity.queries import cards, faces
from anlan.identity.services import cards as acts
from anlan.identity.services import checks as check_acts
from anlan.identity.services import faces as face_acts
from anlan.identity.services.cards import answer_next_back
from anlan.identity.services.looking import answer_next_face
from anlan.identity.tests.builders import an_id
from anlan.identity.tests.check_scenes import (
    FRAMES,
    HOSTS,
    a_check,
    a_face,
    a_learner,
    agree,
    the_user,
)
from anlan.lib.refusals import NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import JPEG, ToldEyes, a_back, a_card
from anlan.vision.advice import UnusablePicture
from anlan.vision.eyes import CannotLook
from anlan.vision.findings import Field, Paper

Enter = Callable[[User], Client]
GOOD = a_back("济南市公安局历下区分局", "2020-03-01", "2040-03-01")
OVER = a_back("济南市公安局历下区分局", "2006-03-01", "2026-03-01")


@pytest.fixture(autouse=True)
def _asked_for(db: None) -> None:
    Rule.objects.filter(key="identity.card_back").update(value=1)


def hand_in(person: Person) -> CardBack:
    return acts.lay_down_back(person, b"back", by=the_user(person), at=NOW)


def read_back(person: Person, paper: Paper | Exception = GOOD) -> CardBack:
    """Agreed, photographed, looked at."""
    if not faces.agrees(person, NOW.date()):
        agree(person)
    back = hand_in(person)
    ToldEyes.papers.append(paper)
    answer_next_back(NOW)
    back.refresh_from_db()
    return back


def enrol(person: Person, back: Paper, address: str) -> CardBack:
    """Both sides and the face at once."""
    agree(person)
    words: dict[str, Any] = {"card": b"card", "back": b"back", "frames": FRAMES}
    face = face_acts.ask_enrolment(person, by=the_user(person), at=NOW, **words)
    front = a_card(person.name, person.id_number)
    front = Paper("id_front", {**front.fields, "address": Field(address, 0.99)}, sure=True)
    ToldEyes.papers.extend([back, front])
    answer_next_face(NOW)
    face.refresh_from_db()
    assert face.status == FaceStatus.OPEN
    return CardBack.objects.get(person=person)


def test_the_picture_goes_with_the_answer_and_the_rest_a_day_later(cast: Cast) -> None:
    person = a_learner(cast)
    back = read_back(person)
    assert (back.status, back.valid_until, back.doubts) == (BackStatus.READ, "2040-03-01", [])
    assert cards.told_of(back) == ("济南市公安局历下区分局", "2020-03-01")
    assert not Pictures.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT valid_until, told FROM identity_cardback")
        raw = " ".join(cursor.fetchone())
    assert "2040" not in raw
    assert "济南" not in raw
    line = Entry.objects.get(verb="card_back_read")
    assert "2040" not in line.leaf
    face_acts.forget_faces(NOW + timedelta(hours=23))
    back.refresh_from_db()
    assert cards.told_of(back)[0]
    face_acts.forget_faces(NOW + timedelta(hours=25))
    back.refresh_from_db()
    assert (cards.told_of(back), back.valid_until) == (("", ""), "2040-03-01")


def test_both_sides_handed_in_together_are_compared_as_a_hint_only(cast: Cast) -> None:
    near = enrol(a_learner(cast), GOOD, "山东省济南市历下区泉城路9号")
    assert near.doubts == []
    far = enrol(a_learner(cast, 8), GOOD, "河南省郑州市中原区某某路1号")
    assert far.doubts == ["authority_differs"]
    assert not Pictures.objects.exists()


def test_a_card_that_has_run_out_pauses_the_face_and_nothing_else(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_learner(cast)
    a_face(person)
    assert faces.usable_face(person, NOW.date()) is not None
    read_back(person, OVER)
    assert faces.usable_face(person, NOW.date()) is None
    assert "已过有效期" in Notice.objects.get().title
    check = a_check(person)
    client = browser_of(the_user(person))
    page = client.get(reverse("identity:check", args=[check.uid])).content.decode()
    assert "登记的身份证已过有效期（2026-03-01 止），这次请用人工核验。" in page
    with pytest.raises(Refused, match="有效期"):
        check_acts.begin_try(check, by=the_user(person), at=NOW)
    check_acts.go_on(check, route=Route.MANUAL, by=the_user(person), at=NOW)
    check.refresh_from_db()
    assert check.goes_on
    read_back(person, GOOD)  # the new card
    assert faces.usable_face(person, NOW.date()) is not None


def test_a_rule_that_no_longer_asks_ends_the_pause(cast: Cast) -> None:
    person = a_learner(cast)
    a_face(person)
    read_back(person, OVER)
    Rule.objects.filter(key="identity.card_back").update(value=0)
    assert faces.usable_face(person, NOW.date()) is not None
    assert not cards.wants_a_back(person, NOW.date())
    with pytest.raises(Refused, match="不需要"):
        hand_in(person)


@pytest.mark.parametrize(
    ("told", "reasons"),
    [(Paper("none", advice=("blurred", "no_card")), ["blurred", "no_back"]),
     (Paper("id_back", GOOD.fields, sure=False, doubts=("unsure",)), ["back_doubt"]),
     (UnusablePicture("heic"), ["heic"])],
)  # fmt: skip
def test_what_was_not_read_surely_is_photographed_again(
    cast: Cast, told: Paper | Exception, reasons: list[str]
) -> None:
    person = a_learner(cast)
    back = read_back(person, told)
    assert (back.status, back.reasons, back.valid_until) == (BackStatus.RETAKE, reasons, "")
    assert not Pictures.objects.exists()
    assert cards.wants_a_back(person, NOW.date())
    assert read_back(person).status == BackStatus.READ
    assert not cards.wants_a_back(person, NOW.date())


def test_eyes_that_fall_again_and_again_are_given_up(cast: Cast) -> None:
    person = a_learner(cast)
    agree(person)
    back = hand_in(person)
    with pytest.raises(NotAllowed, match="正在读取"):
        hand_in(person)
    for _ in range(3):
        ToldEyes.papers.append(CannotLook("stopped"))
        answer_next_back(NOW)
        back.refresh_from_db()
        assert back.status == BackStatus.WAITING
    answer_next_back(NOW)
    back.refresh_from_db()
    assert (back.status, back.reasons) == (BackStatus.RETAKE, ["stopped"])
    assert answer_next_back(NOW) == 0


def test_without_a_consent_nothing_is_taken_and_with_it_everything_goes(cast: Cast) -> None:
    person = a_learner(cast)
    with pytest.raises(Refused, match="同意书"):
        hand_in(person)
    assert not CardBack.objects.exists()
    read_back(person)
    hand_in(person)
    face_acts.withdraw_consent(person, by=the_user(person), at=NOW)
    assert not CardBack.objects.exists()
    assert not Pictures.objects.exists()
    assert answer_next_back(NOW) == 0


def test_a_copy_names_it_and_an_erasure_takes_it(cast: Cast) -> None:
    [kind] = PERSONAL_DATA
    person = a_learner(cast)
    read_back(person)
    assert any("有效期至 2040-03-01" in str(row["内容"]) for row in kind.export(person))
    kind.erase(person, NOW)
    assert not CardBack.objects.exists()


@pytest.mark.parametrize(
    ("born", "start", "until", "fits"),
    [("1990-03-05", "2020-03-01", "2040-03-01", True),
     ("1990-03-05", "2020-03-01", "2030-03-01", False),
     ("1990-03-05", "2020-03-01", "长期", False),
     ("1970-03-05", "2020-03-01", "长期", True),
     ("1974-03-05", "2020-03-01", "长期", True),  # 45, asked for before the birthday
     ("2010-03-05", "2020-03-01", "2025-03-01", True),
     ("2010-03-05", "2020-03-01", "2040-03-01", False)],
)  # fmt: skip
def test_how_long_a_card_lasts_goes_by_age(born: str, start: str, until: str, fits: bool) -> None:
    assert cards.term_fits(date.fromisoformat(born), start, until) is fits


@pytest.mark.parametrize(
    ("authority", "address", "same"),
    [("济南市公安局历下区分局", "山东省济南市市中区经十路1号", True),
     ("历下分局", "山东省济南市历下区泉城路1号", True),
     ("章丘市公安局", "山东省济南市章丘区明水大街1号", True),
     ("平阴县公安局", "山东省济南市平阴县府前街1号", True),
     ("郑州市公安局中原分局", "山东省济南市历下区泉城路1号", False),
     ("河南省公安厅", "", False), ("山东省公安厅", "", True), ("郑州市公安局", "", True)],
)  # fmt: skip
def test_authority_and_address_are_compared_loosely(
    authority: str, address: str, same: bool
) -> None:
    assert cards.in_one_place(authority, number=an_id(7), address=address) is same


def test_an_odd_length_or_age_is_told_to_whoever_looks(cast: Cast, browser_of: Enter) -> None:
    HOSTS[:] = [cast.provider]
    person = a_learner(cast)
    odd = a_back("济南市公安局", "2020-03-01", "2085-03-01", doubts=("span_odd",))
    assert read_back(person, odd).doubts == ["span_odd"]
    short = a_back("济南市公安局", "2024-03-01", "2029-03-01")
    assert read_back(person, short).doubts == ["term_age"]
    check = a_check(person)
    check_acts.go_on(check, route=Route.MANUAL, by=the_user(person), at=NOW)
    url = reverse("identity:decide", args=[check.uid])
    page = browser_of(cast.class_manager).get(url).content.decode()
    assert "有效期限与领证时的年龄不相称" in page
    assert "以原件为准" in page


def test_the_page_asks_for_it_after_the_front_and_takes_it_alone(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_learner(cast)
    agree(person)
    client = browser_of(the_user(person))
    url = reverse("identity:face")
    page = client.get(url).content.decode()
    assert "第二步：拍身份证国徽面" in page
    assert "第三步：拍本人" in page
    to = reverse("identity:face_back")
    assert client.post(to, HTTP_ACCEPT="application/json").status_code == 422
    assert not CardBack.objects.exists()
    sent = {"back": SimpleUploadedFile("b.jpg", JPEG, "image/jpeg")}
    assert client.post(to, sent).url == url  # type: ignore[attr-defined]
    assert client.get(reverse("identity:face_state")).json() == {"waits": True}
    ToldEyes.papers.append(GOOD)
    answer_next_back(NOW)
    page = client.get(url).content.decode()
    assert "2040-03-01" in page
    assert "济南市公安局历下区分局" in page
    assert "拍身份证国徽面</strong>" not in page
    outsider = browser_of(cast.class_manager)
    assert outsider.post(to, sent).status_code == 404
