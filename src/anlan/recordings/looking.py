"""Looking at what was filed: its length, how many heads, pictures for publication.

Found by a query, one at a time, at the lowest priority; in `anlan record` alone, because it loads
OpenCV and starts ffmpeg.
"""

import logging
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Event, Thread, get_native_id

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from anlan.foundation.files.services import keep
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date, moment_text
from anlan.lib.states import advance
from anlan.recordings.captions import captioned
from anlan.recordings.live import ffmpeg
from anlan.recordings.models import HeadCount, Recording, Segment, Still, StillStatus
from anlan.recordings.spans import moment, runs
from anlan.recordings.states import STILL_STEPS
from anlan.vision.faces import NoPicture, blur_faces, count_faces

log = logging.getLogger(__name__)
LOWEST = 19
NOTHING_SECONDS = 3.0
FRAMES_APART_S = 10
# The demonstration files a few words where a video would be; they are no broken video.
STAND_IN = b"ANLAN DEMONSTRATION"
Count = Callable[[bytes], int]


def examine_next(at: datetime) -> int:
    """Read the length of one upload from its own bytes."""
    found = Recording.objects.filter(examined_at__isnull=True).select_related("file")
    recording = found.order_by("id").first()
    if recording is None:
        return 0
    try:
        length = None if _is_stand_in(recording) else (ffmpeg.duration_of(recording.file.path) or 0)
    except OSError:
        log.exception("the file of %s can't be read", recording.uid)
        length = 0
    seconds = None if length is None else round(length)
    Recording.objects.filter(pk=recording.pk).update(duration_s=seconds, examined_at=at)
    return 1


def count_next(at: datetime, count: Count = count_faces) -> int:
    """Count the heads of one recording: the most of several frames, as the rules say how many."""
    found = Recording.objects.filter(duration_s__gt=0, head_count__isnull=True)
    recording = found.select_related("file").order_by("id").first()
    if recording is None:
        return 0
    rules = rulebook(local_date(at))
    seconds = seconds_to_look_at(
        recording.duration_s or 0, rules.whole("headcount.points"), rules.whole("headcount.frames")
    )
    try:
        frames = [{"second": s, "count": count(p)} for s, p in pictures_of(recording, seconds)]
    except (OSError, NoPicture):
        log.exception("no heads counted in %s", recording.uid)  # counted as not seen, once
        frames = []
    most = max((one["count"] for one in frames), default=0)
    HeadCount.objects.create(recording=recording, most=most, frames=frames, at=at)
    return 1


def make_next_still(at: datetime) -> int:
    """Make one picture for publication; it waits for a person's look."""
    asked = Still.objects.filter(status=StillStatus.ASKED).select_related("recording__file", "by")
    still = asked.order_by("id").first()
    if still is None:
        return 0
    picture = next((p for _, p in pictures_of(still.recording, [still.second])), None)
    if picture is None:
        advance(still, StillStatus.FAILED, STILL_STEPS, note="这个时刻没有画面")
        return 1
    try:
        blurred = blur_faces(picture)
    except NoPicture:
        advance(still, StillStatus.FAILED, STILL_STEPS, note="画面读不出来")
        return 1
    lines = [still.caption, f"{moment_text(_filmed_at(still))} 录像截图，人脸已模糊"]
    jpeg = captioned(blurred.jpeg, lines, synthetic=settings.ANLAN_DEMONSTRATION)
    file = keep([jpeg], name=f"still-{still.uid}.jpg", by=still.by, at=at)
    with transaction.atomic():
        advance(still, StillStatus.MADE, STILL_STEPS, file=file, faces=blurred.faces)
    return 1


def seconds_to_look_at(length: int, points: int, frames: int) -> list[int]:
    """Points spread evenly over the film, at each some frames ten seconds apart; none twice."""
    found: set[int] = set()
    for point in range(points):
        middle = length * (2 * point + 1) / (2 * points)
        for frame in range(frames):
            second = round(middle + (frame - (frames - 1) / 2) * FRAMES_APART_S)
            found.add(min(max(second, 0), max(length - 1, 0)))
    return sorted(found)


def pictures_of(recording: Recording, seconds: list[int]) -> Iterator[tuple[int, bytes]]:
    """(second, PNG) for each second of playing time at which there is a picture."""
    if recording.spans is None:
        path = recording.file.path
        for second in seconds:
            if picture := ffmpeg.frame_at(path, second):
                yield second, picture
        return
    segments = list(_segments(recording))
    for second in seconds:
        begun = 0.0
        for one in segments:
            length = one.duration_ms / 1000
            if second < begun + length:
                if picture := ffmpeg.frame_at(one.file.path, second - begun):
                    yield second, picture
                break
            begun += length


class Looker(Thread):
    """Does the three, the most awaited first, until told to stop."""

    def __init__(self, stop: Event) -> None:
        super().__init__(daemon=True)
        self._halt = stop

    def run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, get_native_id(), LOWEST)
        while not self._halt.is_set():
            self._halt.wait(0.0 if self._round() else NOTHING_SECONDS)
        connection.close()

    def _round(self) -> int:
        for job in (make_next_still, examine_next, count_next):
            try:
                close_old_connections()
                if done := job(now()):
                    return done
            except DatabaseError:
                log.exception("the database can't be reached; trying again")
                connection.close()
            except Exception:
                log.exception("%s failed", job.__name__)
        return 0


def _segments(recording: Recording) -> QuerySet[Segment]:
    return Segment.objects.filter(live__recording=recording).select_related("file").order_by("no")


def _filmed_at(still: Still) -> datetime:
    """When the picture was taken, by the times that the recording shows."""
    recording = still.recording
    begin = int(recording.starts_at.timestamp() * 1000)
    if recording.spans is not None:
        played = still.second * 1000
        for run in runs([(a, b) for a, b in recording.spans]):
            if played < run.plays_at + run.length:
                begin = run.begin - run.plays_at
                break
    return moment(begin + still.second * 1000)


def _is_stand_in(recording: Recording) -> bool:
    if not settings.ANLAN_DEMONSTRATION or recording.file.size > 1024:
        return False
    return recording.file.path.read_bytes().startswith(STAND_IN)
