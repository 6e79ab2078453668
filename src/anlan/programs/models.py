"""Projects that classes are charged to (立项): quota and unit price."""

import uuid
from typing import ClassVar

from django.db import models


class Project(models.Model):
    """A budgeted training project of one year; `unit_price` in yuan per verified attendance."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("项目编号", max_length=40, unique=True)
    title = models.CharField("项目名称", max_length=120)
    industry = models.CharField("行业", max_length=24, blank=True)
    since = models.DateField("开始日期")
    until = models.DateField("结束日期")
    quota_people = models.PositiveIntegerField("计划人次")
    unit_price = models.DecimalField("单价（元/人次）", max_digits=8, decimal_places=2)
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")),
                name="project_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"project/{self.uid}"
