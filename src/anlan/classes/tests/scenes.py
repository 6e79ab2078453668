"""What happens in many stories of a class in session: doors, phones, a whole class held."""

import re
from collections.abc import Callable
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anlan.assessments.services import load_checklists, load_own_bank
from anlan.attendance.codes import code_at
from anlan.attendance.models import MarkKind, Register
from anlan.classes import queries
from anlan.classes.models import Session, TrainingClass
from anlan.classes.services.door import sign_by_code
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class
from anlan.testing.scenes import remembered

Enter = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def the_door(klass: TrainingClass, at: int = 0) -> tuple[Session, Register]:
    """One half-day and its register."""
    session = queries.sessions_of(klass)[at]
    assert session.register is not None
    return session, session.register


def a_learner(klass: TrainingClass, at: int = 0) -> Person:
    return queries.enrolled(klass)[at].person


def phone_of(person: Person, browser_of: Enter) -> Client:
    """The person's own phone, logged in."""
    return browser_of(ensure_account(person, at=NOW))


def scan(phone: Client, session: Session, register: Register, at: datetime) -> dict[str, str]:
    """Open the address in the QR code; the hidden fields of the page that answers."""
    url = reverse("classes:sign", args=[session.uid])
    page = phone.get(url, {"c": code_at(register, at).token})
    return dict(re.findall(r'name="(ticket|nonce|kind)" value="([^"]+)"', page.content.decode()))


def tap(phone: Client, session: Session, fields: dict[str, str]) -> int:
    """Press the one button; the answer's status."""
    return phone.post(reverse("classes:sign", args=[session.uid]), fields).status_code


def attend(session: Session, person: Person) -> None:
    """In at the beginning, out at the end."""
    register, user = session.register, ensure_account(person, at=NOW)
    assert register is not None
    for kind, at in ((MarkKind.IN, register.starts_at), (MarkKind.OUT, register.ends_at)):
        code = code_at(register, at).token
        sign_by_code(session, person, kind, code, by=user, at=at)


@remembered
def a_taught_class(cast: Cast, *, learners: int = 3) -> TrainingClass:
    """Everybody has been there from beginning to end; banks and checklists are loaded."""
    load_own_bank(at=NOW)
    load_checklists()
    klass = a_running_class(cast, learners=learners)
    for session in queries.sessions_of(klass):
        for one in queries.enrolled(klass):
            attend(session, one.person)
    return klass


def over(klass: TrainingClass) -> datetime:
    """When the last half-day ends."""
    return queries.registers_of(klass)[-1].ends_at


def a_photo(name: str = "现场.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def a_pdf(name: str = "签到表.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 signed", content_type="application/pdf")
