"""Code lists with validity dates."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from django.db import models


class System(StrEnum):
    """The code lists that the house knows; a new one is a new data file, not a migration."""

    GB_T_2260 = "gb_t_2260"
    GB_T_4754 = "gb_t_4754"
    GB_6441_1986 = "gb_6441_1986"
    GB_6441_2025 = "gb_6441_2025"
    BODY_PART = "gb_6441_body_part"
    INJURY_NATURE = "gb_6441_injury_nature"
    INJURY_SOURCE = "gb_6441_source"
    INJURY_MANNER = "gb_6441_manner"
    UNSAFE_CONDITION = "gb_6441_unsafe_condition"
    UNSAFE_ACT = "gb_6441_unsafe_act"
    INDIRECT_CAUSE = "gb_6442_indirect_cause"
    DISABILITY_GRADE = "gb_t_16180"
    OCCUPATION_ROLE = "occupation_role"
    KEY_INDUSTRY = "key_industry"


class Code(models.Model):
    """One code in one version of its list; ``valid_to`` is the last day, empty while in force."""

    system = models.CharField("代码表", max_length=32)
    code = models.CharField("代码", max_length=32)
    name = models.CharField("名称", max_length=120)
    parent_code = models.CharField("上级代码", max_length=32, blank=True)
    level = models.PositiveSmallIntegerField("层级", default=1)
    valid_from = models.DateField("起用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    sort = models.PositiveIntegerField("排序", default=0)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "代码"
        verbose_name_plural = "代码"
        ordering = ("system", "sort")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "code", "valid_from"], name="codes_one_version_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="codes_valid_to_after_from",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["system", "parent_code", "sort"], name="codes_children")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
