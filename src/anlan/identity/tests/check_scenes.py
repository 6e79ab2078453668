"""A learner, agreed and laid down, with a check before them."""

from datetime import datetime, timedelta

from anlan.foundation.accounts.models import User
from anlan.identity.models import Face, FaceTry, IdentityCheck, Person, Purpose
from anlan.identity.queries import faces
from anlan.identity.services import checks as acts
from anlan.identity.services import ensure_account
from anlan.identity.services import faces as face_acts
from anlan.identity.services.looking import answer_next_face, answer_next_try
from anlan.identity.tests.builders import a_worker
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import JPEG, ToldEyes, a_card

SECOND = timedelta(seconds=1)
FRAMES = [(0.0, JPEG), (0.4, JPEG), (0.8, JPEG), (9.9, JPEG)]


HOSTS: list[Organization] = []


def host_of(subject: str) -> Organization | None:
    """What a class would say: the organisation that the story names."""
    return HOSTS[0] if HOSTS else None


def a_learner(cast: Cast, serial: int = 7) -> Person:
    person = a_worker(cast.enterprise, cast.safety_officer, serial)
    ensure_account(person, at=NOW)
    return person


def the_user(person: Person) -> User:
    assert person.user is not None
    return person.user


def agree(person: Person, at: datetime = NOW) -> None:
    text = faces.consent_text(local_date(at)).sha256
    face_acts.sign_consent(
        person, signature=person.name, text_sha256=text, by=the_user(person), at=at
    )


def hand_in(person: Person, at: datetime = NOW) -> Face:
    user = the_user(person)
    return face_acts.ask_enrolment(person, card=b"card", frames=FRAMES, by=user, at=at)


def a_face(person: Person) -> Face:
    """Agreed, photographed, looked at, in use."""
    agree(person)
    face = hand_in(person)
    ToldEyes.papers.append(a_card(person.name, person.id_number))
    answer_next_face(NOW)
    face.refresh_from_db()
    return face


def a_check(person: Person, subject: str = "sitting/1") -> IdentityCheck:
    words = {"title": "结业理论考试", "back": "/exams/"}
    return acts.begin(person, Purpose.EXAM, subject, by=the_user(person), at=NOW, **words)


def a_try(check: IdentityCheck, at: datetime = NOW) -> FaceTry:
    """Drawn, filmed and handed in; nobody has looked yet."""
    user = the_user(check.person)
    one, challenge = acts.begin_try(check, by=user, at=at)
    acts.post_frames(one, challenge.nonce, FRAMES, by=user, at=at + 12 * SECOND)
    one.refresh_from_db()
    return one


def a_look(check: IdentityCheck, at: datetime = NOW) -> FaceTry:
    """A try with its answer."""
    one = a_try(check, at)
    answer_next_try(at + 15 * SECOND)
    one.refresh_from_db()
    check.refresh_from_db()
    return one
