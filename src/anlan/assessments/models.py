"""Item banks, papers drawn from them, sittings, and practical checks. Knows no class."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.foundation.files.models import StoredFile
from anlan.identity.models import Person
from anlan.organizations.models import Organization


class ItemKind(models.TextChoices):
    SINGLE = "single", "单选题"
    MULTIPLE = "multiple", "多选题"
    JUDGE = "judge", "判断题"


class Bank(models.Model):
    """A collection of items with one owner (none: the city's own)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=100)
    owner = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="banks")
    source = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"bank/{self.uid}"


class Item(models.Model):
    """One question. `answer` holds 0-based option positions; it never leaves the server early.

    `fingerprint` is a hash of the normalised stem and options: the same item is kept once a bank.
    """

    bank = models.ForeignKey(Bank, models.CASCADE, related_name="items")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=ItemKind)
    stem = models.TextField()
    options = models.JSONField()
    answer = models.JSONField()
    explanation = models.TextField(blank=True)
    basis = models.CharField(max_length=200, blank=True)
    risk = models.CharField(max_length=4, blank=True)
    industry = models.CharField(max_length=24, blank=True)
    topic = models.CharField(max_length=60, blank=True)
    difficulty = models.PositiveSmallIntegerField(default=2)
    fingerprint = models.CharField(max_length=64)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bank", "key"], name="item_key_once"),
            models.UniqueConstraint(fields=["bank", "fingerprint"], name="item_once"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="item_kind_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["industry", "kind"], name="item_by_industry"),
        ]

    def __str__(self) -> str:
        return self.stem[:40]

    @property
    def lettered(self) -> list[tuple[str, str, bool]]:
        """(letter, option, is right), for those who keep the bank."""
        return [
            ("ABCDEFGHIJ"[at], option, at in self.answer) for at, option in enumerate(self.options)
        ]

    @property
    def answer_letters(self) -> str:
        return "".join(letter for letter, _, right in self.lettered if right)


class BankUpload(models.Model):
    """A bank file that was read: what came in, what was the same, which rows were refused why."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(Bank, models.CASCADE, related_name="uploads")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    rows_total = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="[{sheet, row, text}]")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file.name


class SittingStatus(models.TextChoices):
    READY = "ready", "待考"
    STARTED = "started", "考试中"
    SUBMITTED = "submitted", "已交卷"
    LAPSED = "lapsed", "未参加"
    VOID = "void", "已作废"


class Sitting(models.Model):
    """One person's one try at a theory paper, with the rules it was drawn by frozen in it.

    `questions` is `[{"item": id, "order": [option positions]}]`, drawn at the start; `answers` is
    `{"<question no>": [shown positions]}`. Score is out of 100.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="sittings")
    title = models.CharField(max_length=120)
    industry = models.CharField(max_length=24, blank=True)
    owner = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="whose own banks are drawn from beside the city's",
    )
    composition = models.JSONField()
    weights = models.JSONField()
    minutes = models.PositiveSmallIntegerField()
    pass_mark = models.DecimalField(max_digits=5, decimal_places=1)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    avoid = models.JSONField(default=list, help_text="item ids of an earlier sitting")
    status = models.CharField(max_length=10, choices=SittingStatus, default=SittingStatus.READY)
    questions = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    device = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=SittingStatus.values), name="sitting_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "deadline"], name="sitting_by_deadline"),
            models.Index(fields=["status", "closes_at"], name="sitting_by_close"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"sitting/{self.uid}"


class Checklist(models.Model):
    """A weighted practical checklist: `items` = [{key, text, weight, critical, photo}]."""

    key = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=100)
    industry = models.CharField(max_length=24, blank=True)
    risk = models.CharField(max_length=4, blank=True)
    basis = models.CharField(max_length=200, blank=True)
    pass_mark = models.PositiveSmallIntegerField(default=80)
    items = models.JSONField()

    def __str__(self) -> str:
        return self.title


class Practical(models.Model):
    """One person's one practical check by an examiner, with a compulsory photo.

    `marks` is `{item key: true | false}`; failing a critical item fails the whole.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="practicals")
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+")
    opens_at = models.DateTimeField()
    marks = models.JSONField(default=dict)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    examiner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(null=True, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    remark = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.checklist}"

    @property
    def subject(self) -> str:
        return f"practical/{self.uid}"
