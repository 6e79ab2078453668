"""Who is it really: consent, a face as numbers, checks and their tries.

Pictures stand in `Pictures` alone: sealed, until they have been looked at, a day at most.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.identity.models.people import Person
from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class FaceConsent(models.Model):
    """Somebody agreed to one version of the text about faces, by typing the own name under it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="face_consents")
    version = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64)
    signature = SealedTextField("签名", bound_to="identity.FaceConsent.signature")
    signed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(withdrawn_at__isnull=True),
                name="face_consent_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.version}"


class FaceStatus(models.TextChoices):
    WAITING = "waiting", "正在比对"
    RETAKE = "retake", "需要重拍"
    REVIEW = "review", "待人工核对"
    OPEN = "open", "使用中"
    REFUSED = "refused", "未通过"
    ENDED = "ended", "已销毁"


class Face(models.Model):
    """A face as 128 numbers, sealed, and how it came to be; the numbers are gone when it ends.

    `differences` is sealed JSON: field → [on record, on the card]. `likeness` is base64 of float32.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="faces")
    consent = models.ForeignKey(FaceConsent, models.PROTECT, related_name="faces")
    status = models.CharField(max_length=8, choices=FaceStatus, default=FaceStatus.WAITING)
    likeness = SealedTextField("人脸特征", bound_to="identity.Face.likeness", blank=True)
    kept = models.BooleanField(default=False, help_text="whether `likeness` holds numbers")
    model = models.CharField(max_length=40, blank=True)
    differences = SealedTextField("差异", bound_to="identity.Face.differences", blank=True)
    reasons = models.JSONField(default=list, help_text="codes of vision.advice")
    to_paper = models.FloatField(null=True, blank=True)
    at = models.DateTimeField()
    looks = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField("理由", max_length=200, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=["waiting", "review", "open"]),
                name="face_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["review", "open"]) | Q(kept=False),
                name="face_kept_only_in_use",
            ),
            models.CheckConstraint(
                condition=Q(status__in=FaceStatus.values), name="face_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="face_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_status_display()}"


class Purpose(models.TextChoices):
    EXAM = "exam", "考试"
    SIGN_IN = "sign_in", "签到"
    LESSON = "lesson", "线上学习"


class Route(models.TextChoices):
    FACE = "face", "刷脸"
    MANUAL = "manual", "人工"


class CheckStatus(models.TextChoices):
    OPEN = "open", "待核验"
    PASSED = "passed", "已通过"
    REVIEW = "review", "复核中"
    CONFIRMED = "confirmed", "已确认本人"
    NOT_CONFIRMED = "not_confirmed", "未能确认本人"
    APPEALED = "appealed", "申诉中"
    UPHELD = "upheld", "申诉后仍未能确认"


class How(models.TextChoices):
    DESK = "desk", "当面"
    VIDEO = "video", "视频"


class IdentityCheck(models.Model):
    """Is it the person who sits this exam, signs this session, watches this lesson?

    `subject` is the ledger subject of what it is asked for, `host` whose class managers look,
    `back` the page to return to. Nothing waits for its end: `review` goes on like `passed`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="identity_checks")
    purpose = models.CharField(max_length=8, choices=Purpose)
    subject = models.CharField(max_length=80)
    title = models.CharField(max_length=160, blank=True)
    back = models.CharField(max_length=200, blank=True)
    host = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=13, choices=CheckStatus, default=CheckStatus.OPEN)
    route = models.CharField(max_length=6, choices=Route, blank=True)
    at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_seen = models.BooleanField(default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField("理由", max_length=200, blank=True)
    how = models.CharField("怎样核对", max_length=5, choices=How, blank=True)
    appeal = models.CharField("申诉理由", max_length=300, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "purpose", "subject"], name="identity_check_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=CheckStatus.values), name="identity_check_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="identity_check_by_clock"),
            models.Index(fields=["subject"], name="identity_check_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.get_status_display()}"

    @property
    def goes_on(self) -> bool:
        """Everything but a check that nobody has begun to answer lets the person go on."""
        return self.status != CheckStatus.OPEN

    @property
    def under_review(self) -> bool:
        return self.status in {CheckStatus.REVIEW, CheckStatus.APPEALED}


class FaceTry(models.Model):
    """One challenge before the camera: drawn by the server, good once and for seconds.

    What is kept of it are an outcome, codes and two scores, and in coarse bands how old the person
    is, what device it was and how light; no picture.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_of = models.ForeignKey(IdentityCheck, models.CASCADE, related_name="tries")
    nonce = models.CharField(max_length=48, unique=True)
    steps = models.JSONField(help_text="[[action, at, until]]")
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    reasons = models.JSONField(default=list)
    likeness = models.FloatField(null=True, blank=True)
    live = models.FloatField(null=True, blank=True)
    frames = models.PositiveSmallIntegerField(default=0)
    age_band = models.CharField(max_length=8, blank=True)
    device_band = models.CharField(max_length=8, blank=True)
    light_band = models.CharField(max_length=8, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["posted_at"],
                condition=Q(posted_at__isnull=False, answered_at__isnull=True),
                name="face_try_to_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M:%S} {self.outcome}"


class Pictures(models.Model):
    """Frames and a photographed card on their way to the processes that look; then erased."""

    key = models.CharField(max_length=60, unique=True)
    content = SealedTextField("图片", bound_to="identity.Pictures.content")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "pictures"

    def __str__(self) -> str:
        return self.key
