"""Writing the pages of slides and texts. The lesson's time is what its pages take."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from anlan.courses.films.pictures import PICTURE_ENDINGS, PICTURE_MB, as_jpeg
from anlan.courses.models import Lesson, LessonKind, QuizPoint
from anlan.courses.paging import Page, as_rows, laid_out, pages_of, with_time_of, written
from anlan.courses.services.lessons import drafted, held
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused


def keep_picture(upload: "UploadedFile[bytes]", *, by: User, at: datetime) -> StoredFile:
    """A picture for a page: made small, its hidden data (place, device) left out."""
    name = upload.name or "未命名"
    if not name.lower().endswith(PICTURE_ENDINGS):
        kinds = "、".join(PICTURE_ENDINGS)
        raise BadInput(f"不支持「{name}」这种文件。", f"请上传以下格式之一：{kinds}。")
    if (upload.size or 0) > PICTURE_MB * 1024**2:
        raise BadInput(f"「{name}」超过 {PICTURE_MB} MB。", "请压缩后再上传。")
    return keep([as_jpeg(upload.read(), name)], name="picture.jpg", by=by, at=at)


@transaction.atomic
def add_page(
    lesson: Lesson,
    *,
    title: str,
    text: str,
    picture: StoredFile | None = None,
    by: User | None,
    at: datetime,
) -> None:
    """One more page at the end."""
    page = _page(title, text, picture.uid if picture else None, _rules(at))
    _rewrite(_with_pages(lesson), lambda pages: [*pages, page], at=at)


@transaction.atomic
def add_pictures(lesson: Lesson, pictures: Sequence[StoredFile], *, by: User, at: datetime) -> None:
    """One page a picture, in this order."""
    rules = _rules(at)
    fresh = [written("", "", rules, image=str(one.uid)) for one in pictures]
    _rewrite(_with_pages(lesson), lambda pages: [*pages, *fresh], at=at)


@transaction.atomic
def correct_page(
    lesson: Lesson,
    place: int,
    *,
    title: str,
    text: str,
    picture: StoredFile | None = None,
    without_picture: bool = False,
    by: User,
    at: datetime,
) -> None:
    """Write a page anew. Of a published lesson the words change, its time and pages stay."""
    locked = held(lesson)
    if locked.retired_at is not None:
        raise NotAllowed("这一课已停用，不能再改。", "需要时请新建一课。")
    before = pages_of(locked)[place]
    image = picture.uid if picture else (None if without_picture else before.image)
    page = _page(title, text, image, _rules(at), alt=before.alt if image == before.image else "")
    if locked.is_open:
        page = with_time_of(page, before)
        record(lesson.subject, "lesson_corrected", by=by, at=at, page=place + 1)
    _rewrite(locked, lambda pages: [*pages[:place], page, *pages[place + 1 :]], at=at)


@transaction.atomic
def move_page(lesson: Lesson, place: int, *, by_places: int, by: User, at: datetime) -> None:
    """One place up (-1) or down (1); questions stay between the places where they stand."""
    there = place + by_places

    def moved(pages: list[Page]) -> list[Page]:
        if not 0 <= there < len(pages):
            raise NotAllowed("已经到头了，没有移动。", "请刷新页面查看最新顺序。")
        pages.insert(there, pages.pop(place))
        return pages

    _rewrite(drafted(lesson), moved, at=at)


@transaction.atomic
def remove_page(lesson: Lesson, place: int, *, by: User, at: datetime) -> None:
    locked = drafted(lesson)
    laid = laid_out(pages_of(locked))[place]
    asked = locked.quiz_points.filter(second=laid.end).exists()
    if asked:
        raise Refused(f"第 {place + 1} 页后面有提问。", "请先删除这个提问，再删除这一页。")
    _rewrite(locked, lambda pages: [*pages[:place], *pages[place + 1 :]], at=at, gone=place)


def lay_pages(lesson: Lesson, pages: Sequence[Page]) -> None:
    """All pages at once, of a lesson that has none: what a PDF was turned into."""
    rows = as_rows(pages)
    Lesson.objects.filter(pk=lesson.pk).update(
        pages=rows, seconds=sum(one.seconds for one in pages)
    )


def _with_pages(lesson: Lesson) -> Lesson:
    locked = drafted(lesson)
    if locked.kind == LessonKind.VIDEO:
        raise NotAllowed("视频课没有页。", "请新建一课图文或课件。")
    return locked


def _page(title: str, text: str, image: object, rules: Rulebook, *, alt: str = "") -> Page:
    page = written(title, text, rules, image=str(image) if image else None, alt=alt)
    if not page.text and not page.image:
        raise BadInput("这一页还是空的，没有保存。", "请写上正文，或放一张图。")
    return page


def _rewrite(
    locked: Lesson,
    change: Callable[[list[Page]], list[Page]],
    *,
    at: datetime,
    gone: int | None = None,
) -> None:
    """Change the pages, and let each question stand after the same page as before."""
    before = laid_out(pages_of(locked))
    stood = {one.end: one.no for one in before}
    pages = change([one.page for one in before])
    ends = {one.no: one.end for one in laid_out(pages)}
    points = list(locked.quiz_points.all())
    QuizPoint.objects.filter(lesson=locked).delete()
    for point in points:
        no = stood.get(point.second, len(before))
        no -= 1 if gone is not None and no > gone + 1 else 0
        point.pk, point.second = None, ends.get(no, point.second)
    QuizPoint.objects.bulk_create(points)
    lay_pages(locked, pages)
    if locked.is_draft:
        _give_up_pictures([one.page for one in before], pages, at)


def _give_up_pictures(before: Sequence[Page], after: Sequence[Page], at: datetime) -> None:
    gone = {one.image for one in before if one.image} - {one.image for one in after}
    mark_removed(list(StoredFile.objects.filter(uid__in=gone)), at=at)


def _rules(at: datetime) -> Rulebook:
    return rulebook(local_date(at))
