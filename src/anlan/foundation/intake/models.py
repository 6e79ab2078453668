"""What the intake keeps: answers already given, and passes that no longer count."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Answered(models.Model):
    """The answer to a request, kept under its idempotency key so that a repeat gets it again.

    `key` is a SHA-256 over endpoint, user and the caller's key; a job forgets old rows.
    """

    key = models.BinaryField(max_length=32, unique=True)
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="answered_by_age")
        ]

    def __str__(self) -> str:
        return bytes(self.key).hex()[:12]


class Cutoff(models.Model):
    """Passes of a user that were issued before this moment open nothing any more."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    before = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} {self.before}"


class EndedSession(models.Model):
    """Passes that went with this browser session open nothing any more (`passes.mark`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    mark = models.CharField(max_length=16, unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="ended_session_by_age")
        ]

    def __str__(self) -> str:
        return self.mark
