"""Signing in and out where no network was, filed when the tablet comes back."""

import uuid
from datetime import datetime

from django.db import transaction

from anlan.attendance import services as registers
from anlan.attendance.models import Mark, MarkKind, Proof
from anlan.classes import queries
from anlan.classes.models import EnrolmentStatus, Session, Status, TrainingClass
from anlan.classes.services.signing import start_class
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.identity.models import Person
from anlan.lib.refusals import Refused


class OffRoster(Refused):
    """The person is not, or no longer, a learner of the class."""


@transaction.atomic
def sign_carried(
    session: Session,
    person: Person,
    kind: MarkKind,
    *,
    proof: Proof,
    reason: str,
    by: User,
    at: datetime,
    device: str,
    nonce: uuid.UUID,
    photo: StoredFile | None = None,
) -> Mark:
    """File a mark that was made on the teacher's tablet; `at` is the device's time.

    Whoever was taken off the list meanwhile is not signed in (`OffRoster`): a person decides.
    """
    klass = TrainingClass.objects.select_for_update().get(pk=session.klass_id)
    learners = queries.enrolled(klass).filter(status=EnrolmentStatus.ENROLLED)
    if not learners.filter(person=person).exists():
        raise OffRoster(
            "这名学员已不在班级名单上。", "如确应参训，请先办理现场报名，再采用平板记录。"
        )
    if klass.status == Status.APPROVED:
        start_class(klass, by=None, at=at)
    if klass.status != Status.RUNNING or session.register is None:
        raise Refused(f"「{klass.get_status_display()}」的班不能登记签到。", "请联系市级监管员。")
    sign = registers.sign_in if kind == MarkKind.IN else registers.sign_out
    return sign(
        session.register,
        person,
        proof=proof,
        by=by,
        at=at,
        device=device,
        reason=reason,
        photo=photo,
        nonce=nonce,
        time_source=TimeSource.DEVICE,
    )
