"""What opens a learner's account."""

from django.db import models


class LoginCode(models.Model):
    """A one-time code sent to a phone. Only its hash is kept, for a few minutes and tries."""

    phone_index = models.CharField(max_length=64, db_index=True)
    code_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
