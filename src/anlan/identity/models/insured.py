"""Who is insured against work injury, as the city's own list says; and files compared with it.

Files lie sealed under a key of their own in `key`, so that emptying the column ends them.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class SealedStatus(models.TextChoices):
    UPLOADED = "uploaded", "待确认"
    QUEUED = "queued", "等待处理"
    RUNNING = "running", "处理中"
    DONE = "done", "已完成"
    FAILED = "failed", "未能完成"
    DISCARDED = "discarded", "已放弃"


class InsuredList(models.Model):
    """参保人员名单: a file of the city's insurance office on its way in, in force once imported.

    A `whole` list takes the place of all former ones; another adds to what is in force. `as_of` is
    the day up to which the office says it is complete.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("文件名", max_length=200)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    key = SealedTextField(bound_to="identity.InsuredList.key", blank=True)
    sheet = models.CharField(max_length=60, blank=True)
    mapping = models.JSONField(default=dict)
    as_of = models.DateField("名单截至")
    whole = models.BooleanField(default=True)
    status = models.CharField(max_length=12, choices=SealedStatus, default=SealedStatus.UPLOADED)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_good = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    in_force = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=SealedStatus.values), name="insured_list_status_known"
            ),
            models.CheckConstraint(
                condition=Q(rows_good__lte=F("rows_done")) & Q(rows_done__lte=F("rows_total")),
                name="insured_list_counts_hold",
            ),
            models.CheckConstraint(
                condition=Q(in_force=False) | Q(status="done"), name="insured_list_done_in_force"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="insured_list_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.as_of}"

    @property
    def subject(self) -> str:
        return f"insured-list/{self.uid}"

    @property
    def rows_bad(self) -> int:
        return self.rows_done - self.rows_good


class InsuredPerson(models.Model):
    """One stretch of insurance: whose (blind index of the ID number), by which employer, when.

    The employer is a code and not a key: most are not registered here. Nothing else is kept.
    """

    list = models.ForeignKey(InsuredList, models.CASCADE, related_name="people")
    id_index = models.CharField(max_length=64)
    uscc = models.CharField(max_length=18)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="insured_ends_after_it_begins",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id_index"], name="insured_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.uscc} {self.since} {self.until}"


class InsuredCheck(models.Model):
    """A file of names and ID numbers compared with who is on file and who is insured.

    File in, the same rows with a result each out; both for the uploader alone, for some days.
    `counts`: result → rows; together they are all rows.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="insured_checks")
    name = models.CharField("文件名", max_length=200)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    key = SealedTextField(bound_to="identity.InsuredCheck.key", blank=True)
    sheet = models.CharField(max_length=60, blank=True)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=SealedStatus, default=SealedStatus.UPLOADED)
    rows_total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    as_of = models.DateField(null=True, blank=True)
    result = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    failure = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    taken = models.PositiveSmallIntegerField(default=0, help_text="downloads so far")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=SealedStatus.values), name="insured_check_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="insured_check_by_status"),
            models.Index(fields=["ended_at", "expires_at"], name="insured_check_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.name}"
