"""Where cases come from: a source with its columns, and each file that was read."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.foundation.files.models import StoredFile


class DateOrder(models.TextChoices):
    """How a file writes 03/04/2026. Years that come first need no saying."""

    DMY = "dmy", "日/月/年"
    MDY = "mdy", "月/日/年"


class Source(models.Model):
    """A kind of file that comes again and again: its columns are matched once.

    `mapping` is field → column heading, `values` field → {what the file says: what we say},
    `key` the columns that name a row of the source, so that the same row is known again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=80, unique=True)
    mapping = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    key = models.JSONField(default=list)
    date_order = models.CharField(max_length=3, choices=DateOrder, blank=True)
    foreign = models.BooleanField(
        default=False, help_text="a test of methods with figures of elsewhere, never the city's"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"injury-source/{self.uid}"


class BatchStatus(models.TextChoices):
    UPLOADED = "uploaded", "待核对"
    QUEUED = "queued", "等待导入"
    IMPORTING = "importing", "导入中"
    DONE = "done", "已导入"
    FAILED = "failed", "未能导入"
    UNDONE = "undone", "已撤销"
    DISCARDED = "discarded", "已放弃"


class Batch(models.Model):
    """One file of a source. new + changed + same + refused = total, row by row.

    `as_of` is the day up to which the file knows: counts of different days are different vintages.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="batches")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=BatchStatus, default=BatchStatus.UPLOADED)
    sheet = models.CharField(max_length=60, blank=True)
    as_of = models.DateField(null=True, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=dict, help_text="row number → list of plain sentences")
    failure = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="injury_batch_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        return f"injury-batch/{self.uid}"
