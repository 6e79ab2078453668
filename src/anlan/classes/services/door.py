"""At the door of a session: sign in and out, by code or by the supervisor; paper filed back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from anlan.attendance import services as registers
from anlan.attendance.codes import read_code
from anlan.attendance.models import Mark, MarkKind, Proof, Register, Sheet
from anlan.classes import queries
from anlan.classes.models import Enrolment, Session, Status, TrainingClass
from anlan.classes.services.signing import Wish, places_for, sign_one
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.identity.models import Person, id_index
from anlan.lib.masking import mask_id, mask_name
from anlan.lib.refusals import BadInput, Refused
from anlan.recordings.models import Recording


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
    other_phone: str = "",
    label: str = "",
) -> Mark:
    """A learner signs in or out with the code on the teacher's screen.

    The code is judged by the moment of the scan (`tickets`), the mark bears the moment of the tap.
    A repeated request (same `nonce`) gets its mark again, however old its code has become.
    """
    register = _register(session)
    age = None
    if not (nonce and register.marks.filter(nonce=nonce, person=person).exists()):
        age = read_code(register, code, at=scanned_at or at).age
    return sign_one(
        Wish(
            session,
            kind,
            Proof.QR,
            by,
            at,
            person.pk,
            device=device,
            address=address,
            nonce=nonce,
            code_age=age,
            other_phone=other_phone,
            label=label,
        )
    )


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
    rule = queries.rules_for(session.klass, session.day).ruling("attendance.photo_required")
    if rule.value and photo is None:
        raise BadInput(f"代签须拍现场照片（{rule.clause}）。", "请拍下学员本人在教室的照片。")
    person = enrolment.person_id
    wish = Wish(session, kind, Proof.SUPERVISOR, by, at, person, reason=reason, photo=photo)
    return sign_one(wish)


def sign_by_card(session: Session, kind: MarkKind, number: str, *, by: User, at: datetime) -> Mark:
    """刷身份证: the card's number, as a reader types it, finds the learner on the list.

    It proves that the card was there, not that its holder was: whoever stands at the reader looks
    at the face. The number is neither kept nor shown.
    """
    person = Person.objects.filter(id_index=id_index(number)).first()
    wish = Wish(session, kind, Proof.ID_CARD, by, at, person.pk if person else -1)
    if person is None or places_for([wish]).person_of(session, person=person.pk) is None:
        raise Refused(
            f"{mask_id(number)} 不在这个班的名单上。",
            "请核对是不是本班学员；临时来上课的请先用“现场报名”或“换人”登记。",
        )
    return sign_one(wish)


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
            wish = Wish(session, kind, Proof.PAPER, by, moment, row.enrolment.person_id)
            sign_one(replace(wish, time_source=TimeSource.PAPER))
            made += 1
    return made


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


def _register(session: Session) -> Register:
    if session.register is None:
        raise Refused("这个班还没有批准，不能签到。", "请等待审批。")
    return session.register
