"""What somebody outside the house said about a person: the national identity network."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.identity.models.people import Person


class NetworkAnswer(models.TextChoices):
    AGREE = "agree", "一致"
    DIFFER = "differ", "不一致"
    UNKNOWN = "unknown", "查无"
    UNAVAILABLE = "unavailable", "服务不可用"


class NetworkCheck(models.Model):
    """Whether the national identity network knows this name and ID number together.

    `due_at` is when it is asked (again); none when it is answered or given up. What was asked is
    the person's own name and number, kept there alone. Nothing ever waits for the answer; what a
    person at work made of a disagreement stands in `decided_*`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, models.CASCADE, related_name="network_check")
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, choices=NetworkAnswer, blank=True)
    adapter = models.CharField(max_length=60, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField("核对说明", max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(answer__in=["", *NetworkAnswer.values]), name="network_answer_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="network_check_due"
            ),
            models.Index(
                fields=["asked_at"],
                condition=Q(decided_at__isnull=True)
                & Q(answer__in=["differ", "unknown", "unavailable"]),
                name="network_check_to_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_answer_display()}"
