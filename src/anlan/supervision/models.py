"""监管巡查: doubts that wait for a person, what was asked and decided, spot checks, call-backs."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.classes.models import Enrolment, Session, TrainingClass
from anlan.foundation.files.models import StoredFile
from anlan.organizations.models import Organization


class TicketKind(models.TextChoices):
    HEAD_COUNT = "head_count", "人数不符"
    NO_FACE = "no_face", "录像无人像"
    TRAINER_TWICE = "trainer_twice", "讲师两地授课"
    VENUE_TWICE = "venue_twice", "场地重叠使用"
    DEVICE = "device", "一机多签"
    BURST = "burst", "集中签到"
    PHOTO_TWICE = "photo_twice", "照片相似"
    VIDEO_TWICE = "video_twice", "录像相同"
    ALIKE = "alike", "答卷相似"
    FAST = "fast", "作答过快"
    CAPACITY = "capacity", "超出场地容量"
    SPOT_CHECK = "spot_check", "抽查不符"
    CALL_BACK = "call_back", "回访不符"


class Severity(models.TextChoices):
    HIGH = "high", "重点"
    MIDDLE = "middle", "关注"
    LOW = "low", "提示"


class TicketStatus(models.TextChoices):
    OPEN = "open", "待指派"
    ASSIGNED = "assigned", "核实中"
    ASKED = "asked", "待机构说明"
    EXPLAINED = "explained", "机构已说明"
    CONFIRMED = "confirmed", "认定属实"
    DISMISSED = "dismissed", "已排除"
    CLOSED = "closed", "已结案"


class Ticket(models.Model):
    """A difference that a person looks into: a doubt, never a verdict.

    `key` names the finding: the same one grows `evidence` instead of opening again. `subjects` are
    ledger subjects (session/…, trainer/…). `district` and `industry` say in whose reach it lies.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=16, choices=TicketKind)
    key = models.CharField(max_length=120, unique=True)
    klass = models.ForeignKey(TrainingClass, models.PROTECT, null=True, related_name="+")
    provider = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    district = models.CharField(max_length=12)
    industry = models.CharField(max_length=24, blank=True)
    subjects = models.JSONField(default=list)
    severity = models.CharField(max_length=8, choices=Severity)
    status = models.CharField(max_length=12, choices=TicketStatus, default=TicketStatus.OPEN)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField()
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=TicketStatus.values), name="ticket_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(assignee__isnull=False),
                name="ticket_worked_on_by_somebody",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="ticket_by_clock"),
            models.Index(fields=["klass", "status"], name="ticket_by_class"),
            models.Index(fields=["provider", "status"], name="ticket_by_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"ticket/{self.uid}"


class Evidence(models.Model):
    """One thing that was found, as it was found.

    `facts` ([[label, value]]) and `said` may be shown to the provider that is asked; `inner`
    (thresholds, chances, the other party) is for officials. `links` are [{label, url}]; `pictures`
    [{file, label, own}], where `own` ones belong to the class itself.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="evidence")
    key = models.CharField(max_length=120)
    said = models.CharField(max_length=300)
    facts = models.JSONField(default=list)
    inner = models.JSONField(default=list)
    links = models.JSONField(default=list)
    pictures = models.JSONField(default=list)
    found_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["found_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "key"], name="evidence_once"),
        ]

    def __str__(self) -> str:
        return self.said


class InquiryKind(models.TextChoices):
    EXPLAIN = "explain", "情况说明"
    RECTIFY = "rectify", "整改"


class Inquiry(models.Model):
    """What a provider is asked or told to do, by when, and its one answer."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="inquiries")
    kind = models.CharField(max_length=8, choices=InquiryKind)
    question = models.CharField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="decided without answer")
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="inquiry_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.question


class ConclusionKind(models.TextChoices):
    CONFIRMED = "confirmed", "属实"
    DISMISSED = "dismissed", "排除"


class Conclusion(models.Model):
    """What a reviewer decided and why; a ticket that is opened again gets another."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="conclusions")
    kind = models.CharField(max_length=10, choices=ConclusionKind)
    reason = models.CharField(max_length=500)
    order = models.CharField(max_length=500, blank=True, help_text="the corrective order")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reason}"


class Look(models.Model):
    """When the detectors last went over a class."""

    klass = models.OneToOneField(TrainingClass, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.klass} {self.at:%Y-%m-%d %H:%M}"


class PhotoPrint(models.Model):
    """The perceptual print of a kept photo (`methods.likeness`); empty where none can be made."""

    file = models.OneToOneField(StoredFile, models.CASCADE, related_name="+")
    klass = models.ForeignKey(TrainingClass, models.CASCADE, related_name="+")
    source = models.CharField(max_length=40)
    code = models.CharField(max_length=144, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["klass"], name="print_by_class"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.file}"


class DrawMethod(models.TextChoices):
    RANDOM = "random", "随机"
    RISK = "risk", "按风险"


class Draw(models.Model):
    """Lots for classes of a week, announced before they can be known.

    The announcement's ledger line fixes `weights` ({class number: chance}), the number and the
    rule; the seed is the root of the first checkpoint over that line. So whoever has the public log
    can draw again (`methods.sampling.draw`), and nobody could choose.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    method = models.CharField(max_length=8, choices=DrawMethod)
    district = models.CharField(max_length=12, blank=True)
    monday = models.DateField()
    count = models.PositiveSmallIntegerField()
    weights = models.JSONField()
    reasons = models.JSONField(default=dict, help_text="class number → why its chance is higher")
    entry = models.UUIDField(help_text="the ledger entry of the announcement")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seed = models.CharField(max_length=64, blank=True)
    log_size = models.BigIntegerField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.monday} {self.get_method_display()} {self.count}"

    @property
    def subject(self) -> str:
        return f"draw/{self.uid}"


class CheckStatus(models.TextChoices):
    PLANNED = "planned", "待检查"
    DONE = "done", "已检查"
    CANCELLED = "cancelled", "未检查"


class SpotCheck(models.Model):
    """One visit to one half-day of a drawn class; `answers` is {item key: "yes" | "no" | "na"}."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="checks")
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=CheckStatus, default=CheckStatus.PLANNED)
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveSmallIntegerField(default=0, help_text="of the checklist")
    answers = models.JSONField(default=dict)
    counted = models.PositiveSmallIntegerField(null=True, blank=True)
    signed = models.PositiveSmallIntegerField(null=True, blank=True)
    remark = models.CharField(max_length=500, blank=True)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["draw", "klass"], name="check_once_a_draw"),
            models.CheckConstraint(
                condition=Q(status__in=CheckStatus.values), name="check_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="done")
                | Q(counted__isnull=False, photo__isnull=False, at__isnull=False),
                name="check_done_has_count_and_photo",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.klass} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"spot-check/{self.uid}"


class CallStatus(models.TextChoices):
    WAITING = "waiting", "待回访"
    REACHED = "reached", "已回访"
    NOT_REACHED = "not_reached", "未接通"
    REFUSED = "refused", "不愿受访"


class CallBack(models.Model):
    """A learner drawn to be asked; `answers` is {question key: answer key} of script `version`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="+")
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=CallStatus, default=CallStatus.WAITING)
    version = models.PositiveSmallIntegerField(default=0, help_text="of the script")
    answers = models.JSONField(default=dict)
    tries = models.PositiveSmallIntegerField(default=0)
    remark = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=CallStatus.values), name="call_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="call_by_clock"),
            models.Index(fields=["klass", "status"], name="call_by_class"),
        ]

    def __str__(self) -> str:
        return f"{self.klass} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"call-back/{self.uid}"
