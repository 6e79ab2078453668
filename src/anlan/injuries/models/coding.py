"""Narrative coding (经过编码): what a model offered, what a person chose, and the models."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.injuries.models.cases import Case


class Target(models.TextChoices):
    """What is coded from a narrative: columns of `Case`, in the order in which people are asked."""

    TYPE = "type_code", "事故类别"
    SOURCE = "source_code", "起因物"
    PART = "part_code", "受伤部位"


class CoderStatus(models.TextChoices):
    WAITING = "waiting", "等待训练"
    READY = "ready", "可以启用"
    FAILED = "failed", "未能训练"


class CoderVersion(models.Model):
    """One version of a coder (编码模型): what it codes, from what it learnt, what it was worth.

    `card` are its papers and `file` its numbers, whose SHA-256 is `digest`. In use while
    `used_since` is said and `used_until` is not; the ledger holds earlier times of use. `figures`
    are measured on the later quarter of its cases, before it learnt from them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    target = models.CharField(max_length=12, choices=Target)
    system = models.CharField(max_length=32, help_text="the code list of its labels")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=CoderStatus, default=CoderStatus.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    trained_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    reviewed_rows = models.PositiveIntegerField(default=0)
    synthetic_rows = models.PositiveIntegerField(default=0)
    is_synthetic = models.BooleanField(default=False, help_text="learnt from synthetic narratives")
    card = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    failure = models.CharField(max_length=300, blank=True)
    used_since = models.DateTimeField(null=True, blank=True)
    used_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["target", "system", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["target", "system", "number"], name="coder_number_once"
            ),
            models.UniqueConstraint(
                fields=["target", "system"],
                condition=Q(used_since__isnull=False, used_until__isnull=True),
                name="coder_one_in_use",
            ),
            models.CheckConstraint(
                condition=Q(used_since__isnull=True) | Q(status="ready"),
                name="coder_used_when_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_target_display()} {self.system} 第 {self.number} 版"

    @property
    def subject(self) -> str:
        return f"coder/{self.uid}"

    @property
    def in_use(self) -> bool:
        return self.used_since is not None and self.used_until is None


class SuggestionStatus(models.TextChoices):
    WAITING = "waiting", "待复核"
    APPLIED = "applied", "机器编码"
    REVIEWED = "reviewed", "人工复核"


class Why(models.TextChoices):
    """Why a person is asked."""

    UNSURE = "unsure", "把握不足"
    SAMPLE = "sample", "抽查"
    EVERY = "every", "全部人工复核"
    OLD_LIST = "old_list", "原编码属于旧标准"
    NO_CODER = "no_coder", "还没有启用的模型"
    TAKEN_BACK = "taken_back", "人工退回"


class CodeSuggestion(models.Model):
    """What the coder in use says of one case and target, likeliest first; one row each.

    `former` is the code that stood when it was asked: the question is open while it still stands.
    `for_people`: no machine decides it any more. `held_by` keeps two people from reading the same
    narrative at once. `base_at` is the case's last change that no machine made, kept while the
    machine's code stands.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="suggestions")
    target = models.CharField(max_length=12, choices=Target)
    place = models.PositiveSmallIntegerField(help_text="of the target in the order of asking")
    version = models.ForeignKey(CoderVersion, models.PROTECT, null=True, related_name="suggestions")
    labels = models.JSONField(default=list)
    probabilities = models.JSONField(default=list)
    sure = models.BooleanField(default=False)
    status = models.CharField(
        max_length=8, choices=SuggestionStatus, default=SuggestionStatus.WAITING
    )
    why = models.CharField(max_length=10, choices=Why, blank=True)
    former = models.CharField(max_length=24, blank=True)
    for_people = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    base_at = models.DateTimeField(null=True, blank=True)
    skips = models.PositiveSmallIntegerField(default=0)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "target"], name="suggestion_once_a_target"),
            models.CheckConstraint(
                condition=~Q(status="applied") | Q(version__isnull=False, for_people=False),
                name="suggestion_applied_by_a_coder",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "skips", "case", "place"], name="suggestion_queue"),
            models.Index(fields=["version", "status"], name="suggestion_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.get_target_display()}"


class CodeReview(models.Model):
    """A person's choice for one question; `offered` is what they were shown, likeliest first.

    `place` is the button pressed, 0 for a code found in the list. Undone ones stay and count
    nowhere.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    suggestion = models.ForeignKey(CodeSuggestion, models.CASCADE, related_name="reviews")
    version = models.ForeignKey(CoderVersion, models.PROTECT, null=True, related_name="reviews")
    offered = models.JSONField(default=list)
    sure = models.BooleanField(default=False)
    why = models.CharField(max_length=10, choices=Why, blank=True)
    former = models.CharField(max_length=24, blank=True)
    code = models.CharField(max_length=24)
    place = models.PositiveSmallIntegerField(default=0)
    among = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["suggestion"], condition=Q(undone_at__isnull=True), name="reviewed_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["by", "id"], name="code_review_by_person"),
            models.Index(fields=["version", "at"], name="code_review_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.suggestion} {self.code}"


class Recoding(models.Model):
    """The type of 2025 of a case coded by the list of 1986, where the crosswalk splits the type.

    `Case.type_code` stays as the list of its own day has it. Where the crosswalk leaves one way,
    no row is needed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="recodings")
    former = models.CharField(max_length=24, help_text="the code of 1986 that it was decided from")
    code = models.CharField(max_length=24, help_text="GB 6441-2025")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(undone_at__isnull=True), name="recoded_once"
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(former=""), name="recoded_from_to"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("at")),
                name="recoding_undone_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.former} → {self.code}"
