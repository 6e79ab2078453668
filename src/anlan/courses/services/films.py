"""Taking in a film or a PDF, asking for the work on it, captions."""

from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from anlan.courses.models import Lesson, LessonKind, Making, MakingStatus
from anlan.courses.services.lessons import drafted, files_of, held
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.services import keep
from anlan.foundation.files.uploads import finished_upload, take
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.recordings.services import VIDEO_ENDINGS

PDF_ENDINGS = (".pdf",)
CAPTIONS_MB = 1


def source_purpose(lesson: Lesson) -> str:
    """What an upload from the page of a lesson may be used for."""
    return f"lesson/{lesson.uid}"


def source_endings(lesson: Lesson) -> tuple[str, ...]:
    return VIDEO_ENDINGS if lesson.kind == LessonKind.VIDEO else PDF_ENDINGS


def source_from_upload(
    lesson: Lesson, uid: UUID, *, publish: bool, by: User, at: datetime
) -> Making:
    """Take a film or PDF that came in pieces. A refusal leaves it uploaded."""
    upload = finished_upload(uid, by=by, purpose=source_purpose(lesson), at=at)
    with transaction.atomic():
        return take_source(lesson, take(upload, at=at), publish=publish, by=by, at=at)


@transaction.atomic
def take_source(
    lesson: Lesson, file: StoredFile, *, publish: bool = False, by: User, at: datetime
) -> Making:
    """The lesson is made of this file from now on; what was made of another is given up.

    `publish`: as soon as it is made, in the name of who asked.
    """
    locked = drafted(lesson)
    _require_place_for_it(locked)
    mark_removed([one for one in files_of(locked) if one.pk != locked.captions_id], at=at)
    Making.objects.filter(lesson=locked).delete()
    Lesson.objects.filter(pk=lesson.pk).update(source=file, seconds=0, pages=[])
    lesson.source, lesson.seconds, lesson.pages = file, 0, []
    making = Making.objects.create(lesson=locked, asked_at=at, then_publish=by if publish else None)
    record(lesson.subject, "lesson_source_taken", by=by, at=at, sha256=file.sha256, size=file.size)
    return making


@transaction.atomic
def make_again(lesson: Lesson, *, by: User, at: datetime) -> None:
    """Try once more what has failed; renditions that are whole stay."""
    failed = Making.objects.filter(lesson=drafted(lesson), status=MakingStatus.FAILED)
    if not failed.update(status=MakingStatus.WAITING, note="", tries=0, claim=None, asked_at=at):
        raise NotAllowed("这份文件不需要重新制作。", "请刷新页面查看最新状态。")


def keep_captions(lesson: Lesson, upload: "UploadedFile[bytes]", *, by: User, at: datetime) -> None:
    """WebVTT, for whoever can't hear or has no sound; may be mended at any time."""
    if (upload.size or 0) > CAPTIONS_MB * 1024**2:
        raise BadInput("字幕文件太大。", f"字幕是文字，不会超过 {CAPTIONS_MB} MB，请核对文件。")
    try:
        text: str = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadInput("字幕文件不是 UTF-8 编码。", "请用记事本另存为 UTF-8 后再上传。") from wrong
    keep_captions_text(lesson, text, by=by, at=at)


@transaction.atomic
def keep_captions_text(lesson: Lesson, text: str, *, by: User, at: datetime) -> None:
    """The same from text at hand."""
    if not text.startswith("WEBVTT"):
        raise BadInput("这不是 WebVTT 字幕。", "第一行应是 WEBVTT；剪辑软件可导出 .vtt 格式。")
    locked = held(lesson)
    if locked.kind != LessonKind.VIDEO:
        raise NotAllowed("只有视频课有字幕。", "图文的内容请直接修改。")
    file = keep([text.encode()], name="captions.vtt", by=by, at=at)
    if locked.captions is not None:
        mark_removed([locked.captions], at=at)
    Lesson.objects.filter(pk=lesson.pk).update(captions=file)
    lesson.captions = file
    record(lesson.subject, "captions_kept", by=by, at=at, sha256=file.sha256)


def _require_place_for_it(lesson: Lesson) -> None:
    if lesson.kind == LessonKind.TEXT:
        raise NotAllowed("图文课不用上传文件。", "请直接添加页。")
    if lesson.kind == LessonKind.SLIDES and lesson.pages and lesson.source is None:
        raise Refused("这一课已经有页，PDF 会把它们换掉。", "请先删除这些页，或新建一课。")
    if lesson.quiz_points.exists():
        raise Refused("这一课已经放了提问。", "换文件会打乱提问的位置，请先删除提问。")
