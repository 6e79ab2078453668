"""Whose phone is whose."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.identity.models import Person


class Device(models.Model):
    """The phone that a person signs with: bound at the first use, until it is released.

    `index` is a keyed hash of the device's cookie; the cookie can't be made from it. `label` is
    what the browser says it runs on.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="devices")
    index = models.CharField(max_length=64)
    label = models.CharField(max_length=40, blank=True)
    bound_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-bound_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(released_at__isnull=True), name="device_own_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["index"], name="device_by_index"),
        ]

    def __str__(self) -> str:
        return self.label or "手机"
