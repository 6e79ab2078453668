"""What a person's copy says of the face, and what is left of it after the person has asked."""

from datetime import timedelta

from anlan.identity.face_data import PERSONAL_DATA
from anlan.identity.models import CheckStatus, Face, FaceConsent, FaceTry, IdentityCheck, Pictures
from anlan.identity.queries.faces import stored_faces
from anlan.identity.queries.rights import stored_faces as counted
from anlan.identity.tests.check_scenes import a_check, a_face, a_learner, a_try
from anlan.testing.cast import NOW, Cast

[KIND] = PERSONAL_DATA
LATER = NOW + timedelta(hours=1)


def test_the_copy_names_consent_face_and_checks(cast: Cast) -> None:
    person = a_learner(cast)
    assert KIND.export(person) == []
    a_face(person)
    a_check(person)
    said = [str(row["内容"]) for row in KIND.export(person)]
    assert said[0].startswith("刷脸同意书")
    assert said[1:] == ["人脸登记：使用中", "考试核验：结业理论考试，待核验"]


def test_numbers_scores_pictures_and_consent_go_and_the_check_stays(cast: Cast) -> None:
    person, other = a_learner(cast), a_learner(cast, 8)
    a_face(person)
    a_face(other)
    check = a_check(person)
    a_try(check)
    assert stored_faces() == counted() == 2
    erasure = KIND.erase(person, LATER)
    assert (erasure.erased, erasure.kept) == (3, 1)
    assert not Pictures.objects.exists()
    assert not FaceTry.objects.exists()
    assert [one.person for one in Face.objects.all()] == [other]
    assert [one.person for one in FaceConsent.objects.all()] == [other]
    assert stored_faces() == counted() == 1
    assert IdentityCheck.objects.get().status == CheckStatus.OPEN


def test_who_never_agreed_loses_nothing(cast: Cast) -> None:
    erasure = KIND.erase(a_learner(cast), NOW)
    assert (erasure.erased, erasure.kept) == (0, 0)
