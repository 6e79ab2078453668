"""What a tablet carried away, what it wrote on the way, and what became of each record."""

import uuid
from typing import Any, ClassVar

import msgspec
from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.classes.models import TrainingClass
from anlan.foundation.files.models import StoredFile
from anlan.identity.models import Person
from anlan.organizations.models import Organization


class Tablet(models.Model):
    """A device by the key that it made itself and can't give away.

    `key` is its public P-256 point (65 bytes, base64). `next_no` is the first number of its chain
    that has not been judged; what came beyond a gap waits.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="tablets")
    name = models.CharField("平板名称", max_length=40)
    key = models.CharField(max_length=100, unique=True)
    next_no = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> str:
        """How marks and ledger lines name this device: 32 hex digits."""
        return self.uid.hex


class Kit(models.Model):
    """One signed package on one tablet, for one class, until it expires.

    `people` is `{commitment: person id}`; `holds` is `{"registers": […], "sittings": […],
    "practicals": […]}`, uids. `salt` opens nothing: it keeps commitments of two packages apart.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="kits")
    tablet = models.ForeignKey(Tablet, models.PROTECT, related_name="kits")
    salt = models.CharField(max_length=32)
    people = models.JSONField(default=dict)
    holds = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the text that was signed")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True, help_text="the tablet has stored it")

    def __str__(self) -> str:
        return f"{self.klass} · {self.tablet}"


class Kind(models.TextChoices):
    OPENED = "opened", "开启离线包"
    CLOCK = "clock", "平板时钟变动"
    IN = "in", "签到"
    OUT = "out", "签退"
    BEGUN = "begun", "开始答题"
    ANSWER = "answer", "作答"
    HANDED_IN = "handed_in", "交卷"
    PRACTICAL = "practical", "实操评分"


# Records that do something; the others are only to be known.
DEEDS = (Kind.IN, Kind.OUT, Kind.HANDED_IN, Kind.PRACTICAL)


class Fate(models.TextChoices):
    """What became of a record. Every one ends as one of the last three."""

    WAITING = "waiting", "等待"
    APPLIED = "applied", "已登记"
    DUPLICATE = "duplicate", "重复"
    CONFLICT = "conflict", "待核"


class Record(models.Model):
    """One thing that was done offline, as the tablet wrote, chained and signed it.

    `text` is what was signed, to the byte; the columns beside it only find it. `at` is the device's
    time, `received_at` the server's. `steady_at` is what the tablet's uninterrupted clock says
    where its wall clock had jumped. A `fork` is a second record under a number that is taken.
    """

    tablet = models.ForeignKey(Tablet, models.PROTECT, related_name="records")
    kit = models.ForeignKey(Kit, models.PROTECT, related_name="records")
    nonce = models.UUIDField(unique=True)
    no = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    target = models.CharField(max_length=32, blank=True, help_text="hex uid of what it is about")
    text = models.TextField()
    signature = models.CharField(max_length=100)
    hash = models.CharField(max_length=64)
    prev = models.CharField(max_length=64, blank=True)
    boot = models.CharField(max_length=36)
    mono_ms = models.BigIntegerField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    steady_at = models.DateTimeField(null=True, blank=True)
    photo = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the photo it names")
    fork = models.BooleanField(default=False)
    fate = models.CharField(max_length=10, choices=Fate, default=Fate.WAITING)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tablet", "no"], condition=Q(fork=False), name="record_no_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="record_kind_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kit", "fate"], name="record_by_fate"),
            models.Index(fields=["tablet", "target"], name="record_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.tablet} {self.no} {self.get_kind_display()}"

    @property
    def payload(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.text)["payload"]
        return found


class Photo(models.Model):
    """A photo that came for a record, named in it by its hash."""

    tablet = models.ForeignKey(Tablet, models.PROTECT, related_name="photos")
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tablet", "sha256"], name="kit_photo_once"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Delivery(models.Model):
    """One batch that came in: how much of it was new, and what the tablet's clock said then."""

    tablet = models.ForeignKey(Tablet, models.PROTECT, related_name="deliveries")
    at = models.DateTimeField()
    device_at = models.DateTimeField()
    sent = models.PositiveIntegerField()
    new = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.tablet} {self.at:%Y-%m-%d %H:%M}"


class Quarantine(models.Model):
    """Something in a tablet's batch that is not its record: kept as it came, applied never."""

    tablet = models.ForeignKey(Tablet, models.PROTECT, related_name="quarantined")
    text = models.TextField()
    signature = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tablet", "sha256"], name="quarantined_once"),
        ]

    def __str__(self) -> str:
        return self.reason


class Why(models.TextChoices):
    """Why a record could not simply be applied."""

    SIGNED = "signed", "系统里已有不同的签到记录"
    SAT = "sat", "这场考试系统里已有结果"
    MARKED = "marked", "这次实操系统里已有评分"
    OFF_ROSTER = "off_roster", "学员已不在名单上"
    NO_ARRIVAL = "no_arrival", "还没有签到记录"
    LATE = "late", "离线包过期后的记录"
    TIME = "time", "设备时间不合理"
    CLOCK = "clock", "平板时钟跳变"
    CHAIN = "chain", "记录链不连续"
    FORK = "fork", "同一序号有两条记录"
    REVOKED = "revoked", "平板已停用"
    SHAPE = "shape", "内容不完整"
    PHOTO = "photo", "照片没有送达"
    REFUSED = "refused", "按规则不能登记"


class Choice(models.TextChoices):
    """What a person decided. Both versions stay whatever is chosen."""

    SERVER = "server", "以系统记录为准"
    TABLET = "tablet", "采用平板记录"
    STEADY = "steady", "采用推算时间"
    BOTH = "both", "两份都留底"


class Conflict(models.Model):
    """A record that contradicts the server or a rule, with the server's version beside it.

    `ours` is what the server had when the record came, in words to be read:
    `[[label, value], …]`; empty when it had nothing.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.OneToOneField(Record, models.PROTECT, related_name="conflict")
    why = models.CharField(max_length=12, choices=Why)
    words = models.CharField(max_length=300)
    ours = models.JSONField(default=list)
    at = models.DateTimeField()
    choice = models.CharField(max_length=8, choices=Choice, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(choice="") | Q(decided_at__isnull=False), name="kit_choice_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.get_why_display()
