"""How far a learner has come: a bitmap kept by the server, and the one live session."""

import uuid
from typing import ClassVar

from django.db import models

from anlan.courses.models.lessons import Lesson
from anlan.identity.models import Person

SLOT_SECONDS = 5


class Progress(models.Model):
    """One learner's way through one lesson.

    `slots` is a bitmap, least significant bit first: bit n is set once the seconds from
    `n * SLOT_SECONDS` on were spent by the server's clock. `seen` counts its bits, `reached` is the
    media second up to which all is credited, `position` where the learner goes on, `spent` the
    seconds of the server's time that this took. `passed` holds the seconds of the quiz points that
    were answered rightly.
    """

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="progress")
    person = models.ForeignKey(Person, models.PROTECT, related_name="progress")
    slots = models.BinaryField(default=bytes)
    seen = models.PositiveIntegerField(default=0)
    reached = models.FloatField(default=0)
    position = models.PositiveIntegerField(default=0)
    spent = models.FloatField(default=0)
    passed = models.JSONField(default=list)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "lesson"], name="progress_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["lesson", "completed_at"], name="progress_by_lesson"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.lesson}"


class Watching(models.Model):
    """The one session in which a learner learns now: opening another ends this one.

    `credited_until` is the server's moment up to which time has been credited, whatever lesson it
    was; a heartbeat may claim at most what passed since then. `key` is named by each heartbeat.
    `tries` counts the wrong answers since the last right one, `tried_at` is the last of them.
    """

    person = models.OneToOneField(Person, models.PROTECT, related_name="watching")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    device = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    credited_until = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.lesson}"
