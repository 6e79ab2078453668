"""Seats that enterprises book in a class, and who waits for one."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.classes.models import TrainingClass
from anlan.organizations.models import Organization


class BookingStatus(models.TextChoices):
    CONFIRMED = "confirmed", "已确认"
    WAITING = "waiting", "候补中"
    CANCELLED = "cancelled", "已取消"


class Booking(models.Model):
    """An enterprise's seats in a class; the wait-list goes by `asked_at`, whole bookings only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="bookings")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="bookings")
    seats = models.PositiveSmallIntegerField("座位数")
    status = models.CharField(max_length=10, choices=BookingStatus)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["klass", "organization"],
                condition=~Q(status="cancelled"),
                name="booking_open_once",
            ),
            models.CheckConstraint(condition=Q(seats__gt=0), name="booking_has_seats"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["klass", "status", "asked_at"], name="booking_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} × {self.seats}"

    @property
    def subject(self) -> str:
        return f"booking/{self.uid}"
