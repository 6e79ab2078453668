"""Places and equipment to train in."""

import uuid

from django.db import models

from anlan.organizations.models import Organization


class VenueKind(models.TextChoices):
    CLASSROOM = "classroom", "理论教室"
    GROUND = "ground", "实训场地"
    SITE = "site", "企业现场"


class Venue(models.Model):
    """A room or ground of a provider, or an enterprise's own place for a make-up at its door."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Organization, models.PROTECT, related_name="venues")
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("类型", max_length=12, choices=VenueKind, default=VenueKind.CLASSROOM)
    district = models.CharField("区县", max_length=12)
    address = models.CharField("地址", max_length=200)
    area_m2 = models.DecimalField("面积（㎡）", max_digits=7, decimal_places=1)
    equipment = models.JSONField("设备", default=list)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"venue/{self.uid}"
