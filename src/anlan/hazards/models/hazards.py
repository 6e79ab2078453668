"""A hazard, the orders to rectify it, and what was done about it with words and photos."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.identity.models import Person
from anlan.organizations.models import Organization


class Grade(models.TextChoices):
    GENERAL = "general", "一般隐患"
    MAJOR = "major", "重大隐患"


class Source(models.TextChoices):
    SELF_CHECK = "self_check", "企业自查"
    VISIT = "visit", "监管检查"
    WHISTLE_BLOW = "whistle_blow", "举报核实"
    EXPERT = "expert", "专家诊疗"


class Status(models.TextChoices):
    REPORTED = "reported", "待受理"
    DECLINED = "declined", "不予受理"
    ACCEPTED = "accepted", "待指派"
    ASSIGNED = "assigned", "整改中"
    RECTIFIED = "rectified", "待复查"
    CLOSED = "closed", "已销号"


class Hazard(models.Model):
    """Something at an employer's that can hurt somebody.

    `risk` is an accident type of the list `risk_system` that held on the day. `due_at` is the clock
    of the present step (of the revisit once closed, empty when nothing is waited for) and
    `escalated_at` says that its running out was told to the district. `reporter` is empty where a
    tip was borne out: this row never leads to who told it. `wanted_by`: the day by which an expert
    wants it put right; it can shorten the rule's days and never lengthen them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    district = models.CharField(max_length=12)
    industry = models.CharField(max_length=24)
    place = models.CharField("位置", max_length=100)
    what = models.CharField("隐患描述", max_length=500)
    risk_system = models.CharField(max_length=32)
    risk = models.CharField("可能造成的伤害", max_length=8)
    grade = models.CharField("等级", max_length=8, choices=Grade)
    source = models.CharField("来源", max_length=12, choices=Source)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    nonce = models.UUIDField(help_text="the reporter's own number: sent again, it changes nothing")
    found_at = models.DateTimeField(
        help_text="as the reporter's device says; never later than told"
    )
    reported_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status, default=Status.REPORTED)
    due_at = models.DateTimeField(null=True, blank=True)
    wanted_by = models.DateField("希望整改日期", null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    revisited_at = models.DateTimeField(null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)
    search = models.TextField(blank=True, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reporter", "nonce"], name="hazard_reported_once"),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="hazard_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="hazard_closed_has_its_moment",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "status"], name="hazard_by_organization"),
            models.Index(fields=["district", "status", "due_at"], name="hazard_by_district"),
            models.Index(
                fields=["due_at"],
                condition=Q(escalated_at__isnull=True, due_at__isnull=False),
                name="hazard_by_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"hazard/{self.uid}"


class Rectification(models.Model):
    """One order to put a hazard right: by whom, by when, and how it ended.

    A re-check that fails empties `rectified_*` and the clock runs on. `undone_at`: the hazard was
    opened again afterwards, so the order counts as not fulfilled.
    """

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="rectifications")
    responsible = models.ForeignKey(Person, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    rectified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    rectified_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["assigned_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["hazard"],
                condition=Q(closed_at__isnull=True),
                name="rectification_one_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("rectified_by")),
                name="rectification_closed_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(rectified_by__isnull=False, rectified_at__isnull=False),
                name="rectification_closed_when_done",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="rectification_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.hazard} {self.due_at:%Y-%m-%d}"


class ActKind(models.TextChoices):
    REPORTED = "reported", "上报"
    ACCEPTED = "accepted", "受理"
    DECLINED = "declined", "不予受理"
    ASSIGNED = "assigned", "指派整改"
    REASSIGNED = "reassigned", "改派责任人"
    RECTIFIED = "rectified", "提交整改"
    REFUSED = "refused", "复查未通过"
    CLOSED = "closed", "复查通过，销号"
    REVISITED = "revisited", "复访，已消除"
    REOPENED = "reopened", "重新打开"
    ESCALATED = "escalated", "超期，报区县"


class Act(models.Model):
    """One step as it was taken: the words and photos that the ledger line names by hash."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=12, choices=ActKind)
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    photos = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.words}"
