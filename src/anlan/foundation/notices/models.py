"""Telling people: a notice on their desk, a text message by adapter."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.lib.fields import SealedTextField

MOST_TRIES = 5


class Notice(models.Model):
    """A line on somebody's desk or phone. `dedupe` keeps the same fact from being told twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    dedupe = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "dedupe"], name="notice_told_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-at"], name="notice_by_user"),
        ]

    def __str__(self) -> str:
        return self.title


class TextMessage(models.Model):
    """A message waiting for, or sent by, the SMS adapter. The number is sealed."""

    phone = SealedTextField(bound_to="notices.TextMessage.phone")
    text = models.CharField(max_length=300)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["at"], condition=models.Q(sent_at__isnull=True), name="sms_unsent"
            ),
        ]

    def __str__(self) -> str:
        return self.text
