"""A hazard in any state, told and taken on by the services alone."""

import io
import uuid
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Grade, Hazard, Source, Tip, TipKind
from anlan.hazards.receipts import code_of, new_ticket
from anlan.hazards.services.photos import keep_photos
from anlan.hazards.services.rectifying import assign_hazard, close_hazard, rectify_hazard
from anlan.hazards.services.reporting import Report, accept_hazard, report_hazard
from anlan.hazards.services.tips import Telling, file_tip
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.classes import a_worker

FALLING = "10"  # 高处坠落 of GB 6441-2025


def a_jpeg(colour: str = "grey", *, exif: bool = False) -> bytes:
    out = io.BytesIO()
    marks = Image.Exif()
    if exif:
        marks[0x010F] = "SecretPhone"
    Image.new("RGB", (64, 48), colour).save(out, "JPEG", exif=marks)
    return out.getvalue()


def an_upload(colour: str = "grey", *, exif: bool = False) -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_0001.jpg", a_jpeg(colour, exif=exif), "image/jpeg")


def a_photo(by: User | None = None, at: datetime = NOW) -> list[StoredFile]:
    return keep_photos([an_upload()], by=by, at=at)


def a_worker_with_account(cast: Cast, serial: int = 0) -> tuple[Person, User]:
    person = a_worker(cast, serial)
    return person, ensure_account(person, at=NOW)


def a_second_officer(cast: Cast) -> User:
    return a_user(
        "officer2",
        "第二安全员",
        Role.SAFETY_OFFICER,
        ScopeKind.ORGANIZATION,
        cast.enterprise.uid,
    )


def a_report(
    organization: Organization,
    photos: list[StoredFile],
    *,
    grade: Grade = Grade.GENERAL,
    nonce: uuid.UUID | None = None,
) -> Report:
    return Report(
        organization=organization,
        place="二车间平台",
        what="护栏缺了一段，人会掉下去",
        risk=FALLING,
        grade=grade,
        nonce=nonce or uuid.uuid4(),
        photos=photos,
    )


def a_hazard(
    cast: Cast,
    *,
    grade: Grade = Grade.GENERAL,
    by: User | None = None,
    at: datetime = NOW,
    source: Source = Source.SELF_CHECK,
) -> Hazard:
    by = by or cast.safety_officer
    report = a_report(cast.enterprise, a_photo(by, at), grade=grade)
    return report_hazard(report, source=source, by=by, at=at)[0]


def an_assigned_hazard(
    cast: Cast, to: Person, *, grade: Grade = Grade.GENERAL, at: datetime = NOW
) -> Hazard:
    hazard = a_hazard(cast, grade=grade, at=at)
    accept_hazard(hazard, by=cast.safety_officer, at=at)
    assign_hazard(hazard, to, by=cast.safety_officer, at=at)
    return hazard


def a_closed_hazard(
    cast: Cast, to: Person, *, days: float = 3, at: datetime = NOW, grade: Grade = Grade.GENERAL
) -> Hazard:
    """Rectified by the person responsible after `days`, re-checked by an official an hour later."""
    hazard = an_assigned_hazard(cast, to, at=at, grade=grade)
    worker = ensure_account(to, at=at)
    done = at + timedelta(days=days)
    rectify_hazard(hazard, "装好了护栏", a_photo(worker, done), by=worker, at=done)
    later = done + timedelta(hours=1)
    close_hazard(hazard, "牢固", by=cast.district_official, at=later)
    return hazard


def a_tip(
    cast: Cast, *, contact: str = "", kind: TipKind = TipKind.MAJOR_HAZARD, at: datetime = NOW
) -> tuple[Tip, str]:
    """Told about the cast's enterprise; with the receipt code."""
    code = code_of(new_ticket())
    telling = Telling(
        kind=kind,
        district=cast.enterprise.district,
        named=cast.enterprise.name,
        told="夜班经常关掉可燃气体报警器",
        place="罐区东侧",
        contact=contact,
        photos=a_photo(),
    )
    return file_tip(telling, code=code, at=at), code
