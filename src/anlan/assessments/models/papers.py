"""Rules for papers, and what use has shown about items."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.assessments.models.banks import Item


class PaperRule(models.Model):
    """What a paper for an industry and a role must hold, from one day until the day before another.

    `counts` is kind → questions; `risks` is `[{"risk", "kind", "least"}]` (an empty kind: any);
    `difficulty` is level → percent of each kind, empty for no matter. `role` empty: for everybody.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=60)
    industry = models.CharField(max_length=24, blank=True)
    role = models.CharField(max_length=24, blank=True)
    counts = models.JSONField()
    weights = models.JSONField()
    risks = models.JSONField(default=list)
    difficulty = models.JSONField(default=dict)
    minutes = models.PositiveSmallIntegerField()
    pass_mark = models.DecimalField(max_digits=5, decimal_places=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["industry", "role", "valid_from"], name="paper_rule_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="paper_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"paper_rule/{self.uid}"


class ItemFigures(models.Model):
    """How an item did in the sittings of the last months. Derived: it may be thrown away.

    `difficulty` is the share that got it right, `discrimination` the corrected item–total
    correlation; `options` is `[{"chosen", "strong", "weak", "correlation"}]` in the item's order.
    """

    item = models.OneToOneField(Item, models.CASCADE, related_name="figures")
    answers = models.PositiveIntegerField()
    difficulty = models.FloatField()
    discrimination = models.FloatField(null=True)
    options = models.JSONField(default=list)
    miskey = models.BooleanField(default=False)
    flags = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["miskey", "discrimination"], name="figures_by_doubt"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.difficulty:.2f}"
