"""Item banks, the items in them, and the files that items come from."""

import uuid
from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.models import StoredFile
from anlan.organizations.models import Organization


class ItemKind(models.TextChoices):
    SINGLE = "single", "单选题"
    MULTIPLE = "multiple", "多选题"
    JUDGE = "judge", "判断题"


class ItemStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    REVIEW = "review", "待审核"
    IN_USE = "in_use", "在用"
    RETIRED = "retired", "停用"


class Difficulty(models.IntegerChoices):
    EASY = 1, "易"
    MIDDLE = 2, "中"
    HARD = 3, "难"


class Bank(models.Model):
    """A collection of items with one owner (none: the city's own)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=100)
    owner = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="banks")
    source = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    revision = models.PositiveIntegerField(
        default=0, help_text="grows when items change in place, so that caches see it"
    )

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"bank/{self.uid}"


class Item(models.Model):
    """One question. `answer` holds 0-based option positions; it never leaves the server early.

    `fingerprint` is a hash of the normalised stem, options and picture: the same item is kept once
    a bank in each version. What was ever in use is never changed: a new `version` `replaces` it.
    `risk` is a GB/T 6441-1986 code, as in the modules of the syllabus.
    """

    bank = models.ForeignKey(Bank, models.CASCADE, related_name="items")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=ItemKind)
    stem = models.TextField()
    options = models.JSONField()
    answer = models.JSONField()
    image = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="items"
    )
    explanation = models.TextField(blank=True)
    basis = models.CharField(max_length=200, blank=True)
    risk = models.CharField(max_length=4, blank=True)
    industry = models.CharField(max_length=24, blank=True)
    topic = models.CharField(max_length=60, blank=True)
    difficulty = models.PositiveSmallIntegerField(default=2)
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=ItemStatus, default=ItemStatus.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="versions"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=200, blank=True, help_text="why it was sent back")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bank", "key"], name="item_key_once"),
            models.UniqueConstraint(
                fields=["bank", "fingerprint", "version"], name="item_version_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="item_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=ItemStatus.values), name="item_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ItemStatus.RETIRED, retired_at__isnull=False)
                | (~Q(status=ItemStatus.RETIRED) & Q(retired_at__isnull=True)),
                name="item_retired_with_its_time",
            ),
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

    @property
    def risk_label(self) -> str:
        return code_name(System.GB_6441_1986, self.risk) if self.risk else ""

    @property
    def difficulty_label(self) -> str:
        return Difficulty(self.difficulty).label

    @property
    def may_change(self) -> bool:
        """Nobody has sat it yet: the words themselves may still be changed."""
        return self.status in {ItemStatus.DRAFT, ItemStatus.REVIEW}


class CodeKind(models.TextChoices):
    ROLE = "role", "培训对象"
    TRADE = "trade", "工种"


class ItemCode(models.Model):
    """Whom an item is for: an occupation role, or a trade in the trade's own word; several each."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="codes")
    kind = models.CharField(max_length=8, choices=CodeKind)
    code = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "kind", "code"], name="item_code_once"),
            models.CheckConstraint(condition=Q(kind__in=CodeKind.values), name="item_code_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "code"], name="item_code_by_code"),
        ]

    def __str__(self) -> str:
        return self.code


class KeptPair(models.Model):
    """Two items that read alike and were both kept by somebody who looked at them."""

    first = models.ForeignKey(Item, models.CASCADE, related_name="+")
    second = models.ForeignKey(Item, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["first", "second"], name="kept_pair_once"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} · {self.second_id}"


class BankUploadStatus(models.TextChoices):
    UPLOADED = "uploaded", "等待读取"
    READ = "read", "待确认"
    CONFIRMED = "confirmed", "正在导入"
    DONE = "done", "已导入"
    DISCARDED = "discarded", "已放弃"
    FAILED = "failed", "读不出来"


class BankUpload(models.Model):
    """A bank file on its way in: what is new, the same, near to another, and refused for what.

    Nothing of it is in the bank before it is confirmed. Every row of the file is new, the same or
    a problem: `rows_total` is their sum. `preview` holds `near` (new rows that read like another)
    and `sample` (the first new ones), for the page.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(Bank, models.CASCADE, related_name="uploads")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=10, choices=BankUploadStatus, default=BankUploadStatus.UPLOADED
    )
    industry = models.CharField(max_length=24, blank=True)
    format = models.CharField(max_length=10, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_near = models.PositiveIntegerField(default=0)
    take_near = models.BooleanField(default=True)
    preview = models.JSONField(default=dict)
    problems = models.JSONField(default=list, help_text="[{sheet, row, text}]")
    failure = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=BankUploadStatus.values), name="bank_upload_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="bank_upload_by_status"),
        ]

    def __str__(self) -> str:
        return self.file.name

    @property
    def rows_bad(self) -> int:
        return len(self.problems)

    @property
    def near(self) -> Iterator[dict[str, object]]:
        return iter(self.preview.get("near", ()))
