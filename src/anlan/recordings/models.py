"""Recordings of sessions. Knows no class; a session holds a recording's uid."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.foundation.files.models import StoredFile


class Recording(models.Model):
    """An uploaded video with the time that it claims to show."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    bytes_removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="recording_ends_after_it_begins",
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
