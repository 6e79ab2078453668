"""One injury of one person, however many records speak of it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.identity.models import Person
from anlan.injuries.models.imports import Batch, EmployerName, Source
from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class Circumstance(models.TextChoices):
    """How it belongs to work (工伤保险条例 14, 15): never counted together where rates are made."""

    WORK = "work", "工作时间和场所内"
    AWAY = "away", "因工外出"
    COMMUTING = "commuting", "上下班途中"
    SUDDEN_DEATH = "sudden_death", "突发疾病死亡"
    DISEASE = "disease", "职业病"
    OTHER = "other", "其他"
    UNKNOWN = "unknown", "未说明"


class Severity(models.TextChoices):
    """GB/T 6441-1986: 轻伤 under 105 lost days, 重伤 from 105 on, 死亡."""

    MINOR = "minor", "轻伤"
    SERIOUS = "serious", "重伤"
    DEATH = "death", "死亡"
    UNKNOWN = "unknown", "未说明"


class Case(models.Model):
    """The injury itself, coded. 快报, 认定 and 鉴定 are records of it, counted apart.

    Codes are of the list in force on `injured_on`; an empty code is not known. `source_key` names
    the row of its source, so that reading a file again finds it. `known_at` is when the platform
    first heard of it. Rows of an undone batch are `withdrawn_at` and count nowhere.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="cases")
    source_key = models.CharField(max_length=120, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="cases")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="cases")
    employer_name = models.CharField(max_length=200, blank=True)
    named_by = models.ForeignKey(EmployerName, models.PROTECT, null=True, related_name="cases")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="cases")
    injured_on = models.DateField()
    injured_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    district = models.CharField(max_length=12, blank=True)
    industry = models.CharField(max_length=24, blank=True, help_text="GB/T 4754")
    key_industry = models.CharField(max_length=24, blank=True)
    occupation = models.CharField(max_length=24, blank=True)
    trade = models.CharField(max_length=60, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    age = models.PositiveSmallIntegerField(null=True, blank=True)
    tenure_months = models.PositiveSmallIntegerField(null=True, blank=True)
    circumstance = models.CharField(
        max_length=14, choices=Circumstance, default=Circumstance.UNKNOWN
    )
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.UNKNOWN)
    lost_days = models.PositiveIntegerField(null=True, blank=True)
    type_code = models.CharField(max_length=24, blank=True, help_text="accident type")
    part_code = models.CharField(max_length=24, blank=True)
    nature_code = models.CharField(max_length=24, blank=True)
    source_code = models.CharField(max_length=24, blank=True, help_text="起因物")
    manner_code = models.CharField(max_length=24, blank=True)
    act_code = models.CharField(max_length=24, blank=True, help_text="unsafe act")
    condition_code = models.CharField(max_length=24, blank=True, help_text="unsafe condition")
    narrative = SealedTextField(bound_to="injuries.Case.narrative", blank=True)
    known_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~Q(source_key="") & Q(withdrawn_at__isnull=True),
                name="case_once_a_source",
            ),
            models.CheckConstraint(
                condition=Q(injured_hour__isnull=True) | Q(injured_hour__lt=24),
                name="case_hour_of_a_day",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["injured_on"], name="case_by_day"),
            models.Index(fields=["organization", "injured_on"], name="case_by_organization"),
            models.Index(fields=["district", "injured_on"], name="case_by_district"),
            models.Index(fields=["batch"], name="case_by_batch"),
            models.Index(fields=["changed_at"], name="case_by_change"),
            models.Index(fields=["id"], condition=Q(type_code=""), name="case_without_type"),
            models.Index(fields=["id"], condition=Q(source_code=""), name="case_without_source"),
            models.Index(fields=["id"], condition=Q(part_code=""), name="case_without_part"),
        ]

    def __str__(self) -> str:
        return f"{self.injured_on} {self.employer_name}"

    @property
    def subject(self) -> str:
        return f"injury/{self.uid}"


class CaseVersion(models.Model):
    """What a case said until it was changed: every figure can be computed as it was known then.

    `values` are the fields that changed, as they stood; the first version has `replaced_at` of the
    first change. A case that never changed has none.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="versions")
    values = models.JSONField()
    since = models.DateTimeField()
    replaced_at = models.DateTimeField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["replaced_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["replaced_at"], name="case_version_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.replaced_at:%Y-%m-%d}"


class NarrativeRead(models.Model):
    """Somebody opened a case's narrative or photos: once a person, case and day."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="narrative_reads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "by", "day"], name="narrative_read_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.by} {self.day}"
