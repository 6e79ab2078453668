"""Roster files on their way in."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.foundation.files.models import StoredFile
from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class UploadStatus(models.TextChoices):
    UPLOADED = "uploaded", "待确认"
    QUEUED = "queued", "等待导入"
    IMPORTING = "importing", "导入中"
    DONE = "done", "已完成"
    FAILED = "failed", "未能导入"
    DISCARDED = "discarded", "已放弃"


class RosterUpload(models.Model):
    """A roster file on its way in. Rows that can't be used are kept here with the reason.

    The file lies sealed under `file_key`; `sha256` is of what was handed in. Both are empty for
    files of earlier days until the job has sealed them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="rosters")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_key = SealedTextField(bound_to="identity.RosterUpload.file_key", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=12, choices=UploadStatus, default=UploadStatus.UPLOADED)
    sheet = models.CharField(max_length=60, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=dict, help_text="row number → list of plain sentences")
    notes = models.JSONField(default=list, help_text="what was done to rows that were imported")
    failure = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="roster_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.at:%Y-%m-%d}"

    @property
    def hash(self) -> str:
        """SHA-256 of the file as handed in."""
        return self.sha256 or self.file.sha256

    @property
    def rows_bad(self) -> int:
        return len(self.problems)
