"""What the platform makes of an uploaded film or PDF: renditions for every network, or pages."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.courses.models.lessons import Lesson
from anlan.foundation.files.models import StoredFile


class MakingStatus(models.TextChoices):
    WAITING = "waiting", "等待制作"
    RUNNING = "running", "制作中"
    DONE = "done", "已做好"
    FAILED = "failed", "没有做成"


class Making(models.Model):
    """The work on one lesson's source file, found by a query until it is done or has failed.

    `claim` names the hand that works on it now: a hand that finds another claim lets go, so that
    of two workers only one result stands; `tries` counts hands since the last step that was done.
    `percent` is of the whole. `length_ms`, `width` and
    `height` are the film's own, read from it.
    """

    lesson = models.OneToOneField(Lesson, models.CASCADE, related_name="making")
    status = models.CharField(max_length=8, choices=MakingStatus, default=MakingStatus.WAITING)
    percent = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    claim = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    length_ms = models.PositiveIntegerField(default=0)
    width = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    then_publish = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="who wants the lesson published as soon as it is made",
    )
    poster = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=MakingStatus.values), name="making_status_known"
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="making_within_hundred"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "asked_at"], name="making_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} {self.percent}%"


class Rendition(models.Model):
    """A film at one height, as a list of segments; there only once it is whole.

    `peak_bps` is the most that any of its segments needs, in bits a second.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    making = models.ForeignKey(Making, models.CASCADE, related_name="renditions")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    peak_bps = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["height"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["making", "height"], name="rendition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.making.lesson} {self.height}p"


class Piece(models.Model):
    """A few seconds of a rendition (MPEG-TS), addressed by its file's uid: nobody guesses it."""

    rendition = models.ForeignKey(Rendition, models.CASCADE, related_name="pieces")
    no = models.PositiveIntegerField()
    ms = models.PositiveIntegerField()
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["no"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rendition", "no"], name="piece_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rendition} {self.no}"
