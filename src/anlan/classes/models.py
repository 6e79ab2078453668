"""A training class (一期) from application to close."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from anlan.assessments.models import Practical, Sitting
from anlan.attendance.models import Register
from anlan.courses.models import Mode, Module, Syllabus
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.models import StoredFile
from anlan.identity.models import Person
from anlan.organizations.models import Organization
from anlan.programs.models import Project
from anlan.recordings.models import LiveRecording, Recording
from anlan.resources.models import Venue
from anlan.trainers.models import Trainer


class Status(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待区县审核"
    REVIEWED = "reviewed", "待市级审批"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "报名中"
    RUNNING = "running", "进行中"
    CLOSED = "closed", "已结班"
    CANCELLED = "cancelled", "已取消"


class TrainingClass(models.Model):
    """One class. `status` moves only by `lib.states.advance` along `states.STEPS`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("班号", max_length=24, unique=True)
    title = models.CharField("班名", max_length=100)
    provider = models.ForeignKey(Organization, models.PROTECT, related_name="classes")
    project = models.ForeignKey(Project, models.PROTECT, related_name="classes")
    syllabus = models.ForeignKey(Syllabus, models.PROTECT, related_name="classes")
    district = models.CharField("区县", max_length=12)
    industry = models.CharField("重点行业", max_length=24)
    quota = models.PositiveSmallIntegerField("名额")
    equipment = models.CharField("设备", max_length=200, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)
    search = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name_plural = "training classes"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="class_status_known"
            ),
            models.CheckConstraint(condition=Q(quota__gt=0), name="class_quota_positive"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "first_day"], name="class_by_status"),
            models.Index(fields=["district", "industry"], name="class_by_place"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("classes:record", args=[self.uid])

    @property
    def subject(self) -> str:
        return f"class/{self.uid}"

    @property
    def district_name(self) -> str:
        return code_name(System.GB_T_2260, self.district)

    @property
    def industry_name(self) -> str:
        return code_name(System.KEY_INDUSTRY, self.industry)


class HalfDay(models.TextChoices):
    MORNING = "am", "上午"
    AFTERNOON = "pm", "下午"


class Session(models.Model):
    """Half a day of a class: trainer, room and topic. `active` rows alone hold room and trainer."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    klass = models.ForeignKey(TrainingClass, models.CASCADE, related_name="sessions")
    day = models.DateField()
    half = models.CharField(max_length=2, choices=HalfDay)
    module = models.ForeignKey(Module, models.PROTECT, related_name="+")
    topic = models.CharField(max_length=100)
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFFLINE)
    trainer = models.ForeignKey(Trainer, models.PROTECT, related_name="sessions")
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, related_name="sessions")
    hours = models.PositiveSmallIntegerField(default=4)
    register = models.OneToOneField(Register, models.PROTECT, null=True, related_name="session")
    recordings = models.ManyToManyField(Recording, related_name="+", blank=True)
    lives = models.ManyToManyField(LiveRecording, related_name="+", blank=True)
    active = models.BooleanField(default=False, help_text="the class is submitted, not cancelled")

    class Meta:
        ordering: ClassVar[list[str]] = ["day", "half"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["klass", "day", "half"], name="session_once"),
            models.UniqueConstraint(
                fields=["trainer", "day", "half"],
                condition=Q(active=True),
                name="trainer_in_one_place",
            ),
            models.UniqueConstraint(
                fields=["venue", "day", "half"],
                condition=Q(active=True, mode="offline"),
                name="venue_in_one_use",
            ),
            models.CheckConstraint(
                condition=Q(mode="online") | Q(venue__isnull=False),
                name="offline_session_has_venue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_half_display()} {self.topic}"

    @property
    def slot(self) -> str:
        """Its half-day as a key: 2026-12-01/am."""
        return f"{self.day.isoformat()}/{self.half}"

    @property
    def place(self) -> str:
        return f"{self.venue.name}（{self.venue.address}）" if self.venue else "线上"

    @property
    def subject(self) -> str:
        return f"session/{self.uid}"


class Stage(models.TextChoices):
    DISTRICT = "district", "区县审核"
    CITY = "city", "市级审批"


class Decision(models.TextChoices):
    AGREED = "agreed", "同意"
    RETURNED = "returned", "退回修改"
    REFUSED = "refused", "不同意"


class Review(models.Model):
    """One decision on an application or a change; history is never overwritten."""

    klass = models.ForeignKey(TrainingClass, models.CASCADE, related_name="reviews")
    stage = models.CharField(max_length=8, choices=Stage)
    decision = models.CharField(max_length=8, choices=Decision)
    reason = models.CharField(max_length=300)
    snapshot = models.JSONField(default=dict, help_text="the application as it was decided on")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.get_decision_display()}"


class ChangeKind(models.TextChoices):
    RESCHEDULE = "reschedule", "调整日期"
    TRAINER = "trainer", "更换讲师"
    VENUE = "venue", "更换场地"
    CANCEL = "cancel", "取消开班"


class ChangeStatus(models.TextChoices):
    ASKED = "asked", "待审批"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"


class ChangeRequest(models.Model):
    """A wish to change an approved class. `before` and `after` keep what was and what was asked.

    `after` by kind: reschedule {"day", "half"}, trainer {"trainer": uid}, venue {"venue": uid},
    cancel {}; all but the last also {"what"}, the change in words. `session` is None for a
    cancellation.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    klass = models.ForeignKey(TrainingClass, models.CASCADE, related_name="changes")
    session = models.ForeignKey(Session, models.CASCADE, null=True, related_name="changes")
    kind = models.CharField(max_length=12, choices=ChangeKind)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=ChangeStatus, default=ChangeStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_status_display()}"


class EnrolmentStatus(models.TextChoices):
    ENROLLED = "enrolled", "在读"
    SUBSTITUTED = "substituted", "已被顶岗替换"
    WITHDRAWN = "withdrawn", "已退出"
    GAVE_UP = "gave_up", "放弃补考"


class EnrolmentSource(models.TextChoices):
    BOOKING = "booking", "企业报名"
    WALK_IN = "walk_in", "现场报名"
    SUBSTITUTE = "substitute", "替换参训"


class Enrolment(models.Model):
    """One person in one class, sent by one employer, with the sittings that the class holds."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="enrolments")
    source = models.CharField(max_length=12, choices=EnrolmentSource)
    status = models.CharField(
        max_length=12, choices=EnrolmentStatus, default=EnrolmentStatus.ENROLLED
    )
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["klass", "person"],
                condition=Q(status__in=["enrolled", "gave_up"]),
                name="enrolled_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "klass"], name="enrolment_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.klass}"

    @property
    def subject(self) -> str:
        return f"enrolment/{self.uid}"


class HoursMadeUp(models.Model):
    """补学时: a half-day that a learner missed is made up elsewhere, as the class manager arranged.

    `host` is another class's half-day on the same module; none means its online lessons. What it is
    worth is computed (`madeup`), never stored: it counts once the learner has really been there.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="made_up")
    session = models.ForeignKey(Session, models.PROTECT, related_name="made_up")
    host = models.ForeignKey(Session, models.PROTECT, null=True, related_name="guests")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "hours made up"
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrolment", "session"],
                condition=Q(withdrawn_at__isnull=True),
                name="made_up_once",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "host"],
                condition=Q(withdrawn_at__isnull=True),
                name="guest_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.session}"


class WrongCode(models.Model):
    """A person has typed six digits that were not the code; counted for ten minutes."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "at"], name="wrong_code_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.at}"


class DeskLoginStatus(models.TextChoices):
    ASKED = "asked", "等待确认"
    ALLOWED = "allowed", "已确认"
    REFUSED = "refused", "没有确认"
    USED = "used", "已登录"


class DeskLogin(models.Model):
    """A phone before the class's screen asks to be logged in as a learner of the class.

    `person` is empty where name and number found nobody: kept to count wrong tries. `phone` is a
    keyed hash of the browser's cookie. Forgotten after a day.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="desk_logins")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    number = models.PositiveSmallIntegerField(help_text="two digits, on the phone and the screen")
    phone = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=DeskLoginStatus, default=DeskLoginStatus.ASKED)
    at = models.DateTimeField(db_index=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["session", "status", "at"], name="desk_login_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.number:02d} {self.person}"


class Trial(models.Model):
    """One try of one enrolled person: theory sitting, practical check, or both. 0 is the first.

    A make-up (no ≥ 1) has a time and a place: the enterprise's door.
    """

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="trials")
    no = models.PositiveSmallIntegerField(default=0)
    sitting = models.OneToOneField(Sitting, models.PROTECT, null=True, related_name="+")
    practical = models.OneToOneField(Practical, models.PROTECT, null=True, related_name="+")
    scheduled_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["no"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrolment", "no"], name="trial_once"),
            models.CheckConstraint(
                condition=Q(sitting__isnull=False) | Q(practical__isnull=False),
                name="trial_holds_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} #{self.no}"


class Survey(models.Model):
    """A learner's 30-second form. It holds no person: who has answered is kept in `SurveyDone`."""

    klass = models.ForeignKey(TrainingClass, models.CASCADE, related_name="surveys")
    useful = models.PositiveSmallIntegerField("课程有用")
    clear = models.PositiveSmallIntegerField("讲师讲得清楚")
    place = models.PositiveSmallIntegerField("场地与设备")
    recommend = models.PositiveSmallIntegerField("愿意推荐给同事")
    words = models.CharField("想说的话", max_length=300, blank=True)
    day = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(useful__range=(1, 5), clear__range=(1, 5), place__range=(1, 5))
                & Q(recommend__range=(1, 5)),
                name="survey_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.klass} {self.day}"


class SurveyDone(models.Model):
    """That an enrolled person has answered, and no more."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="survey_done")

    def __str__(self) -> str:
        return str(self.enrolment)


class ClassNumber(models.Model):
    """The head row of a year's class numbers, locked to draw the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}-{self.last}"


class Closing(models.Model):
    """The figures of a class as they stood when it closed. Sums and counts, never bare rates."""

    klass = models.OneToOneField(TrainingClass, models.CASCADE, related_name="closing")
    enrolled = models.PositiveIntegerField()
    attended = models.PositiveIntegerField(help_text="reached the attendance share")
    attendances = models.PositiveIntegerField(help_text="人次: people × sessions signed in")
    sat = models.PositiveIntegerField()
    passed_first = models.PositiveIntegerField()
    passed = models.PositiveIntegerField()
    made_up = models.PositiveIntegerField()
    surveys = models.PositiveIntegerField()
    rating_sum = models.PositiveIntegerField(help_text="sum over surveys of four ratings")
    hours = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(passed__lte=F("enrolled")), name="passed_were_in"),
        ]

    def __str__(self) -> str:
        return str(self.klass)


class Attachment(models.Model):
    """A document filed to a class that no room below keeps: a notice, a venue licence, a photo."""

    klass = models.ForeignKey(TrainingClass, models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    title = models.CharField(max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title
