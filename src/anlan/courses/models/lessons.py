"""Lessons: what a module is learned from online, and the questions that stand in it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.assessments.models import Item
from anlan.courses.models.syllabi import Module
from anlan.foundation.files.models import StoredFile
from anlan.organizations.models import Organization


class LessonKind(models.TextChoices):
    VIDEO = "video", "视频"
    SLIDES = "slides", "课件"
    TEXT = "text", "图文"


class Audience(models.TextChoices):
    EVERYONE = "everyone", "不限"
    WORKERS = "workers", "职工"
    STUDENTS = "students", "学生"


class Style(models.TextChoices):
    """How a lesson is told: a lesson of its module, a micro-course, an animation."""

    COURSE = "course", "正课"
    MICRO = "micro", "微课"
    ANIMATION = "animation", "动画"


class Lesson(models.Model):
    """One sitting's worth of learning in a module; `owner` none is the city's own.

    `seconds` is what must be spent in it: a video's length, or the least reading time of slides
    and text. `pages` holds slides or text: `[{"title", "text", "html", "image": file uid | null,
    "seconds"}]`; `text` is what was typed, its HTML is made from it on the way in. What the
    platform makes of a film or a PDF (`source`) is its `Making`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    module = models.ForeignKey(Module, models.PROTECT, related_name="lessons")
    owner = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    order = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=LessonKind)
    title = models.CharField(max_length=100)
    summary = models.CharField(max_length=200, blank=True)
    seconds = models.PositiveIntegerField(default=0)
    source = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    captions = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", help_text="WebVTT"
    )
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.EVERYONE)
    style = models.CharField(max_length=12, choices=Style, default=Style.COURSE)
    pages = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["module", "order", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=LessonKind.values), name="lesson_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(seconds__gt=0),
                name="published_lesson_takes_time",
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="lesson_audience_known"
            ),
            models.CheckConstraint(condition=Q(style__in=Style.values), name="lesson_style_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"lesson/{self.uid}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None and self.retired_at is None

    @property
    def is_open(self) -> bool:
        """Learners find it."""
        return self.published_at is not None and self.retired_at is None


class QuizPoint(models.Model):
    """A question at a second of a lesson: the film stops until it is answered."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="quiz_points")
    second = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["second"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["lesson", "second"], name="quiz_point_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} {self.second}"

    @property
    def clock(self) -> str:
        """1:30"""
        return f"{self.second // 60}:{self.second % 60:02}"
