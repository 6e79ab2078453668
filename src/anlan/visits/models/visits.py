"""An expert's visit (一对一诊疗) from the request to its end, and each deed on the way."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.organizations.models import Organization
from anlan.visits.models.inspections import Inspection


class Status(models.TextChoices):
    REQUESTED = "requested", "待派专家"
    ASSIGNED = "assigned", "待提时间"
    PROPOSED = "proposed", "待选时间"
    BOOKED = "booked", "已约定"
    RUNNING = "running", "现场诊疗"
    VISITED = "visited", "待出报告"
    SIGNED = "signed", "待企业签收"
    CONTESTED = "contested", "企业有异议"
    RECEIVED = "received", "整改跟踪"
    CONCLUDED = "concluded", "已办结"
    CANCELLED = "cancelled", "已取消"


class Visit(models.Model):
    """One visit. `due_at` is the clock of the present step; `escalated_at`: the district was told.

    Places are what the expert's phone said (degrees, metres of accuracy), empty where it said
    nothing; moments are the server's.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    district = models.CharField(max_length=12)
    industry = models.CharField(max_length=24)
    status = models.CharField(max_length=12, choices=Status, default=Status.REQUESTED)
    wish = models.CharField("想请专家看什么", max_length=500)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    is_ordered = models.BooleanField(default=False, help_text="by an official, not asked for")
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="revisits")
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    booked_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    accuracy = models.PositiveIntegerField(null=True, blank=True, help_text="metres")
    end_latitude = models.FloatField(null=True, blank=True)
    end_longitude = models.FloatField(null=True, blank=True)
    end_accuracy = models.PositiveIntegerField(null=True, blank=True, help_text="metres")
    inspection = models.OneToOneField(Inspection, models.PROTECT, null=True, related_name="visit")
    summary = models.TextField("总的情况", max_length=1500, blank=True)
    advice = models.TextField("建议", max_length=1500, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    received_at = models.DateTimeField(null=True, blank=True)
    revisit_on = models.DateField("回访日期", null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(status__in=("requested", "assigned", "proposed", "booked", "running")),
                name="visit_one_ahead",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="visit_status_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(began_at__isnull=False, ended_at__gte=F("began_at")),
                name="visit_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("requested", "cancelled")) | Q(expert__isnull=False),
                name="visit_goes_on_with_an_expert",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("visited", "signed", "contested", "received", "concluded"))
                | Q(inspection__isnull=False, ended_at__isnull=False),
                name="visit_made_has_its_findings",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("received", "concluded"))
                | Q(received_by__isnull=False, signed_at__isnull=False),
                name="visit_received_by_somebody",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "status"], name="visit_by_organization"),
            models.Index(fields=["district", "status", "due_at"], name="visit_by_district"),
            models.Index(fields=["expert", "status"], name="visit_by_expert"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"visit/{self.uid}"


class Slot(models.Model):
    """A moment that the expert offers; the newest three count."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["visit", "starts_at"], name="slot_once_a_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class DeedKind(models.TextChoices):
    REQUESTED = "requested", "申请"
    ORDERED = "ordered", "安排诊疗"
    ASSIGNED = "assigned", "指派专家"
    PROPOSED = "proposed", "提出时间"
    DECLINED = "declined", "时间都不合适"
    BOOKED = "booked", "约定时间"
    MOVED = "moved", "改期"
    CANCELLED = "cancelled", "取消"
    BEGUN = "begun", "到达企业，开始"
    ENDED = "ended", "交清单，结束"
    SIGNED = "signed", "签发报告"
    RECEIVED = "received", "企业签收"
    CONTESTED = "contested", "企业提出异议"
    CONCLUDED = "concluded", "办结"
    ESCALATED = "escalated", "超期，报区县"


class Deed(models.Model):
    """One step as it was taken: the words and photos that the ledger line names by hash."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="deeds")
    kind = models.CharField(max_length=12, choices=DeedKind)
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    photos = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.words}"
