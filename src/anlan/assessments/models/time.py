"""What the clock owes a sitting: outages of the server, time granted, answers that came late."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.assessments.models.sittings import Sitting


class Pulse(models.Model):
    """When the platform was last known to be up; the worker writes it every few seconds."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class OutageKind(models.TextChoices):
    """How the server knows: it was silent, or it had to turn phones away."""

    SILENCE = "silence", "停机"
    BUSY = "busy", "无法保存"


class Outage(models.Model):
    """A span in which the server itself could not take answers. Outages never overlap.

    `spread_at` is set once every sitting that was running has been given the time.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=OutageKind)
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="outage_has_length"),
            models.CheckConstraint(
                condition=Q(kind__in=OutageKind.values), name="outage_kind_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["until"], name="outage_by_end"),
            models.Index(
                fields=["id"], condition=Q(spread_at__isnull=True), name="outage_to_spread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M:%S} {self.kind}"

    @property
    def subject(self) -> str:
        return f"outage/{self.uid}"


class TimeGrant(models.Model):
    """Time added to a sitting: for an outage by the platform itself, otherwise by a person."""

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="grants")
    seconds = models.PositiveIntegerField()
    outage = models.ForeignKey(Outage, models.PROTECT, null=True, related_name="grants")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sitting", "outage"], name="outage_granted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} +{self.seconds} s"


class LateAnswer(models.Model):
    """An answer that reached the server after deadline and grace: kept apart, not counted.

    `told_at` is the phone's own clock when the answer was given: material for a reviewer, no proof.
    """

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="late_answers")
    device = models.CharField(max_length=64, blank=True)
    no = models.PositiveSmallIntegerField()
    n = models.BigIntegerField()
    chosen = models.JSONField()
    told_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sitting", "device", "no"], name="late_answer_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} {self.no}"

    @property
    def letters(self) -> str:
        """The shown options by letter."""
        return "".join("ABCDEFGHIJ"[at] for at in self.chosen)
