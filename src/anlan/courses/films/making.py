"""The work on uploaded films and PDFs, found by a query, a step at a time.

A killed worker leaves its `Making` as it is: the next one takes it over under a claim of its own,
keeps the renditions that are whole and makes the broken one again. Whoever finds another claim in
the row than its own stops and keeps nothing.
"""

import logging
import shutil
import uuid
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from anlan.courses.films import ffmpeg
from anlan.courses.films.pictures import leaves_of
from anlan.courses.films.running import Broken, run_through
from anlan.courses.models import Lesson, LessonKind, Making, MakingStatus, Piece, Rendition
from anlan.courses.paging import Page, written
from anlan.courses.services.lessons import publish_lesson
from anlan.courses.services.pages import lay_pages
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.services import keep, keep_all
from anlan.foundation.files.store import the_store
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused

log = logging.getLogger(__name__)
MOST_TRIES = 5
KEPT_AT_ONCE = 64
POSTER_AT = 0.12  # of the film: past a black beginning, before anything is given away
SHORT_OF = 0.9  # less than this share of the length that a film claims means it is cut off
UNFINISHED = (MakingStatus.WAITING, MakingStatus.RUNNING)


class Lost(Exception):
    """Another hand has taken the work, or it is no longer wanted."""


class CantMake(Refused):
    """What is wrong with the file, in words for its author."""


def make_next(at: datetime) -> int:
    """One step of the work that was asked for first; how many steps were done."""
    rows = Making.objects.filter(status__in=UNFINISHED).select_related(
        "lesson__source", "then_publish"
    )
    making = rows.order_by("asked_at", "id").first()
    if making is None:
        return 0
    hand = _Hand(making, at)
    try:
        hand.take()
        hand.step()
    except Lost:
        log.info("the work on lesson %s was taken over or is not wanted any more", making.lesson)
        return 0
    except Refused as told:
        hand.fail(f"{told.message}{told.next_step}")
    except (Broken, OSError) as failure:
        log.exception("lesson %s could not be made", making.lesson.uid)
        hand.fail(_plainly(failure))
    finally:
        hand.clear()
    return 1


class _Hand:
    """One worker's hold of one making."""

    def __init__(self, making: Making, at: datetime) -> None:
        self.making, self.lesson, self.at = making, making.lesson, at
        self.claim = uuid.uuid4()
        self.folder = the_store().desk / "making" / str(self.claim)

    def take(self) -> None:
        """Count the try: a file that kills its worker again and again is let be."""
        seen = Making.objects.filter(
            pk=self.making.pk, status=self.making.status, claim=self.making.claim
        )
        if not seen.update(status=MakingStatus.RUNNING, claim=self.claim, tries=F("tries") + 1):
            raise Lost
        if self.making.tries >= MOST_TRIES:
            raise CantMake(f"制作连续 {MOST_TRIES} 次中断。", "请换一种格式重新导出后再上传。")
        if self.lesson.source is None:
            raise CantMake("没有找到上传的文件。", "请重新上传。")
        shutil.rmtree(self.folder.parent, ignore_errors=True)  # of hands that were killed
        self.folder.mkdir(parents=True)

    def step(self) -> None:
        if self.lesson.kind != LessonKind.VIDEO:
            self._turn_pages()
        elif not self.making.length_ms:
            self._look()
        else:
            self._make_rendition()

    def fail(self, note: str) -> None:
        self._mine().update(status=MakingStatus.FAILED, note=note[:200])

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _mine(self) -> QuerySet[Making]:
        return Making.objects.filter(pk=self.making.pk, claim=self.claim)

    def _note(self, **changes: object) -> None:
        if not self._mine().update(**changes):
            raise Lost

    def _path(self) -> Path:
        assert self.lesson.source
        return self.lesson.source.path

    def _look(self) -> None:
        """Length, size and a picture of the film: from the film itself."""
        found = ffmpeg.look_at(self._path())
        if found is None or min(found.width, found.height) < 2:
            raise CantMake("这份文件里没有能读的画面。", "请用 mp4（H.264）格式重新导出后再上传。")
        size = (found.width, found.height)
        jpeg = ffmpeg.poster(self._path(), found.seconds * POSTER_AT, *size)
        with transaction.atomic():
            picture = keep([jpeg], name="poster.jpg", by=None, at=self.at) if jpeg else None
            self._note(
                length_ms=round(found.seconds * 1000),
                width=found.width,
                height=found.height,
                poster=picture,
                percent=1,
                tries=0,
            )

    def _make_rendition(self) -> None:
        making = self.making
        rungs = ffmpeg.ladder_for(making.width, making.height)
        there = set(making.renditions.values_list("height", "width"))
        sizes = [ffmpeg.size_of(rung, making.width, making.height) for rung in rungs]
        left = [n for n, (wide, high) in enumerate(sizes) if (high, wide) not in there]
        if not left:
            self._finish()
            return
        now = left[0]
        weights = [wide * high for wide, high in sizes]
        before = sum(weights[n] for n in range(len(rungs)) if n not in left)
        share = weights[now] / sum(weights)
        begun = before / sum(weights)

        def reached(seconds: float) -> None:
            done = min(1.0, seconds * 1000 / making.length_ms)
            self._note(percent=1 + int(98 * (begun + share * done)))

        run_through(
            ffmpeg.rendition(self._path(), self.folder, rungs[now], making.width, making.height),
            reached,
        )
        self._keep_rendition(*sizes[now])
        if len(left) == 1:
            self._finish()

    def _keep_rendition(self, wide: int, high: int) -> None:
        """Its segments are on the disk before a row names them."""
        made = ffmpeg.segments_in(self.folder)
        if not made:
            raise Broken("no segment came out")
        files = self._kept([path for _, path in made])
        try:
            with transaction.atomic():
                self._lock()
                rendition = Rendition.objects.create(
                    making=self.making, width=wide, height=high, peak_bps=_peak(made), at=self.at
                )
                Piece.objects.bulk_create(
                    Piece(rendition=rendition, no=no, ms=ms, file=file)
                    for no, ((ms, _), file) in enumerate(zip(made, files, strict=True))
                )
                self._note(tries=0)
        except BaseException:
            mark_removed(files, at=self.at)
            raise

    def _kept(self, paths: list[Path]) -> list[StoredFile]:
        """A few at a time, so that nobody waits long for the database meanwhile."""
        files: list[StoredFile] = []
        for start in range(0, len(paths), KEPT_AT_ONCE):
            some = [(one.name, one.read_bytes()) for one in paths[start : start + KEPT_AT_ONCE]]
            files += keep_all(some, by=None, at=self.at)
        return files

    def _finish(self) -> None:
        """The lesson lasts as long as what can be played, whatever the file's head says."""
        first = self.making.renditions.order_by("height").first()
        assert first
        ms = first.pieces.aggregate(n=Sum("ms"))["n"] or 0
        if ms < self.making.length_ms * SHORT_OF:
            raise CantMake(
                f"文件写着 {_minutes(self.making.length_ms)}，只读出 {_minutes(ms)}。",
                "文件可能没有传完整，请核对后重新上传。",
            )
        with transaction.atomic():
            self._lock()
            Lesson.objects.filter(pk=self.lesson.pk).update(seconds=max(1, ms // 1000))
            self._note(status=MakingStatus.DONE, percent=100, done_at=self.at, note="")
            heights = [str(min(r.width, r.height)) for r in self.making.renditions.all()]
            record(
                self.lesson.subject,
                "lesson_film_made",
                by=None,
                at=self.at,
                seconds=max(1, ms // 1000),
                heights="/".join(heights),
            )
            self._publish()

    def _turn_pages(self) -> None:
        """Every page of the PDF becomes a picture; its words count for the reading time."""
        rules = rulebook(local_date(self.at))
        pages: list[Page] = []
        kept: list[StoredFile] = []
        try:
            for leaf in leaves_of(self._path()):
                file = keep([leaf.jpeg], name=f"page-{leaf.no}.jpg", by=None, at=self.at)
                kept.append(file)
                pages.append(written("", "", rules, image=str(file.uid), alt=leaf.words))
                self._note(percent=leaf.no * 99 // leaf.of)
            with transaction.atomic():
                self._lock()
                lay_pages(self.lesson, pages)
                self._note(status=MakingStatus.DONE, percent=100, done_at=self.at, note="")
                record(
                    self.lesson.subject,
                    "lesson_pages_made",
                    by=None,
                    at=self.at,
                    pages=len(pages),
                )
                self._publish()
        except BaseException:
            mark_removed(kept, at=self.at)
            raise

    def _publish(self) -> None:
        if self.making.then_publish is not None:
            self.lesson.refresh_from_db()
            publish_lesson(self.lesson, by=self.making.then_publish, at=self.at)

    def _lock(self) -> None:
        """Hold the row to the end of the transaction: nobody takes it over in between."""
        if self._mine().select_for_update().first() is None:
            raise Lost


def _peak(made: list[tuple[int, Path]]) -> int:
    return max(path.stat().st_size * 8000 // max(ms, 1) for ms, path in made)


def _minutes(ms: int) -> str:
    return f"{ms // 60000} 分 {ms // 1000 % 60} 秒"


def _plainly(failure: Exception) -> str:
    if isinstance(failure, Broken) and "No space left" in str(failure):
        return "服务器存储空间不足，没有做成。请联系平台运维人员扩容，再点「再试」。"
    if isinstance(failure, Broken):
        return "制作程序读到一半出错，文件可能损坏。请点「再试」；仍不行，请重新导出后再上传。"
    return "服务器磁盘读写失败，没有做成。请稍后点「再试」；仍不行，请联系平台运维人员。"
