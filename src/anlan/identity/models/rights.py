"""What a person may ask of the platform, what came of it, and what the law keeps afterwards."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.identity.models.people import Person
from anlan.lib.fields import SealedTextField


class PersonalExport(models.Model):
    """Everything kept about a person, as that person asked for it.

    The file is sealed under `key`, so that emptying the column ends it; after `expires_at` the job
    does that and gives up the bytes.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="exports")
    asked_at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    key = SealedTextField(bound_to="identity.PersonalExport.key", blank=True)
    rows = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    taken = models.PositiveSmallIntegerField(default=0, help_text="downloads so far")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ready_at__isnull=True), name="export_waits_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ended_at", "expires_at"], name="personal_export_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.asked_at:%Y-%m-%d}"


class DeletionStatus(models.TextChoices):
    ASKED = "asked", "待答复"
    GRANTED = "granted", "已同意，待执行"
    REFUSED = "refused", "不予删除"
    WITHDRAWN = "withdrawn", "已撤回"
    DONE = "done", "已删除"


class DeletionRequest(models.Model):
    """A person's wish to be deleted (个人信息保护法 47), with what was shown before it was asked.

    `shown` and `outcome` are one line a kind of data: what goes, what stays until when by which
    law. Neither names the person.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="deletions")
    status = models.CharField(max_length=10, choices=DeletionStatus, default=DeletionStatus.ASKED)
    district = models.CharField(max_length=6, blank=True, help_text="whose officials answer too")
    shown = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=["asked", "granted"]),
                name="deletion_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DeletionStatus.values), name="deletion_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="deletion_by_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.asked_at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        return f"deletion/{self.uid}"


class Retained(models.Model):
    """Who a deleted person was, for as long as a law keeps records of them; opened for a reason.

    After `restricted_until` the columns are emptied and the person's key is destroyed (`ended_at`):
    what is left of the records leads to nobody.
    """

    person = models.OneToOneField(Person, models.PROTECT, related_name="retained")
    name = SealedTextField(bound_to="identity.Retained.name", blank=True)
    id_number = SealedTextField(bound_to="identity.Retained.id_number", blank=True)
    former = SealedTextField(bound_to="identity.Retained.former", blank=True)
    kinds = models.JSONField(default=list, help_text="kind, title, until and law of what stays")
    restricted_until = models.DateField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["restricted_until"],
                condition=Q(ended_at__isnull=True),
                name="retained_by_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.restricted_until}"


class ImpactStatus(models.TextChoices):
    DRAFT = "draft", "起草中"
    SUBMITTED = "submitted", "待批准"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已批准"


class ImpactAssessment(models.Model):
    """个人信息保护影响评估 (个人信息保护法 55, 56): one version of one subject, kept for years.

    `topic` is one line of versions; an approved version is never changed, a new one follows it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField("评估事项", max_length=100)
    purpose = models.TextField("处理目的和方式", max_length=2000)
    necessity = models.TextField("是否合法、正当、必要", max_length=2000)
    risks = models.TextField("对个人权益的影响和安全风险", max_length=2000)
    measures = models.TextField("保护措施及其与风险是否相适应", max_length=2000)
    status = models.CharField(max_length=10, choices=ImpactStatus, default=ImpactStatus.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    keep_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["topic", "version"], name="impact_version_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("author")),
                name="impact_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ImpactStatus.values), name="impact_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.version} 版"

    @property
    def subject(self) -> str:
        return f"impact/{self.uid}"
