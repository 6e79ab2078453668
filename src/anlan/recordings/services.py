"""Keeping videos of sessions."""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep_upload
from anlan.foundation.ledger.services import record, rfc3339
from anlan.lib.dates import moment_text
from anlan.lib.refusals import BadInput
from anlan.recordings.models import Recording

VIDEO_ENDINGS = (".mp4", ".webm", ".mov", ".mkv")
VIDEO_MB = 600


def keep_video(upload: "UploadedFile[bytes]", *, by: User, at: datetime) -> StoredFile:
    """Keep an uploaded video; the upload limit has already refused what is far too large."""
    return keep_upload(upload, by=by, at=at, endings=VIDEO_ENDINGS, most_mb=VIDEO_MB)


@transaction.atomic
def file_recording(
    *,
    file: StoredFile,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
) -> Recording:
    """File a kept video with the time that it claims to show."""
    if ends_at <= starts_at:
        raise BadInput("录像的结束时间不晚于开始时间。", "请改正录像的起止时间。")
    if ends_at > at:
        raise BadInput(
            f"录像的结束时间 {moment_text(ends_at)} 还没有到。", "请改正录像的起止时间。"
        )
    recording = Recording.objects.create(
        title=title, file=file, starts_at=starts_at, ends_at=ends_at, by=by, at=at
    )
    record(
        recording.subject,
        "recording_filed",
        by=by,
        at=at,
        title=title,
        sha256=file.sha256,
        size=file.size,
        starts_at=rfc3339(starts_at),
        ends_at=rfc3339(ends_at),
    )
    return recording
