"""示范企业: from application to naming, notice and objections, expiry and withdrawal."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class Status(models.TextChoices):
    APPLIED = "applied", "待区县核查"
    EXAMINED = "examined", "待市级决定"
    RETURNED = "returned", "退回补正"
    REFUSED = "refused", "不予命名"
    CANCELLED = "cancelled", "已撤回申请"
    ANNOUNCED = "announced", "公示中"
    NAMED = "named", "已命名"
    DOUBTED = "doubted", "待决定是否撤销"
    WITHDRAWN = "withdrawn", "已撤销"
    EXPIRED = "expired", "已到期"
    RENEWED = "renewed", "已续期"


OPEN = ("applied", "examined", "returned", "announced")
STANDING = ("named", "doubted")


class Exemplar(models.Model):
    """One application and what came of it. `status` moves only along `states.EXEMPLAR_STEPS`.

    `renews` is the naming that this application would carry on. `watch_from`: before that day the
    nightly check leaves a naming alone that a person has just decided to keep.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    district = models.CharField(max_length=12)
    industry = models.CharField(max_length=24)
    status = models.CharField(max_length=10, choices=Status, default=Status.APPLIED)
    words = models.CharField("申报说明", max_length=1000, blank=True)
    by_district = models.BooleanField(default=False, help_text="proposed, not applied for")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    examined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    examined_at = models.DateTimeField(null=True, blank=True)
    opinion = models.CharField("区县意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("决定理由", max_length=500, blank=True)
    concern = models.CharField("提请、保留或撤销的理由", max_length=500, blank=True)
    notice_from = models.DateField(null=True, blank=True)
    notice_until = models.DateField(null=True, blank=True, help_text="last day, included")
    number = models.CharField(max_length=24, unique=True, null=True, blank=True)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    named_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="last day, included")
    renews = models.ForeignKey("self", models.PROTECT, null=True, related_name="renewals")
    watched_on = models.DateField(null=True, blank=True)
    watch_from = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="exemplar_status_known"
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(status__in=OPEN), name="exemplar_one_open"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(status__in=STANDING),
                name="exemplar_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("examined_by")),
                name="exemplar_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["named", "doubted", "withdrawn", "expired", "renewed"])
                | Q(number__isnull=False, named_on__isnull=False, valid_until__isnull=False),
                name="exemplar_named_has_its_number",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["district", "status"], name="exemplar_by_district"),
            models.Index(fields=["status", "valid_until"], name="exemplar_by_standing"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"exemplar/{self.uid}"


class Check(models.Model):
    """The criteria computed on a day and frozen as evidence: bytes and hash never change."""

    exemplar = models.ForeignKey(Exemplar, models.CASCADE, related_name="checks")
    why = models.CharField(max_length=12, help_text="applied, named or doubted")
    at = models.DateTimeField()
    fulfilled = models.BooleanField(help_text="every criterion; unknown is not fulfilled")
    evidence = models.TextField(help_text="canonical JSON, see docs/rooms/exemplars.md")
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.exemplar} {self.at:%Y-%m-%d}"


class ObjectionStatus(models.TextChoices):
    OPEN = "open", "待处理"
    DISMISSED = "dismissed", "不成立"
    UPHELD = "upheld", "成立"


class Objection(models.Model):
    """What anybody says against a naming in its notice; no account, no address is kept."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exemplar = models.ForeignKey(Exemplar, models.PROTECT, related_name="objections")
    receipt_hash = models.CharField(max_length=64, unique=True, editable=False)
    words = SealedTextField(bound_to="exemplars.Objection.words")
    contact = SealedTextField(bound_to="exemplars.Objection.contact", blank=True)
    status = models.CharField(max_length=10, choices=ObjectionStatus, default=ObjectionStatus.OPEN)
    at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=ObjectionStatus.values), name="objection_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | ~Q(answer=""), name="objection_is_answered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exemplar} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"objection/{self.uid}"


class ExemplarNumber(models.Model):
    """The head row of a year's numbers, locked to draw the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}-{self.last}"
