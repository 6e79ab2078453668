"""Filing what was filmed and what else belongs to a class."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anlan.classes.models import Attachment, Session, TrainingClass
from anlan.classes.services.door import attach_recording, require_open
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.uploads import finished_upload, take
from anlan.foundation.ledger.services import record
from anlan.lib.dates import moment_range_text
from anlan.lib.refusals import BadInput, Refused
from anlan.recordings.models import Recording
from anlan.recordings.services import file_recording

ATTACHMENT_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".docx", ".xlsx", ".doc", ".xls", ".zip")
ATTACHMENT_MB = 25


@transaction.atomic
def film_session(
    session: Session,
    file: StoredFile,
    *,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
) -> Recording:
    """File a video to the half-day that it shows; the time that it claims must touch the lesson."""
    require_open(session.klass)
    register = session.register
    if register is None:
        raise Refused("这个班还没有批准，不能归档录像。", "请等待审批。")
    if ends_at <= register.starts_at or starts_at >= register.ends_at:
        held = moment_range_text(register.starts_at, register.ends_at)
        raise BadInput(f"录像时间不在这节课（{held}）之内。", "请核对起止时间，或换一节课归档。")
    recording = file_recording(
        file=file,
        title=f"{session.klass.title} · {session.topic}"[:120],
        starts_at=starts_at,
        ends_at=ends_at,
        by=by,
        at=at,
    )
    attach_recording(session, recording)
    return recording


def film_purpose(klass: TrainingClass) -> str:
    """What an upload from the page of a class may be used for: a film of any of its half-days."""
    return f"film/{klass.uid}"


def film_from_upload(
    session: Session,
    uid: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
) -> Recording:
    """File a video that came in pieces. A refusal leaves it uploaded: only the times are mended."""
    upload = finished_upload(uid, by=by, purpose=film_purpose(session.klass), at=at)
    with transaction.atomic():
        file = take(upload, at=at)
        return film_session(session, file, starts_at=starts_at, ends_at=ends_at, by=by, at=at)


@transaction.atomic
def file_attachment(
    klass: TrainingClass, file: StoredFile, *, title: str, by: User, at: datetime
) -> Attachment:
    """File a document to a class under a title that says what it is."""
    require_open(klass)
    if not title.strip():
        raise BadInput("请写明这份材料是什么。", "例如：开班通知、场地照片。")
    attachment = Attachment.objects.create(
        klass=klass, file=file, title=title.strip()[:100], by=by, at=at
    )
    record(
        klass.subject,
        "attachment_filed",
        by=by,
        at=at,
        title=attachment.title,
        sha256=file.sha256,
        size=file.size,
    )
    return attachment
