"""Being out for a while, and asking to stay away."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.attendance.models.registers import Register
from anlan.identity.models import Person


class Pause(models.Model):
    """Somebody who has signed in goes out and comes back; `back_at` none while still out.

    Of several in one register only the sum counts, at the sign-out (`Mark.away`).
    """

    register = models.ForeignKey(Register, models.PROTECT, related_name="pauses")
    person = models.ForeignKey(Person, models.PROTECT, related_name="pauses")
    out_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True)
    nonce = models.UUIDField(default=uuid.uuid4, unique=True)
    back_nonce = models.UUIDField(null=True, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["out_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["register", "person"],
                condition=Q(back_at__isnull=True),
                name="pause_open_once",
            ),
            models.CheckConstraint(
                condition=Q(back_at__isnull=True) | Q(back_at__gte=F("out_at")),
                name="pause_back_after_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.out_at}"


class LeaveStatus(models.TextChoices):
    ASKED = "asked", "待批"
    GRANTED = "granted", "已准假"
    REFUSED = "refused", "未准假"
    WITHDRAWN = "withdrawn", "已撤回"


class Leave(models.Model):
    """A request to stay away from one register; granted, it explains the absence and is no 学时."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    register = models.ForeignKey(Register, models.PROTECT, related_name="leaves")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leaves")
    reason = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=LeaveStatus, default=LeaveStatus.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decision_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["register", "person"],
                condition=Q(status__in=["asked", "granted"]),
                name="leave_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_status_display()}"

    @property
    def stands(self) -> bool:
        """Asked or granted: there is nothing to ask again."""
        return self.status in (LeaveStatus.ASKED, LeaveStatus.GRANTED)
