"""Syllabi, 1+N: one common core and trade modules, per industry and role."""

import uuid
from typing import ClassVar

from django.db import models


class ModuleKind(models.TextChoices):
    CORE = "core", "通用"
    SPECIAL = "special", "专项"


class Mode(models.TextChoices):
    OFFLINE = "offline", "线下"
    ONLINE = "online", "线上"


class Module(models.Model):
    """A teachable unit; `risks` are GB/T 6441 codes, `practical` a checklist key or empty."""

    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=ModuleKind)
    hours = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFFLINE)
    risks = models.JSONField(default=list)
    practical = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.title


class Syllabus(models.Model):
    """What one role in one industry is taught, in order."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    industry = models.CharField(max_length=24)
    role = models.CharField(max_length=24)
    hours_required = models.PositiveSmallIntegerField()
    modules = models.ManyToManyField(Module, through="SyllabusModule", related_name="syllabi")

    class Meta:
        verbose_name_plural = "syllabi"

    def __str__(self) -> str:
        return self.title


class SyllabusModule(models.Model):
    """A module's place in a syllabus."""

    syllabus = models.ForeignKey(Syllabus, models.CASCADE, related_name="places")
    module = models.ForeignKey(Module, models.PROTECT, related_name="places")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["order"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["syllabus", "module"], name="module_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.module}"
