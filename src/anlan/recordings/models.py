"""Recordings of sessions. Knows no class; a session holds a recording's uid."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.foundation.files.models import StoredFile
from anlan.lib.fields import SealedTextField


class Recording(models.Model):
    """A video with the time that it shows: claimed for an upload, measured for a live recording.

    The file of a finished live recording is its segment list ("anlan-segments/1"); `spans` are the
    times that its segments fill: [[begin, end], …] in milliseconds since 1970, in order, merged.
    `duration_s` is the length read from an upload's own bytes, 0 when they can't be read as video.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    duration_s = models.PositiveIntegerField(null=True, blank=True)
    examined_at = models.DateTimeField(null=True, blank=True)
    spans = models.JSONField(null=True, blank=True)
    bytes_removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="recording_ends_after_it_begins",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["id"], condition=Q(examined_at__isnull=True), name="recording_unexamined"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"recording/{self.uid}"


class HeadCount(models.Model):
    """How many faces the fullest of several sampled frames showed; never a verdict by itself."""

    recording = models.OneToOneField(Recording, models.CASCADE, related_name="head_count")
    most = models.PositiveSmallIntegerField()
    frames = models.JSONField(help_text='[{"second": 120, "count": 31}, …] in order of time')
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.recording}: {self.most}"


class Source(models.TextChoices):
    """Where the pictures of a live recording come from."""

    BROWSER = "browser", "手机或电脑"
    RTSP = "rtsp", "网络摄像头"
    RTMP = "rtmp", "推流设备"


class LiveStatus(models.TextChoices):
    LIVE = "live", "直播中"
    ENDING = "ending", "正在整理"
    FINISHED = "finished", "已结束"


class LiveRecording(models.Model):
    """A recording that is being made. When it has ended, a `Recording` of the same uid is filed.

    `address` is the camera's (it may hold a password), `key` what a pushing device must know;
    `port` is held while it is not finished. `note` says what keeps the pictures from coming.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=8, choices=Source)
    status = models.CharField(max_length=8, choices=LiveStatus, default=LiveStatus.LIVE)
    address = SealedTextField(bound_to="recordings.LiveRecording.address", blank=True)
    key = SealedTextField(bound_to="recordings.LiveRecording.key", blank=True)
    port = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    recording = models.OneToOneField(Recording, models.PROTECT, null=True, related_name="live")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=LiveStatus.values), name="live_status_known"
            ),
            models.UniqueConstraint(
                fields=["port"],
                condition=~Q(status="finished"),
                name="live_port_in_one_use",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], condition=~Q(status="finished"), name="live_unfinished"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """The subject of the recording that it becomes."""
        return f"recording/{self.uid}"

    @property
    def segments_subject(self) -> str:
        """Apart from `subject`: thousands of segment lines would bury a class's time line."""
        return f"segments/{self.uid}"


class Segment(models.Model):
    """Some seconds of a live recording, kept as a file of its own as soon as they were whole.

    `part` is the run of the encoder that made it, `place` its place in that run; a new part begins
    with a discontinuity of the picture, not necessarily with a gap in time.
    """

    live = models.ForeignKey(LiveRecording, models.CASCADE, related_name="segments")
    no = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    place = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    discontinuity = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["no"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["live", "no"], name="segment_once"),
            models.UniqueConstraint(fields=["live", "part", "place"], name="segment_place_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"seg-{self.no:05d}.ts"


class StillStatus(models.TextChoices):
    ASKED = "asked", "正在截取"
    MADE = "made", "待核对"
    FAILED = "failed", "未能截取"
    PUBLISHED = "published", "可公开"


class Still(models.Model):
    """One picture taken from a recording for publication, faces made unrecognisable.

    `faces` were found and blurred; whether one was missed is for a person to see before it counts
    as published.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recording = models.ForeignKey(Recording, models.CASCADE, related_name="stills")
    second = models.PositiveIntegerField(help_text="seconds of playing time")
    caption = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=StillStatus, default=StillStatus.ASKED)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    faces = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["asked", "failed"]) | Q(file__isnull=False),
                name="still_made_has_file",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], condition=Q(status="asked"), name="still_asked"),
        ]

    def __str__(self) -> str:
        return self.caption


class Hold(models.Model):
    """An official's word that a recording is kept beyond its time, until released."""

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    released_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recording"],
                condition=models.Q(released_at__isnull=True),
                name="recording_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recording}：{self.reason}"
