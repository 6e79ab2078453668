"""The life of a lesson: drafted, revised, published, retired."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from anlan.courses.models import Lesson, LessonKind, MakingStatus, Module, Piece, Progress
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.organizations.models import Organization
from anlan.proofs.canonical import canonical


@transaction.atomic
def draft_lesson(
    module: Module,
    *,
    owner: Organization | None,
    kind: str,
    title: str,
    by: User | None,
    at: datetime,
    summary: str = "",
    audience: str = "everyone",
    style: str = "course",
) -> Lesson:
    """A new lesson at the end of its module; without an owner it is the city's. Nobody sees it."""
    last = Lesson.objects.filter(module=module, owner=owner).aggregate(n=Max("order"))["n"]
    lesson = Lesson.objects.create(
        module=module,
        owner=owner,
        order=(last or 0) + 1,
        kind=kind,
        title=title,
        summary=summary,
        audience=audience,
        style=style,
        by=by,
        at=at,
    )
    record(lesson.subject, "lesson_drafted", by=by, at=at, title=title, kind=kind)
    return lesson


@transaction.atomic
def revise_lesson(
    lesson: Lesson,
    *,
    title: str,
    summary: str,
    audience: str,
    style: str,
    by: User,
    at: datetime,
) -> None:
    """Say better what it is called and for whom; what is learned stays as it is."""
    locked = held(lesson)
    if locked.retired_at is not None:
        raise NotAllowed("这一课已停用，不能再改。", "需要时请新建一课。")
    Lesson.objects.filter(pk=lesson.pk).update(
        title=title, summary=summary, audience=audience, style=style
    )
    record(lesson.subject, "lesson_revised", by=by, at=at, title=title)


@transaction.atomic
def publish_lesson(lesson: Lesson, *, by: User | None, at: datetime) -> None:
    """Open it to learners. From now on its time and its questions stand: progress counts by them.

    The line names the hash of everything that is shown.
    """
    locked = held(lesson)
    if not locked.is_draft:
        raise NotAllowed("这一课已经发布或停用。", "请刷新页面查看最新状态。")
    if lacks := why_not_complete(locked):
        raise Refused(f"「{locked.title}」还不能发布。", lacks)
    Lesson.objects.filter(pk=lesson.pk).update(published_at=at)
    lesson.published_at = at
    record(
        lesson.subject,
        "lesson_published",
        by=by,
        at=at,
        title=locked.title,
        kind=locked.kind,
        seconds=locked.seconds,
        questions=locked.quiz_points.count(),
        content=content_hash(locked),
    )


@transaction.atomic
def retire_lesson(lesson: Lesson, *, reason: str, by: User, at: datetime) -> None:
    """Nobody begins it any more; what learners have done stays."""
    if not reason.strip():
        raise BadInput("请写明停用的原因。", "例如：依据的标准已废止。")
    open_ones = Lesson.objects.filter(
        pk=lesson.pk, published_at__isnull=False, retired_at__isnull=True
    )
    if not open_ones.update(retired_at=at):
        raise NotAllowed("这一课没有发布，或已经停用。", "请刷新页面查看最新状态。")
    lesson.retired_at = at
    record(lesson.subject, "lesson_retired", by=by, at=at, reason=reason.strip()[:200])


@transaction.atomic
def discard_draft(lesson: Lesson, *, by: User, at: datetime) -> None:
    """Take back what was never published, with its files."""
    locked = drafted(lesson)
    if Progress.objects.filter(lesson=locked).exists():
        raise Refused("这一课已有学习记录，不能删除。", "可以改为停用。")
    files = files_of(locked)
    mark_removed(files, at=at)
    record(lesson.subject, "lesson_discarded", by=by, at=at, title=locked.title)
    locked.delete()


@transaction.atomic
def move_lesson(lesson: Lesson, *, by_places: int, by: User, at: datetime) -> None:
    """One place up (-1) or down (1) among those of its module and owner."""
    mates = Lesson.objects.select_for_update().filter(
        module=lesson.module, owner=lesson.owner, retired_at__isnull=True
    )
    row = list(mates.order_by("order", "id"))
    here = next((n for n, one in enumerate(row) if one.pk == lesson.pk), None)
    there = None if here is None else here + by_places
    if here is None or there is None or not 0 <= there < len(row):
        raise NotAllowed("已经到头了，没有移动。", "请刷新页面查看最新顺序。")
    row.insert(there, row.pop(here))
    for order, one in enumerate(row, start=1):
        one.order = order
    Lesson.objects.bulk_update(row, ["order"])
    record(lesson.subject, "lesson_moved", by=by, at=at, order=there + 1)


def held(lesson: Lesson) -> Lesson:
    """The row as it is now, locked until the end of the transaction."""
    return Lesson.objects.select_for_update(of=("self",)).get(pk=lesson.pk)


def drafted(lesson: Lesson) -> Lesson:
    """The same, for what only a draft allows."""
    locked = held(lesson)
    if not locked.is_draft:
        raise NotAllowed(
            "这一课已经发布，学员的进度按现在的内容记录，不能再增删或换片。",
            "错字可以改；要大改，请新建一课，再停用这一课。",
        )
    return locked


def files_of(lesson: Lesson) -> list[StoredFile]:
    """Every stored file that stands in the lesson alone."""
    pictures = [one["image"] for one in lesson.pages if one.get("image")]
    found = list(StoredFile.objects.filter(uid__in=pictures))
    found += [one for one in (lesson.source, lesson.captions) if one is not None]
    making = getattr(lesson, "making", None)
    if making is not None:
        pieces = StoredFile.objects.filter(
            pk__in=lesson_pieces(lesson).values_list("file", flat=True)
        )
        found += [*pieces, *([making.poster] if making.poster else [])]
    return found


def lesson_pieces(lesson: Lesson) -> QuerySet[Piece]:
    return Piece.objects.filter(rendition__making__lesson=lesson)


def content_hash(lesson: Lesson) -> str:
    """SHA-256 over all that a learner is shown: pages, film, captions, questions."""
    points = lesson.quiz_points.values_list("second", "item__fingerprint")
    shown = {
        "pages": lesson.pages,
        "film": lesson.source.sha256 if lesson.source else "",
        "captions": lesson.captions.sha256 if lesson.captions else "",
        "questions": [[second, mark] for second, mark in points],
    }
    return hashlib.sha256(canonical(shown)).hexdigest()


def why_not_complete(lesson: Lesson) -> str:
    """What a draft lacks, with what to do; empty when it may be published."""
    try:
        _require_complete(lesson)
    except Refused as told:
        return f"{told.message}{told.next_step}"
    return ""


def _require_complete(lesson: Lesson) -> None:
    if lesson.kind == LessonKind.VIDEO:
        making = getattr(lesson, "making", None)
        if making is None:
            raise Refused("还没有视频。", "请先上传。")
        if making.status == MakingStatus.FAILED:
            raise Refused("视频没有做成。", "请按下面写的原因处理。")
        if making.status != MakingStatus.DONE:
            raise Refused("视频还没有做好。", "请等制作完成。")
    elif not lesson.pages:
        raise Refused("还没有内容。", "请先添加至少一页。")
    late = [one.second for one in lesson.quiz_points.all() if one.second > lesson.seconds]
    if late:
        raise Refused("有提问放在课件结束之后。", "请把它删除，或改到课件之内。")
    if lesson.quiz_points.filter(item__retired_at__isnull=False).exists():
        raise Refused("有提问用的题目已停用。", "请换一道在用的题。")
