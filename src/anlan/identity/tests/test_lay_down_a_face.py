"""A card and a face become 128 sealed numbers, or advice, or a person's decision."""

import base64
import struct
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from anlan.identity.models import Face, FaceStatus, Pictures
from anlan.identity.queries import faces
from anlan.identity.services import faces as face_acts
from anlan.identity.services.looking import answer_next_face
from anlan.identity.tests.builders import an_id
from anlan.identity.tests.check_scenes import a_face, a_learner, agree, hand_in, the_user
from anlan.lib.refusals import NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import JPEG, NUMBERS, ToldEyes, a_card
from anlan.vision.advice import UnusablePicture, words
from anlan.vision.eyes import CannotLook
from anlan.vision.findings import Enrolment, Field, Paper


def looked_at(cast: Cast, paper: Paper | Exception | None = None, **enrolment: object) -> Face:
    person = a_learner(cast)
    agree(person)
    face = hand_in(person)
    ToldEyes.papers.append(paper or a_card(person.name, person.id_number))
    if enrolment:
        usual: dict[str, Any] = {"likeness": NUMBERS, "reasons": (), "to_paper": 0.8}
        ToldEyes.enrolments.append(Enrolment(**(usual | enrolment)))
    answer_next_face(NOW)
    face.refresh_from_db()
    return face


def test_only_numbers_stay_and_nobody_reads_them_in_the_database(cast: Cast) -> None:
    face = a_face(a_learner(cast))
    assert face.status == FaceStatus.OPEN
    assert faces.likeness_of(face) == pytest.approx(NUMBERS, abs=1e-6)
    assert not Pictures.objects.exists()
    assert faces.stored_faces() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT likeness FROM identity_face")
        raw = cursor.fetchone()[0]
    plain = base64.b64encode(struct.pack("<128f", *NUMBERS)).decode()
    assert plain not in raw
    assert plain[:24] not in raw


def test_pictures_wait_sealed(cast: Cast) -> None:
    person = a_learner(cast)
    agree(person)
    hand_in(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM identity_pictures")
        raw = cursor.fetchone()[0]
    assert base64.b64encode(JPEG).decode()[:16] not in raw


def test_without_a_consent_or_twice_nothing_is_taken(cast: Cast) -> None:
    person = a_learner(cast)
    with pytest.raises(Refused, match="同意书"):
        hand_in(person)
    assert not Pictures.objects.exists()
    a_face(person)
    with pytest.raises(NotAllowed):
        hand_in(person)
    assert not Pictures.objects.exists()


def test_another_name_on_the_card_is_for_an_official_of_the_district(cast: Cast) -> None:
    person = a_learner(cast)
    face = looked_at(cast, a_card("李祥例", person.id_number))
    assert (face.status, face.kept) == (FaceStatus.REVIEW, True)
    assert faces.differences_of(face) == [("姓名", "李样例", "李祥例")]
    assert faces.usable_face(person, NOW.date()) is None
    for user in (cast.district_official, cast.city_official):
        assert faces.face_for(user, face.uid) == face
    for user in (cast.other_district_official, cast.class_manager, the_user(person)):
        with pytest.raises(ObjectDoesNotExist):
            faces.face_for(user, face.uid)
    words: dict[str, Any] = {
        "reason": "已当面核对，曾用名",
        "by": cast.district_official,
        "at": NOW,
    }
    face_acts.decide_face(face, accept=True, **words)
    assert faces.usable_face(person, NOW.date()) == face
    face.refresh_from_db()
    assert face.differences == ""


def test_a_refused_face_leaves_no_numbers(cast: Cast) -> None:
    face = looked_at(cast, a_card("李样例", an_id(99)))
    assert [row[0] for row in faces.differences_of(face)][:1] == ["身份证号"]
    face_acts.decide_face(
        face, accept=False, reason="不是本人的证件", by=cast.city_official, at=NOW
    )
    face.refresh_from_db()
    assert (face.status, face.kept, face.likeness) == (FaceStatus.REFUSED, False, "")


@pytest.mark.parametrize(
    ("likeness", "status"),
    [
        (0.8, FaceStatus.OPEN),
        (0.4, FaceStatus.REVIEW),
        (0.1, FaceStatus.REVIEW),
        (None, FaceStatus.REVIEW),
    ],
)
def test_a_face_unlike_the_card_is_for_a_person(
    cast: Cast, likeness: float | None, status: FaceStatus
) -> None:
    assert looked_at(cast, to_paper=likeness).status == status


def test_a_card_of_a_child_is_for_a_person(cast: Cast) -> None:
    person = a_learner(cast)
    card = a_card(person.name, person.id_number, advice=("under_age",))
    assert looked_at(cast, card).status == FaceStatus.REVIEW


@pytest.mark.parametrize(
    "code",
    [
        "heic",
        "gif",
        "animated",
        "polyglot",
        "too_large",
        "too_heavy",
        "not_picture",
        "broken",
        "too_small",
    ],
)
def test_what_is_no_photograph_is_answered_in_words(cast: Cast, code: str) -> None:
    face = looked_at(cast, UnusablePicture(code))
    assert (face.status, face.reasons, face.kept) == (FaceStatus.RETAKE, [code], False)
    assert words(code)
    assert not Pictures.objects.exists()


@pytest.mark.parametrize(
    ("reasons", "code"),
    [(("no_face", "too_few_frames"), "no_face"), (("two_faces",), "two_faces"), (("covered",), "covered"),
     (("back_light",), "back_light"), (("face_small",), "face_small"), (("not_live",), "not_live")],
)  # fmt: skip
def test_a_face_that_can_not_be_taken_is_answered_in_words(
    cast: Cast, reasons: tuple[str, ...], code: str
) -> None:
    face = looked_at(cast, likeness=(), reasons=reasons, to_paper=None)
    assert (face.status, face.reasons[0]) == (FaceStatus.RETAKE, code)


def test_a_number_that_was_not_read_surely_is_never_taken_over(cast: Cast) -> None:
    number = {"number": Field("370102199001010000", 0.4)}
    card = Paper("id_front", number, sure=False, doubts=("number_doubt",))
    assert looked_at(cast, card).reasons == ["number_doubt", "number_doubt"]


def test_eyes_that_fall_again_and_again_are_given_up(cast: Cast) -> None:
    person = a_learner(cast)
    agree(person)
    face = hand_in(person)
    for _ in range(3):
        ToldEyes.papers.append(CannotLook("stopped"))
        answer_next_face(NOW)
        face.refresh_from_db()
        assert face.status == FaceStatus.WAITING
    answer_next_face(NOW)
    face.refresh_from_db()
    assert (face.status, face.reasons) == (FaceStatus.RETAKE, ["stopped"])
    assert answer_next_face(NOW) == 0
