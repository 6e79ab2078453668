"""The back of somebody's resident ID card: until when it is valid, and what a person should know.

The photograph stands in `Pictures` until it has been looked at. Authority and first day are kept
sealed for hours only, so that a person can be shown them.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.identity.models.people import Person
from anlan.lib.fields import SealedTextField


class BackStatus(models.TextChoices):
    WAITING = "waiting", "正在读取"
    RETAKE = "retake", "需要重拍"
    READ = "read", "已读取"


class CardBack(models.Model):
    """One for each person; photographed again, it is the same row.

    `valid_until` is YYYY-MM-DD or 长期, `told` sealed JSON (authority, valid_from) until it is
    forgotten, `doubts` and `reasons` are codes of vision.advice.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, models.CASCADE, related_name="card_back")
    status = models.CharField(max_length=7, choices=BackStatus, default=BackStatus.WAITING)
    valid_until = SealedTextField("有效期至", bound_to="identity.CardBack.valid_until", blank=True)
    told = SealedTextField("签发", bound_to="identity.CardBack.told", blank=True)
    kept_until = models.DateTimeField(null=True, blank=True, help_text="when `told` is forgotten")
    doubts = models.JSONField(default=list)
    reasons = models.JSONField(default=list, help_text="why it must be photographed again")
    at = models.DateTimeField()
    looks = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=BackStatus.values), name="card_back_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], condition=Q(status="waiting"), name="card_back_to_answer"),
            models.Index(
                fields=["kept_until"],
                condition=Q(kept_until__isnull=False),
                name="card_back_to_forget",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_status_display()}"
