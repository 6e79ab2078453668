"""Item banks and the items in them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.foundation.files.models import StoredFile
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
    changed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="set when an item is changed in place, so that caches see it",
    )

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
