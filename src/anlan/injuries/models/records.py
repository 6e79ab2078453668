"""The three records of a case, each with its own clock; they are never counted together."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.foundation.files.models import StoredFile
from anlan.injuries.models.cases import Case
from anlan.lib.fields import SealedTextField


class Report(models.Model):
    """快报: the first word of an injury, from a phone in two minutes or from a file.

    Due so many hours after the injury was noticed, as the city's dated rule says. `person_name` is
    who was hurt, typed by the reporter; `case.person` is set where it is somebody of the roster.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, models.CASCADE, related_name="report")
    noticed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    person_name = SealedTextField(bound_to="injuries.Report.person_name", blank=True)
    photos = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    nonce = models.UUIDField(default=uuid.uuid4, unique=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["reported_at"], name="report_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.reported_at:%Y-%m-%d}"


class RecognitionOutcome(models.TextChoices):
    RECOGNISED = "recognised", "认定工伤"
    DEEMED = "deemed", "视同工伤"
    REFUSED = "refused", "不予认定"
    TERMINATED = "terminated", "终止"


class RecognitionStatus(models.TextChoices):
    APPLIED = "applied", "已申请"
    PAPERS_ASKED = "papers_asked", "待补正"
    PAPERS_HERE = "papers_here", "材料已补齐"
    DECLINED = "declined", "不予受理"
    ACCEPTED = "accepted", "已受理"
    SUSPENDED = "suspended", "已中止"
    DECIDED = "decided", "已作决定"


class Recognition(models.Model):
    """认定 (工伤保险条例 17-20): applied, papers brought, accepted or declined, suspended, decided.

    The application's own term is 30 days for the employer and one year for the worker. Acceptance
    has 15 days from it, and 15 anew from the papers that were missing (工伤认定办法 8). The
    decision's is 60 days from acceptance, 15 where the facts are clear; suspensions stop the clock.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, models.CASCADE, related_name="recognition")
    status = models.CharField(
        max_length=12, choices=RecognitionStatus, default=RecognitionStatus.APPLIED
    )
    by_employer = models.BooleanField(null=True, blank=True)
    applied_on = models.DateField(null=True, blank=True)
    papers_asked_on = models.DateField(null=True, blank=True)
    papers_complete_on = models.DateField(null=True, blank=True)
    declined_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    clear = models.BooleanField(default=False)
    due_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=RecognitionOutcome, blank=True)
    clause = models.CharField(
        max_length=60, blank=True, help_text="条例 14 (一) and so on; why it was declined"
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_on"], name="recognition_by_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.case} 认定"


class Suspension(models.Model):
    """The decision waits for another authority's conclusion; the clock stands still."""

    recognition = models.ForeignKey(Recognition, models.CASCADE, related_name="suspensions")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.since} {self.reason}"


class AppraisalStatus(models.TextChoices):
    APPLIED = "applied", "鉴定中"
    EXTENDED = "extended", "已延期"
    DECIDED = "decided", "已有结论"


class Appraisal(models.Model):
    """鉴定 by GB/T 16180: grade 1 (worst) to 10, 0 none; a review may follow after one year."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="appraisals")
    no = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(
        max_length=12, choices=AppraisalStatus, default=AppraisalStatus.APPLIED
    )
    applied_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "no"], name="appraisal_once"),
            models.CheckConstraint(
                condition=models.Q(grade__isnull=True) | models.Q(grade__lte=10),
                name="appraisal_grade_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_on"], name="appraisal_by_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.case} 鉴定 {self.no}"
