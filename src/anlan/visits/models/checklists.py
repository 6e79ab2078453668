"""Versions of a checklist: the general one and one for each key industry."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.hazards.models import Grade


class Issue(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已发布"


class MeasureKey(models.TextChoices):
    """What an item counts besides its answer: the numerator's and denominator's words."""

    PPE = "ppe", "劳动防护用品规范佩戴"
    MECHANISATION = "mechanisation", "工序机械化"


class Checklist(models.Model):
    """One version of one list; `industry` is empty for the general one.

    The version in force on a day is the issued one with the latest `valid_from` up to that day.
    What is issued never changes: answers point to its items.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    industry = models.CharField(max_length=24, blank=True)
    number = models.PositiveIntegerField(help_text="counts versions of one industry from 1")
    title = models.CharField("名称", max_length=60)
    status = models.CharField(max_length=8, choices=Issue, default=Issue.DRAFT)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    note = models.CharField("修订说明", max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["industry", "number"], name="checklist_numbered_once"),
            models.UniqueConstraint(
                fields=["industry"], condition=Q(status="draft"), name="checklist_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", valid_from__isnull=True)
                | Q(status="issued", valid_from__isnull=False),
                name="checklist_issued_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.number} 版"

    @property
    def subject(self) -> str:
        return f"checklist/{self.uid}"


class Item(models.Model):
    """One thing to look at. `key` stays the same from version to version, so rounds compare.

    `risk` is an accident type of GB 6441-2025; `weight` 1 to 3; `grade` that of a hazard
    """

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    key = models.SlugField(max_length=48)
    place = models.PositiveSmallIntegerField(help_text="order in the list")
    section = models.CharField("分组", max_length=20)
    text = models.CharField("检查内容", max_length=120)
    how = models.CharField("怎么看", max_length=120, blank=True)
    clause = models.CharField("依据", max_length=120, blank=True)
    risk = models.CharField("可能的伤害", max_length=8)
    grade = models.CharField("不合格时的等级", max_length=8, choices=Grade)
    weight = models.PositiveSmallIntegerField("权重", default=1)
    measure = models.CharField("计数", max_length=16, choices=MeasureKey, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["place", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["checklist", "key"], name="item_once_a_list"),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=3), name="item_weight_of_three"
            ),
        ]

    def __str__(self) -> str:
        return self.text
