"""Dated rules: every policy number of the platform, with its scope, validity and clause."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Rule(models.Model):
    """A value in force from one day until the day before another.

    `scope` is empty for everybody or a key-industry code; the narrower rule wins.
    """

    key = models.CharField(max_length=64)
    scope = models.CharField(max_length=32, blank=True)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    label = models.CharField("含义", max_length=120)
    clause = models.CharField("依据", max_length=200)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "scope", "valid_from"], name="rule_once_a_day"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.scope} {self.value}"
