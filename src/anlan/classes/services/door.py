"""At the door of a session: sign in and out, by code or by the supervisor; paper filed back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlan.attendance import services as registers
from anlan.attendance.codes import check_code
from anlan.attendance.models import Mark, MarkKind, Proof, Register, Sheet
from anlan.classes import queries
from anlan.classes.models import Enrolment, EnrolmentStatus, Session, Status, TrainingClass
from anlan.classes.states import STEPS
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import record
from anlan.identity.models import Person
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance
from anlan.recordings.models import Recording


@transaction.atomic
def sign_by_code(
    session: Session,
    person: Person,
    kind: MarkKind,
    code: str,
    *,
    by: User,
    at: datetime,
    scanned_at: datetime | None = None,
    device: str = "",
    address: str = "",
    nonce: uuid.UUID | None = None,
) -> Mark:
    """A learner signs in or out with the code on the teacher's screen.

    The code is judged by the moment of the scan (`tickets`), the mark bears the moment of the tap.
    A repeated request (same `nonce`) gets its mark again, however old its code has become.
    """
    register = _register(session)
    if not (nonce and register.marks.filter(nonce=nonce, person=person).exists()):
        check_code(register, code, at=scanned_at or at)
    seen = {"device": device, "address": address, "nonce": nonce}
    return _sign(session, person, kind, proof=Proof.QR, by=by, at=at, **seen)


@transaction.atomic
def sign_by_supervisor(
    session: Session,
    enrolment: Enrolment,
    kind: MarkKind,
    *,
    reason: str,
    by: User,
    at: datetime,
    photo: StoredFile | None = None,
) -> Mark:
    """The class manager signs for a learner who stands there without a working phone."""
    return _sign(
        session,
        enrolment.person,
        kind,
        proof=Proof.SUPERVISOR,
        by=by,
        at=at,
        reason=reason,
        photo=photo,
    )


@dataclass(frozen=True)
class PaperMark:
    """What the signed sheet says of one learner; None where it says nothing."""

    enrolment: Enrolment
    arrived: datetime | None
    left: datetime | None


@transaction.atomic
def key_in_paper(session: Session, rows: Sequence[PaperMark], *, by: User, at: datetime) -> int:
    """Key in what the filed sheet says, all rows or none; returns how many marks were made."""
    made = 0
    for row in rows:
        for kind, moment in ((MarkKind.IN, row.arrived), (MarkKind.OUT, row.left)):
            if moment is None:
                continue
            if moment > at:
                raise BadInput(
                    f"{mask_name(row.enrolment.person.name)} 的{kind.label}时间还没有到。",
                    "请核对纸质签到表上的时间。",
                )
            _sign(
                session,
                row.enrolment.person,
                kind,
                proof=Proof.PAPER,
                by=by,
                at=moment,
                time_source=TimeSource.PAPER,
            )
            made += 1
    return made


@transaction.atomic
def start_class(klass: TrainingClass, *, by: User | None, at: datetime) -> None:
    """The class begins: at the first sign-in, or when its first register opens."""
    advance(klass, Status.RUNNING, STEPS, started_at=at)
    record(klass.subject, "class_started", by=by, at=at)


@transaction.atomic
def file_sheet(session: Session, file: StoredFile, *, by: User, at: datetime) -> Sheet:
    """File the scan of a signed paper sheet to its session."""
    require_open(session.klass)
    return registers.file_sheet(_register(session), file, by=by, at=at)


@transaction.atomic
def attach_recording(session: Session, recording: Recording) -> None:
    """The session holds a recording that was filed."""
    session.recordings.add(recording)


def require_open(klass: TrainingClass) -> None:
    """Evidence is filed until the class closes; afterwards its figures stand."""
    if klass.status not in (Status.APPROVED, Status.RUNNING):
        raise Refused(
            f"「{klass.get_status_display()}」的班不能再归档材料。", "如有遗漏，请联系市级监管员。"
        )


def _sign(session: Session, person: Person, kind: MarkKind, **how: object) -> Mark:
    # Two learners may be the first at once: the row tells what the other one has done.
    klass = TrainingClass.objects.select_for_update().get(pk=session.klass_id)
    session.klass = klass
    enrolment = _enrolment(klass, person)
    if klass.status == Status.APPROVED:
        start_class(klass, by=None, at=how["at"])  # type: ignore[arg-type]
    if klass.status != Status.RUNNING:
        raise Refused(f"「{klass.get_status_display()}」的班不能签到。", "请联系班主任。")
    sign = registers.sign_in if kind == MarkKind.IN else registers.sign_out
    return sign(_register(session), enrolment.person, **how)  # type: ignore[arg-type]


def _enrolment(klass: TrainingClass, person: Person) -> Enrolment:
    found = queries.enrolled(klass).filter(person=person, status=EnrolmentStatus.ENROLLED).first()
    if found is None:
        raise Refused("您不在这个班的名单上。", "如果是临时来替同事或现场报名，请找班主任登记。")
    return found


def _register(session: Session) -> Register:
    if session.register is None:
        raise Refused("这个班还没有批准，不能签到。", "请等待审批。")
    return session.register
