"""One walk through the lists, by the enterprise itself or by an expert, with its answers."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.hazards.models import Hazard
from anlan.organizations.models import Organization
from anlan.visits.models.checklists import Checklist, Item, MeasureKey


class Kind(models.TextChoices):
    SELF_CHECK = "self_check", "企业自查"
    EXPERT = "expert", "专家诊疗"


class Outcome(models.TextChoices):
    MET = "met", "合格"
    WANTING = "wanting", "不合格"
    ADVICE = "advice", "建议改进"
    ABSENT = "absent", "不适用"


class Inspection(models.Model):
    """One walk, handed in whole. `nonce` is the phone's number for it: sent again, it is one."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    checklists = models.ManyToManyField(Checklist, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    nonce = models.UUIDField()
    begun_at = models.DateTimeField(help_text="as the device says; never later than handed in")
    handed_in_at = models.DateTimeField()
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["by", "nonce"], name="inspection_handed_in_once"),
            models.CheckConstraint(
                condition=Q(begun_at__lte=F("handed_in_at")),
                name="inspection_begins_before_its_end",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "kind", "handed_in_at"], name="inspection_by_organization"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_kind_display()} {self.handed_in_at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        return f"inspection/{self.uid}"


class Answer(models.Model):
    """What was found on one item; what is wanting became a hazard at once.

    Found again while the hazard of an earlier walk is still open, it may point to that one.
    """

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome)
    place = models.CharField(max_length=100, blank=True)
    words = models.CharField(max_length=500, blank=True)
    photos = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    hazard = models.ForeignKey(Hazard, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["inspection", "item"], name="answer_once_an_item"),
            models.CheckConstraint(
                condition=Q(outcome="wanting", hazard__isnull=False)
                | (~Q(outcome="wanting") & Q(hazard__isnull=True)),
                name="answer_wanting_is_a_hazard",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.get_outcome_display()}"


class Measure(models.Model):
    """Two counts made on a walk, never a rate: people, or steps of the work."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="measures")
    key = models.CharField(max_length=16, choices=MeasureKey)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["inspection", "key"], name="measure_once_a_walk"),
            models.CheckConstraint(
                condition=Q(denominator__gt=0, numerator__lte=F("denominator")),
                name="measure_is_a_part",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.numerator}/{self.denominator}"
