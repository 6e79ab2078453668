"""快报: the first word of an injury, from the phone of the enterprise's safety officer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep_upload
from anlan.foundation.ledger import services as ledger
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.injuries.models import Case, Circumstance, Report, Severity
from anlan.lib import idnumber
from anlan.lib.dates import local_date, moment_text, to_shanghai
from anlan.lib.refusals import BadInput
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization

PHOTO_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".heic")
PHOTO_MB = 10
MOST_PHOTOS = 4


@dataclass(frozen=True)
class Told:
    """What the officer says. `person` is of the roster, else `person_name` as typed."""

    noticed_at: datetime
    place: str
    narrative: str
    severity: str
    person: Person | None = None
    person_name: str = ""
    circumstance: str = Circumstance.UNKNOWN


@transaction.atomic
def report_injury(
    organization: Organization,
    told: Told,
    *,
    photos: "Sequence[UploadedFile[Any]]" = (),
    nonce: UUID,
    by: User,
    at: datetime,
) -> Report:
    """Save a 快报 with its case. The same nonce again answers with what was saved before."""
    found = Report.objects.filter(nonce=nonce, by=by).select_related("case").first()
    if found is not None:
        return found
    _refuse_unusable(told, photos, at)
    case = _case_of(organization, told, at)
    hours = rulebook(local_date(told.noticed_at)).whole("injuries.report_hours")
    report = Report.objects.create(
        case=case,
        noticed_at=told.noticed_at,
        due_at=told.noticed_at + timedelta(hours=hours),
        reported_at=at,
        by=by,
        person_name=told.person.name if told.person else told.person_name.strip(),
        nonce=nonce,
    )
    kept = [
        keep_upload(one, by=by, at=at, endings=PHOTO_ENDINGS, most_mb=PHOTO_MB) for one in photos
    ]
    report.photos.set(kept)
    _record(report, [photo.sha256 for photo in kept], by, at)
    _tell(report, organization, at)
    return report


def _case_of(organization: Organization, told: Told, at: datetime) -> Case:
    local, said = to_shanghai(told.noticed_at), None
    if told.person is not None:
        said = idnumber.parse(told.person.id_number)
    return Case.objects.create(
        organization=organization,
        employer_name=organization.name,
        person=told.person,
        injured_on=local.date(),
        injured_hour=local.hour,
        place=told.place.strip()[:200],
        district=organization.district,
        industry=organization.industry,
        key_industry=organization.key_industry,
        sex=said.sex[0] if said else "",
        age=said.age_on(local.date()) if said else None,
        severity=told.severity,
        circumstance=told.circumstance,
        narrative=told.narrative.strip(),
        known_at=at,
        changed_at=at,
        is_synthetic=organization.is_synthetic,
    )


def _refuse_unusable(told: Told, photos: Sequence[object], at: datetime) -> None:
    if told.noticed_at > at:
        raise BadInput("受伤时间晚于现在。", "请核对日期和时间，其余内容已保留。")
    if not told.narrative.strip():
        raise BadInput("还没有写发生了什么。", "一两句话就够，例如：搬运钢管时滑落，砸伤左脚。")
    if told.person is None and not told.person_name.strip():
        raise BadInput("还没有写谁受了伤。", "从花名册里选，或直接填写姓名。")
    if told.severity not in Severity.values or told.circumstance not in Circumstance.values:
        raise BadInput("伤害程度或受伤情形不在可选范围内。", "请从列表里选一项。")
    if len(photos) > MOST_PHOTOS:
        raise BadInput(
            f"照片有 {len(photos)} 张，最多 {MOST_PHOTOS} 张。", "请挑最说明问题的几张。"
        )


def _record(report: Report, hashes: list[str], by: User, at: datetime) -> None:
    """Who was hurt is committed to, not written; what happened stays sealed in the case."""
    person = report.case.person
    ledger.record(
        report.case.subject,
        "injury_reported",
        by=by,
        at=at,
        about=person.uid if person else "",
        personal={"person": person.name} if person else None,
        noticed_at=report.noticed_at.isoformat(),
        severity=str(report.case.get_severity_display()),
        photos=len(hashes),
        photo_sha256=hashes,
        late=report.due_at is not None and at > report.due_at,
    )


def _tell(report: Report, organization: Organization, at: datetime) -> None:
    case = report.case
    notices.tell(
        organizations.deciders_of(organization),
        f"工伤快报（{case.get_severity_display()}）：{organization.name}"[:120],
        body=f"{moment_text(report.noticed_at)} {case.place}。请查看详情。"[:500],
        url=reverse("injuries:case", args=[case.uid]),
        at=at,
        dedupe=f"{case.subject}/reported",
    )
