"""What is said about a sitting by machines and people: events, reviews, appeals, changed scores."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.assessments.models.banks import Item
from anlan.assessments.models.sittings import Sitting


class EventKind(models.TextChoices):
    """`focus_*`, `offline` and `online` come from the phone, the others from the server."""

    FOCUS_LOST = "focus_lost", "切出页面"
    FOCUS_BACK = "focus_back", "返回页面"
    OFFLINE = "offline", "断网"
    ONLINE = "online", "恢复联网"
    SECOND_DEVICE = "second_device", "在另一台设备打开"
    LATE_ANSWER = "late_answer", "答案晚到"
    TIME_GRANTED = "time_granted", "补时"
    ON_TABLET = "on_tablet", "改用考场平板"
    ON_PAPER = "on_paper", "改用纸质试卷"


class SittingEvent(models.Model):
    """Something that happened around a sitting; a fact for people to weigh, never a verdict.

    `at` is the server's time, `device_at` what the device's own clock said; `client` is the
    device's name for it, so that a repeat is stored once.
    """

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=16, choices=EventKind)
    client = models.CharField(max_length=48)
    at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sitting", "client"], name="sitting_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%H:%M:%S}"


class EventTally(models.Model):
    """How many events of one sitting were not kept, and whether what was kept has been weighed.

    Its row is the lock under which events of the sitting are written.
    """

    sitting = models.OneToOneField(Sitting, models.CASCADE, related_name="tally")
    dropped = models.PositiveIntegerField(default=0)
    weighed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "event tallies"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["id"], condition=Q(weighed_at__isnull=True), name="tally_unweighed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.sitting)


class ReviewStatus(models.TextChoices):
    WAITING = "waiting", "待复核"
    ASKED = "asked", "待学员说明"
    HEARD = "heard", "学员已说明"
    NORMAL = "normal", "正常"
    RETAKE = "retake", "建议重考"


class SittingReview(models.Model):
    """A sitting that a person should look at. The learner is heard before anything is taken."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.OneToOneField(Sitting, models.PROTECT, related_name="review")
    status = models.CharField(max_length=8, choices=ReviewStatus, default=ReviewStatus.WAITING)
    reasons = models.JSONField(help_text="sentences that say why it is on the list")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    question = models.CharField("请学员说明", max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)
    answer_due = models.DateTimeField(null=True)
    words = models.CharField("学员的说明", max_length=500, blank=True)
    heard_at = models.DateTimeField(null=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=ReviewStatus.values), name="sitting_review_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "opened_at"], name="sitting_review_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} {self.get_status_display()}"


class AppealStatus(models.TextChoices):
    OPEN = "open", "待答复"
    UPHELD = "upheld", "维持"
    CORRECTED = "corrected", "已更正"


class Appeal(models.Model):
    """A learner's objection to a result (`no` 0) or to question `no` of the own paper."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="appeals")
    no = models.PositiveSmallIntegerField(default=0)
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="appeals")
    words = models.CharField("申诉理由", max_length=500)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=AppealStatus, default=AppealStatus.OPEN)
    answer = models.CharField("答复", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=AppealStatus.values), name="appeal_status_known"
            ),
            models.UniqueConstraint(
                fields=["sitting", "no"],
                condition=Q(status=AppealStatus.OPEN),
                name="appeal_open_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="appeal_by_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} {self.about}"

    @property
    def about(self) -> str:
        return f"第 {self.no} 题" if self.no else "成绩"

    @property
    def subject(self) -> str:
        return self.sitting.subject


class KeyCorrection(models.Model):
    """The key of an item was wrong and is right now; positions as in `Item.answer`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="corrections")
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=300)
    appeal = models.OneToOneField(Appeal, models.PROTECT, null=True, related_name="correction")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item} {self.before} → {self.after}"


class ScoreCause(models.TextChoices):
    KEY = "key", "答案更正"
    VOIDED = "voided", "成绩作废"
    RESTORED = "restored", "成绩恢复"


class ScoreState(models.TextChoices):
    APPLIED = "applied", "已执行"
    HELD = "held", "待决定"
    KEPT = "kept", "保留原成绩"


class ScoreChange(models.Model):
    """A score before and after. What would lower a pass is held until a person decides."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="score_changes")
    cause = models.CharField(max_length=10, choices=ScoreCause)
    state = models.CharField(max_length=8, choices=ScoreState, default=ScoreState.APPLIED)
    correction = models.ForeignKey(
        KeyCorrection, models.PROTECT, null=True, related_name="score_changes"
    )
    score_before = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    passed_before = models.BooleanField(null=True)
    score_after = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    passed_after = models.BooleanField(null=True)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sitting", "correction"],
                condition=Q(correction__isnull=False),
                name="score_change_once_a_correction",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["sitting"], condition=Q(state=ScoreState.HELD), name="score_change_held"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} {self.score_before} → {self.score_after}"
