"""The text that is agreed to, who has agreed, whose face is kept."""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.identity.models import Employment, Face, FaceConsent, FaceStatus, Person
from anlan.identity.queries.cards import back_of, has_run_out
from anlan.lib import idnumber
from anlan.organizations import queries as organizations

TEXTS = Path(__file__).resolve().parent.parent / "data" / "face_consent.json"
NUMBERS = 128
CURRENT = (FaceStatus.WAITING, FaceStatus.REVIEW, FaceStatus.OPEN)


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A version of what is agreed to. `sha256` is of everything that is shown."""

    version: str
    valid_from: date
    title: str
    points: tuple[tuple[str, str], ...]
    basis: str

    @property
    def sha256(self) -> str:
        said = [self.version, self.title, [list(point) for point in self.points], self.basis]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@lru_cache(maxsize=4)
def _texts(path: Path) -> tuple[ConsentText, ...]:
    rows = json.loads(path.read_text("utf-8"))
    made = [
        ConsentText(
            version=row["version"],
            valid_from=date.fromisoformat(row["valid_from"]),
            title=row["title"],
            points=tuple((what, words) for what, words in row["points"]),
            basis=row["basis"],
        )
        for row in rows
    ]
    return tuple(sorted(made, key=lambda text: text.valid_from))


def consent_text(on: date) -> ConsentText:
    """The version that is asked for on a day."""
    return [text for text in _texts(TEXTS) if text.valid_from <= on][-1]


def open_consent(person: Person) -> FaceConsent | None:
    """What the person agreed to and has not withdrawn, of whatever version."""
    return person.face_consents.filter(withdrawn_at=None).first()


def agrees(person: Person, on: date) -> bool:
    """To the very text of the day: another version asks anew."""
    given = open_consent(person)
    return given is not None and given.text_sha256 == consent_text(on).sha256


def face_of(person: Person) -> Face | None:
    """The face at hand: in use, being looked at, or waiting for a person; else the last one."""
    current = person.faces.filter(status__in=CURRENT).first()
    return current or person.faces.order_by("-at", "-id").first()


def usable_face(person: Person, on: date) -> Face | None:
    """What a check may compare with; it pauses while the card is known to have run out."""
    if not agrees(person, on) or has_run_out(back_of(person, on), on):
        return None
    return person.faces.filter(status=FaceStatus.OPEN).first()


def old_enough(person: Person, on: date, book: Rulebook | None = None) -> bool:
    """Younger ones are never offered the face, only the manual route."""
    least = (book or rulebook(on)).whole("identity.face_age_min")
    return idnumber.parse(person.id_number).age_on(on) >= least


def stored_faces() -> int:
    """How many persons have a face kept, each counted once; towards the filing at 100,000."""
    return Face.objects.filter(kept=True).values("person").distinct().count()


def waiting_faces(user: User) -> QuerySet[Face]:
    """Enrolments that a person must decide on, of people who work in the user's reach."""
    if not reach(user).has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL):
        return Face.objects.none()
    rows = Face.objects.filter(status=FaceStatus.REVIEW).exclude(person__user=user)
    if not reach(user).has(Role.CITY_OFFICIAL):
        within = organizations.visible_to(user).filter(district__in=reach(user).districts)
        jobs = Employment.objects.filter(until=None, organization__in=within.values("pk"))
        rows = rows.filter(person__in=jobs.values("person"))
    return rows.select_related("person").order_by("at", "id")


def face_for(user: User, uid: UUID) -> Face:
    """An enrolment that this user decides on."""
    return waiting_faces(user).get(uid=uid)


def differences_of(face: Face) -> list[tuple[str, str, str]]:
    """(field, on record, on the card)."""
    return [tuple(row) for row in json.loads(face.differences or "[]")]


def packed_likeness(numbers: tuple[float, ...]) -> str:
    """128 float32 as base64."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def likeness_of(face: Face) -> list[float]:
    raw = base64.b64decode(face.likeness)
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))
