"""A consent of its own: read, signed, dated, taken back at once."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.queries import timeline
from anlan.identity.models import Face, FaceConsent, FaceStatus, Pictures
from anlan.identity.queries import faces
from anlan.identity.services import checks as acts
from anlan.identity.services import faces as face_acts
from anlan.identity.services.looking import answer_next_face, answer_next_try
from anlan.identity.tests.check_scenes import (
    a_check,
    a_face,
    a_learner,
    a_try,
    agree,
    hand_in,
    the_user,
)
from anlan.lib import idnumber
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import ToldEyes, a_card

Enter = Callable[[User], Client]
DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)


def test_the_text_says_purpose_time_and_that_the_other_way_is_as_good() -> None:
    """人脸识别技术应用安全管理办法 5 and 8: who, why, what it may do, that pictures travel."""
    text = faces.consent_text(TODAY)
    said = "".join(words for _, words in text.points)
    for word in ("128 个数字", "立即删除", "撤回", "一年", "人工核验", "申诉"):
        assert word in said
    for word in ("工伤保险部门", "不是必须", "敏感个人信息", "经加密网络传到平台的服务器"):
        assert word in said
    assert "第八条" in text.basis


def test_signing_keeps_version_hash_and_moment_and_a_line(cast: Cast) -> None:
    person = a_learner(cast)
    agree(person)
    kept = FaceConsent.objects.get()
    assert (kept.text_sha256, kept.signed_at) == (faces.consent_text(TODAY).sha256, NOW)
    assert faces.agrees(person, TODAY)
    [line] = [one for one in timeline([person.subject]) if "同意书" in one.sentence]
    assert line.sentence == f"签署刷脸同意书（{kept.version} 版）"
    with connection.cursor() as cursor:
        cursor.execute("SELECT signature FROM identity_faceconsent")
        assert person.name not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("signature", "text", "refusal"), [("李四", None, BadInput), (None, "0" * 64, Refused)]
)
def test_another_name_or_an_older_text_is_no_consent(
    cast: Cast, signature: str | None, text: str | None, refusal: type[Refused]
) -> None:
    person = a_learner(cast)
    words = {
        "signature": signature or person.name,
        "text_sha256": text or faces.consent_text(TODAY).sha256,
    }
    with pytest.raises(refusal):
        face_acts.sign_consent(person, by=the_user(person), at=NOW, **words)
    assert not FaceConsent.objects.exists()


def test_taking_it_back_destroys_the_numbers_and_the_pictures_on_their_way(cast: Cast) -> None:
    person = a_learner(cast)
    face = a_face(person)
    a_try(a_check(person))
    assert faces.stored_faces() == 1
    assert Pictures.objects.count() == 1
    face_acts.withdraw_consent(person, by=the_user(person), at=NOW + DAY)
    face.refresh_from_db()
    assert (face.status, face.likeness, face.kept) == (FaceStatus.ENDED, "", False)
    assert faces.stored_faces() == 0
    assert not Pictures.objects.exists()
    assert "撤回刷脸同意，人脸特征已销毁" in [o.sentence for o in timeline([person.subject])]
    with pytest.raises(NotAllowed):
        face_acts.withdraw_consent(person, by=the_user(person), at=NOW + DAY)


def test_taken_back_while_it_is_looked_at_nothing_is_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_learner(cast)
    agree(person)
    face = hand_in(person)
    seen = ToldEyes.enrol

    def meanwhile(self: ToldEyes, *a: object, **k: object) -> object:
        face_acts.withdraw_consent(person, by=the_user(person), at=NOW)
        return seen(self, *a, **k)  # type: ignore[arg-type]

    monkeypatch.setattr(ToldEyes, "enrol", meanwhile)
    ToldEyes.papers.append(a_card(person.name, person.id_number))
    answer_next_face(NOW)
    face.refresh_from_db()
    assert (face.status, face.kept, face.likeness) == (FaceStatus.ENDED, False, "")


def test_a_film_whose_face_was_taken_back_goes_to_a_person(cast: Cast) -> None:
    person = a_learner(cast)
    a_face(person)
    check = a_check(person)
    a_try(check)
    face_acts.withdraw_consent(person, by=the_user(person), at=NOW)
    answer_next_try(NOW)
    check.refresh_from_db()
    assert check.status == "review"


def test_a_new_text_asks_anew_and_the_face_stays_out_of_use_until_then(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_learner(cast)
    a_face(person)
    check = a_check(person)
    rows = json.loads(faces.TEXTS.read_text("utf-8"))
    later = rows[0] | {"version": "2026-12", "valid_from": "2026-12-01"}
    newer = tmp_path / "texts.json"
    newer.write_text(json.dumps([*rows, later]), "utf-8")
    monkeypatch.setattr(faces, "TEXTS", newer)
    after = NOW + 10 * DAY
    assert not faces.agrees(person, after.date())
    with pytest.raises(Refused, match="还没有登记人脸"):
        acts.begin_try(check, by=the_user(person), at=after)
    agree(person, after)
    assert faces.usable_face(person, after.date()) is not None
    assert FaceConsent.objects.filter(withdrawn_at=None).count() == 1


def test_nobody_under_fourteen_is_asked_for_the_face(cast: Cast, browser_of: Enter) -> None:
    person = a_learner(cast)
    person.id_number = idnumber.synthetic("370102", date(2013, 1, 1), 1)
    person.save()
    with pytest.raises(Refused, match="未满 14 周岁"):
        agree(person)
    assert not FaceConsent.objects.exists()
    page = browser_of(the_user(person)).get(reverse("identity:check", args=[a_check(person).uid]))
    assert "未满 14 周岁不采用刷脸" in page.content.decode()
    assert "人工核验" in page.content.decode()


def test_what_nobody_used_for_a_year_is_destroyed(cast: Cast) -> None:
    face = a_face(a_learner(cast))
    face_acts.forget_faces(NOW + 364 * DAY)
    assert Face.objects.get(pk=face.pk).kept
    face_acts.forget_faces(NOW + 366 * DAY)
    face.refresh_from_db()
    assert (face.kept, face.likeness, face.status) == (False, "", FaceStatus.ENDED)


def test_pictures_that_nobody_looked_at_are_gone_after_a_day(cast: Cast) -> None:
    person = a_learner(cast)
    agree(person)
    hand_in(person)
    face_acts.forget_faces(NOW + DAY / 2)
    assert Pictures.objects.exists()
    face_acts.forget_faces(NOW + DAY * 1.1)
    assert not Pictures.objects.exists()
    answer_next_face(NOW + DAY * 1.1)
    assert Face.objects.get().status == FaceStatus.RETAKE


def test_the_page_shows_the_text_takes_the_name_and_lets_go_again(
    cast: Cast, browser_of: Enter
) -> None:
    person = a_learner(cast)
    client = browser_of(the_user(person))
    url = reverse("identity:face")
    text = faces.consent_text(TODAY)
    assert text.title in client.get(url).content.decode()
    said = {"signature": "错名", "text": text.sha256}
    assert client.post(reverse("identity:face_consent"), said).status_code == 422
    said["signature"] = person.name
    assert client.post(reverse("identity:face_consent"), said).status_code == 302
    assert "拍身份证人像面" in client.get(url).content.decode()
    assert "可随时撤回" in client.get(reverse("identity:me")).content.decode()
    assert client.post(reverse("identity:face_withdraw")).status_code == 302
    assert not faces.agrees(person, TODAY)
