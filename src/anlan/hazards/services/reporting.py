"""Hazards come in, are taken on or declined, and may be opened again at any time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.codes import queries as codes
from anlan.foundation.files.models import StoredFile
from anlan.foundation.rules.queries import rulebook
from anlan.hazards.models import ActKind, Grade, Hazard, Rectification, Source, Status
from anlan.hazards.queries import hazards as queries
from anlan.hazards.services.steps import clock, tell_about, write_act
from anlan.hazards.states import REOPENED, out_of
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, said
from anlan.lib.states import advance
from anlan.organizations.models import Organization


@dataclass(frozen=True)
class Report:
    """What is told. `risk` is an accident type in force on the day; `nonce` the sender's number."""

    organization: Organization
    place: str
    what: str
    risk: str
    grade: Grade
    nonce: uuid.UUID
    photos: Sequence[StoredFile] = ()
    found_at: datetime | None = None
    wanted_by: date | None = None


@transaction.atomic
def report_hazard(
    report: Report, *, source: Source, by: User, at: datetime, synthetic: bool = False
) -> tuple[Hazard, bool]:
    """Register a hazard; the same `nonce` again gives the one there is and changes nothing.

    The second answer says whether it is new. A photo is asked for; a whistle-blower's hazard names
    no reporter, whoever types it.
    """
    known = queries.sent_before(by, report.nonce)
    if known is not None:
        return known, False
    if not report.photos:
        raise BadInput("请至少拍一张照片。", "照片能让处理的人看清位置和状况。")
    hazard = _new(report, source, by, at)
    hazard.is_synthetic = synthetic
    try:
        with transaction.atomic():
            hazard.save()
    except IntegrityError:  # the same report by another connection, a moment ago
        return Hazard.objects.get(reporter=by, nonce=report.nonce), False
    write_act(
        hazard,
        ActKind.REPORTED,
        by=by,
        at=at,
        words=hazard.what,
        photos=report.photos,
        grade=str(hazard.get_grade_display()),
    )
    told = [*queries.officers_of(hazard.organization)]
    if hazard.grade == Grade.MAJOR or not told:
        told += queries.officials_of(hazard)
    tell_about(hazard, told, f"新的{hazard.get_grade_display()}，待受理", at=at, but=by)
    return hazard, True


@transaction.atomic
def accept_hazard(hazard: Hazard, *, by: User, at: datetime) -> None:
    """It is one, and will be put right."""
    due = clock(hazard, "assign_days", at)
    advance(hazard, Status.ACCEPTED, out_of(Status.REPORTED), due_at=due, escalated_at=None)
    write_act(hazard, ActKind.ACCEPTED, by=by, at=at)
    tell_about(hazard, [hazard.reporter], "您上报的隐患已受理", at=at, but=by)


@transaction.atomic
def decline_hazard(hazard: Hazard, reason: str, *, by: User, at: datetime) -> None:
    """It is none, and why; the reporter is told and may open it again."""
    words = said(reason, "请写明不予受理的原因，上报人会看到。")
    advance(hazard, Status.DECLINED, out_of(Status.REPORTED), due_at=None, escalated_at=None)
    write_act(hazard, ActKind.DECLINED, by=by, at=at, words=words)
    tell_about(hazard, [hazard.reporter], "您上报的隐患没有受理", at=at, but=by)


@transaction.atomic
def reopen_hazard(
    hazard: Hazard, reason: str, *, by: User, at: datetime, photos: Sequence[StoredFile] = ()
) -> None:
    """Opened again, at any time, for a reason; an order that was closed is no longer fulfilled."""
    words = said(reason, "请写明重新打开的原因，例如：复访发现仍未消除。")
    to = REOPENED.get(Status(hazard.status))
    if to is None:
        raise NotAllowed("这条隐患还没有结束，不用重新打开。", "请按当前步骤办理。")
    key = "accept_days" if to == Status.REPORTED else "assign_days"
    advance(
        hazard,
        to,
        out_of(Status(hazard.status)),
        due_at=clock(hazard, key, at),
        escalated_at=None,
        closed_at=None,
        revisited_at=None,
    )
    Rectification.objects.filter(hazard=hazard, undone_at__isnull=True).update(undone_at=at)
    write_act(hazard, ActKind.REOPENED, by=by, at=at, words=words, photos=photos)
    told = [*queries.officers_of(hazard.organization), hazard.reporter]
    tell_about(hazard, told, "隐患重新打开", at=at, but=by)


def _new(report: Report, source: Source, by: User, at: datetime) -> Hazard:
    place = said(report.place, "请写明在什么位置。")[:100]
    what = said(report.what, "请写明是什么隐患。")
    day = local_date(at)
    system = codes.accident_type_system(day)
    if not codes.is_code(system, report.risk, day):
        raise BadInput("请选择可能造成的伤害。", "从列表里选一项。")
    body = report.organization
    hazard = Hazard(
        organization=body,
        district=body.district,
        industry=body.key_industry,
        place=place,
        what=what,
        risk_system=str(system),
        risk=report.risk,
        grade=report.grade,
        source=source,
        reporter=None if source == Source.WHISTLE_BLOW else by,
        nonce=report.nonce,
        found_at=_found(report.found_at, at),
        reported_at=at,
        wanted_by=report.wanted_by,
        search=bigrams(place, what, body.name),
    )
    hazard.due_at = clock(hazard, "accept_days", at)
    return hazard


def _found(claimed: datetime | None, at: datetime) -> datetime:
    """The device's time is believed within the rule's days before the report, never after it."""
    days = rulebook(local_date(at)).number("hazard.offline_days")
    if claimed is None or not at - timedelta(days=days) <= claimed <= at:
        return at
    return claimed
