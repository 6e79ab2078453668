"""Trainers and what came of their classes: the double indicator builds on `Outcome`."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.organizations.models import Organization


class TrainerStatus(models.TextChoices):
    ACTIVE = "active", "在聘"
    RETIRED = "retired", "已退出"


class Trainer(models.Model):
    """Somebody qualified to teach, under one provider."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(Organization, models.PROTECT, related_name="trainers")
    name = models.CharField("姓名", max_length=64)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="trainer"
    )
    industries = models.JSONField(default=list)
    qualification = models.CharField("资格", max_length=120)
    qualified_until = models.DateField("资格有效期至")
    status = models.CharField(max_length=10, choices=TrainerStatus, default=TrainerStatus.ACTIVE)
    is_synthetic = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"trainer/{self.uid}"


class Outcome(models.Model):
    """What one closed class (`occasion`: its uid) says of one trainer. Sums, never bare rates."""

    trainer = models.ForeignKey(Trainer, models.CASCADE, related_name="outcomes")
    occasion = models.UUIDField()
    sat = models.PositiveIntegerField("参加考核人数")
    passed = models.PositiveIntegerField("首考合格人数")
    ratings = models.PositiveIntegerField("评价份数")
    rating_sum = models.PositiveIntegerField("评分合计（1–5）")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["trainer", "occasion"], name="outcome_once"),
        ]

    def __str__(self) -> str:
        return f"{self.trainer} {self.passed}/{self.sat}"
