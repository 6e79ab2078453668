"""What an enterprise says of itself, with proof: 未核实 until the district has looked."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.organizations.models import Organization


class Stand(models.TextChoices):
    DECLARED = "declared", "待核实"
    VERIFIED = "verified", "已核实"
    RETURNED = "returned", "已退回"


class Declaration(models.Model):
    """What every declaration shares. `status` moves only along `states.DECLARATION_STEPS`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Stand, default=Stand.DECLARED)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    is_synthetic = models.BooleanField(default=False)

    KEY: ClassVar[str] = ""  # its name in addresses and ledger lines

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        return f"{self.KEY}/{self.uid}"


def _known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(status__in=Stand.values), name=name)


class Drill(Declaration):
    """异常工况应急演练: how long people needed for a scenario, how long they may need (seconds)."""

    held_on = models.DateField("演练日期")
    scenario = models.CharField("异常工况", max_length=100)
    seconds_needed = models.PositiveIntegerField("实际用时（秒）")
    seconds_wanted = models.PositiveIntegerField("要求用时（秒）")
    people = models.PositiveIntegerField("参演人数")
    witness = models.CharField("见证人", max_length=60, help_text="name and post; masked elsewhere")

    KEY = "drill"

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _known("drill_status_known"),
            models.CheckConstraint(
                condition=Q(seconds_needed__gt=0, seconds_wanted__gt=0, people__gt=0),
                name="drill_figures_positive",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "held_on"], name="drill_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.scenario}"

    @property
    def in_time(self) -> bool:
        return self.seconds_needed <= self.seconds_wanted


class Spending(Declaration):
    """安全投入 of one year in yuan: what was to be set aside by the measure, what was spent."""

    year = models.PositiveSmallIntegerField("年度")
    prescribed = models.DecimalField("应提取金额（元）", max_digits=14, decimal_places=2)
    spent = models.DecimalField("实际使用金额（元）", max_digits=14, decimal_places=2)
    basis = models.CharField("计提依据", max_length=200)

    KEY = "spending"

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _known("spending_status_known"),
            models.UniqueConstraint(fields=["organization", "year"], name="spending_once_a_year"),
            models.CheckConstraint(
                condition=Q(prescribed__gt=0, spent__gte=0), name="spending_figures_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.spent}"


class Shutdown(Declaration):
    """检修期: days in which plant is opened and mended, when most is risked."""

    since = models.DateField("开始")
    until = models.DateField("结束")
    what = models.CharField("检修内容", max_length=200)

    KEY = "shutdown"

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _known("shutdown_status_known"),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="shutdown_ends_after_it_begins"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "until"], name="shutdown_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.since}–{self.until} {self.what}"


class MeasureKey(models.TextChoices):
    PPE = "ppe", "防护用品规范佩戴"
    MECHANISATION = "mechanisation", "机械化作业"


class DeclaredMeasure(Declaration):
    """A share that the enterprise has counted itself, where no expert has counted it."""

    key = models.CharField("指标", max_length=16, choices=MeasureKey)
    numerator = models.PositiveIntegerField("符合的")
    denominator = models.PositiveIntegerField("清点的总数")
    on = models.DateField("清点日期")
    note = models.CharField("怎样清点的", max_length=200)

    KEY = "measure"

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _known("measure_status_known"),
            models.CheckConstraint(
                condition=Q(key__in=MeasureKey.values), name="measure_key_known"
            ),
            models.CheckConstraint(
                condition=Q(denominator__gt=0, numerator__lte=F("denominator")),
                name="measure_is_a_share",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "key", "on"], name="measure_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()} {self.on}"


class Proof(models.Model):
    """A photo, film or paper that shows what was declared; of exactly one declaration."""

    drill = models.ForeignKey(Drill, models.CASCADE, null=True, related_name="proofs")
    spending = models.ForeignKey(Spending, models.CASCADE, null=True, related_name="proofs")
    shutdown = models.ForeignKey(Shutdown, models.CASCADE, null=True, related_name="proofs")
    measure = models.ForeignKey(DeclaredMeasure, models.CASCADE, null=True, related_name="proofs")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(drill__isnull=False)
                | Q(spending__isnull=False)
                | Q(shutdown__isnull=False)
                | Q(measure__isnull=False),
                name="proof_of_something",
            ),
        ]

    def __str__(self) -> str:
        return self.file.name
