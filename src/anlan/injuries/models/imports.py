"""Where cases come from: a source with its columns, and each file that was read."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.foundation.files.models import StoredFile
from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class DateOrder(models.TextChoices):
    """How a file writes 03/04/2026. Years that come first need no saying."""

    DMY = "dmy", "日/月/年"
    MDY = "mdy", "月/日/年"


class SourceKind(models.TextChoices):
    """What a row of the file is. Figures and code lists are kept as they stand, counted nowhere."""

    CASES = "cases", "工伤案件"
    HEADCOUNTS = "headcounts", "参保人数"
    FIGURES = "figures", "统计表或代码表"


class Source(models.Model):
    """A kind of file that comes again and again: its columns are matched once.

    `mapping` is field → column heading, `values` field → {what the file says: what we say},
    `key` the columns that name a row of the source, so that the same row is known again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=SourceKind, default=SourceKind.CASES)
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

    The file is kept sealed under `file_key`, which goes with it when its time is over; `sha256` is
    of what was handed in. `rows_unplaced` of the rows kept name no enterprise of the platform yet.
    `as_of` is the day up to which the file knows: counts of different days are different vintages.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="batches")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_key = SealedTextField(bound_to="injuries.Batch.file_key", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=12, choices=BatchStatus, default=BatchStatus.UPLOADED)
    sheet = models.CharField(max_length=60, blank=True)
    as_of = models.DateField(null=True, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    rows_unplaced = models.PositiveIntegerField(default=0)
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

    @property
    def hash(self) -> str:
        """SHA-256 of the file as handed in; files of earlier days were kept unsealed."""
        return self.sha256 or self.file.sha256


class EmployerName(models.Model):
    """Which enterprise a source means by a name, as an official said; empty: none of ours.

    Used for the cases and headcounts that wait, and for the source's later files.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="names")
    name = models.CharField(max_length=200)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source", "name"],
                condition=models.Q(undone_at__isnull=True),
                name="employer_name_decided_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"employer-name/{self.uid}"


class WaitingHeadcount(models.Model):
    """An insured headcount whose enterprise isn't found yet; placed once a person says which."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="waiting")
    uscc = models.CharField(max_length=18, blank=True)
    name = models.CharField(max_length=200, blank=True)
    month = models.DateField(help_text="first day of the month")
    people = models.PositiveIntegerField()
    known_at = models.DateTimeField()
    placed_by = models.ForeignKey(EmployerName, models.PROTECT, null=True, related_name="placed")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["batch", "uscc", "name", "month"], name="waiting_headcount_once_a_file"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["source", "name"], name="waiting_headcount_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.uscc} {self.month:%Y-%m} {self.people}"


class Figure(models.Model):
    """A row of a table of figures or of codes, as it stood in its file; counted nowhere.

    `said` is heading → cell. What a later file changed keeps its old form, with `replaced_at`.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="figures")
    source_key = models.CharField(max_length=120)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="figures")
    period = models.CharField(max_length=10, blank=True, help_text="2014, 2014-03 or a day")
    label = models.CharField(max_length=200, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    said = models.JSONField()
    known_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=models.Q(replaced_at__isnull=True),
                name="figure_once_a_source",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["batch"], name="figure_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.label} {self.value}"
