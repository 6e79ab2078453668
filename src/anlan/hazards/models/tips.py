"""举报: what somebody told, anonymously or in confidence, and what came of it.

No row here has a user for who told it, and no network address is kept. What was told is sealed, the
receipt code is known to the teller alone.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.hazards.models.hazards import Hazard
from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class TipKind(models.TextChoices):
    VIOLATION = "violation", "三违行为"
    MAJOR_HAZARD = "major_hazard", "重大隐患"


class TipMode(models.TextChoices):
    ANONYMOUS = "anonymous", "匿名"
    CONFIDENTIAL = "confidential", "留联系方式，保密"


class TipStatus(models.TextChoices):
    RECEIVED = "received", "待受理"
    VERIFYING = "verifying", "核实中"
    CONFIRMED = "confirmed", "属实"
    UNFOUNDED = "unfounded", "未查实"
    DISMISSED = "dismissed", "不予受理"


class Tip(models.Model):
    """`named` is the unit as it was typed; `organization` whom an official (or the exact name)
    found for it. `hazard` is what it became; the hazard knows nothing of the tip."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt_hash = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(max_length=16, choices=TipKind)
    mode = models.CharField(max_length=16, choices=TipMode)
    district = models.CharField(max_length=12)
    named = SealedTextField(bound_to="hazards.Tip.named")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    place = SealedTextField(bound_to="hazards.Tip.place", blank=True)
    told = SealedTextField(bound_to="hazards.Tip.told")
    contact = SealedTextField(bound_to="hazards.Tip.contact", blank=True)
    photos = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    status = models.CharField(max_length=12, choices=TipStatus, default=TipStatus.RECEIVED)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = SealedTextField(bound_to="hazards.Tip.outcome", blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    hazard = models.OneToOneField(Hazard, models.PROTECT, null=True, related_name="+")
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=TipStatus.values), name="tip_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["district", "status", "due_at"], name="tip_by_district"),
            models.Index(fields=["at"], name="tip_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"tip/{self.uid}"


class TipMessage(models.Model):
    """A question of an official, or what the teller adds (`by` is empty then)."""

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="messages")
    words = SealedTextField(bound_to="hazards.TipMessage.words")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.tip} {self.at:%Y-%m-%d %H:%M}"


class ContactReveal(models.Model):
    """Somebody looked at the contact of a teller, and why."""

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="reveals")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.by} · {self.reason}"


class RewardStatus(models.TextChoices):
    PROPOSED = "proposed", "待市级审批"
    APPROVED = "approved", "待领取"
    RETURNED = "returned", "未批准"
    PAID = "paid", "已发放"


class Reward(models.Model):
    """Yuan for a tip that was borne out: what the rule says, proposed by one, approved by another.

    `clause` is the rule as it held on the day; what was returned leaves room for one more.
    """

    tip = models.ForeignKey(Tip, models.PROTECT, related_name="rewards")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    fine = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    clause = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=RewardStatus, default=RewardStatus.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["proposed_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tip"], condition=~Q(status="returned"), name="reward_one_a_tip"
            ),
            models.CheckConstraint(
                condition=Q(status__in=RewardStatus.values), name="reward_status_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="reward_decided_by_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"
