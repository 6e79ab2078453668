"""Registers: who was there, in and out, by what proof. Knows no class; a class holds a register."""

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import TimeSource
from anlan.identity.models import Person
from anlan.lib.fields import SealedTextField

PLACES = 6  # of a degree: a tenth of a metre


def fresh_secret() -> str:
    return secrets.token_hex(16)


class Register(models.Model):
    """One occasion with a beginning and an end, at which people sign in and out.

    `secret` makes the rotating code; who signs in by `late_after` and out from `leave_from` on was
    there from beginning to end; who was out for no more than `pause_minutes` altogether has missed
    nothing; `hours` is what full presence is worth in 学时. `latitude` and `longitude` (degrees,
    WGS 84) are where the door is, when the class manager has said so.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=200, blank=True)
    opens_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    late_after = models.DateTimeField()
    leave_from = models.DateTimeField()
    ends_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    pause_minutes = models.PositiveSmallIntegerField(default=20)
    qr_seconds = models.PositiveSmallIntegerField(default=12)
    latitude = models.DecimalField(max_digits=9, decimal_places=PLACES, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=PLACES, null=True)
    secret = SealedTextField(bound_to="attendance.Register.secret", default=fresh_secret)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="register_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"register/{self.uid}"


class MarkKind(models.TextChoices):
    IN = "in", "签到"
    OUT = "out", "签退"


class Proof(models.TextChoices):
    """By what a mark was made. Paper marks are keyed in from a signed sheet whose scan is filed.

    A read ID card says whose card it was, not whose face stood there.
    """

    QR = "qr", "扫码"
    SUPERVISOR = "supervisor", "班主任代签"
    PAPER = "paper", "纸质签到表"
    ID_CARD = "id_card", "刷身份证"


class OtherPhone(models.TextChoices):
    """Why somebody signed with another phone than the own: a counted exception."""

    NEW = "new", "换了新手机"
    BORROWED = "borrowed", "手机没带或没电，借用他人手机"
    BROWSER = "browser", "换了浏览器或清除过数据"
    UNSAID = "unsaid", "没有说明"


class MarkFacts(models.Model):
    """What is known of one person in or out of one register.

    `address` is a keyed hash of the network address that a scan came from; it is forgotten after
    `attendance.address_days`. `code_age` is how many seconds the code had been off the screen when
    it reached the server (none while it was on it). `distance` is how many metres from the door the
    phone said it was; the place itself is not kept. `other_phone` says why it was not the own one,
    `away` the seconds of pauses that a sign-out closes.
    """

    kind = models.CharField(max_length=3, choices=MarkKind)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    proof = models.CharField(max_length=12, choices=Proof)
    time_source = models.CharField(max_length=8, choices=TimeSource, default=TimeSource.SERVER)
    device = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    late = models.BooleanField(default=False)
    nonce = models.UUIDField(default=uuid.uuid4, unique=True)
    code_age = models.PositiveIntegerField(null=True)
    distance = models.PositiveIntegerField(null=True)
    other_phone = models.CharField(max_length=8, choices=OtherPhone, blank=True)
    away = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Mark(MarkFacts):
    """One person in or out of one register. `nonce` makes a repeated request harmless.

    `checked_at` is when a person looked at what was odd about it and let it stand.
    """

    register = models.ForeignKey(Register, models.PROTECT, related_name="marks")
    person = models.ForeignKey(Person, models.PROTECT, related_name="marks")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    checked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["register", "person", "kind"], name="mark_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["register", "device"], name="mark_by_device"),
            models.Index(fields=["at"], condition=~models.Q(address=""), name="mark_with_address"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"


class StruckMark(MarkFacts):
    """A mark that a person has struck, with the reason: it stays to be seen and counts nowhere.

    It stands in a table of its own so that nobody who counts marks can count it by mistake.
    """

    register = models.ForeignKey(Register, models.PROTECT, related_name="struck")
    person = models.ForeignKey(Person, models.PROTECT, related_name="struck")
    struck_at = models.DateTimeField()
    struck_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    struck_reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"


class Sheet(models.Model):
    """The scan of a signed paper sheet, filed to its register."""

    register = models.ForeignKey(Register, models.PROTECT, related_name="sheets")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file.name
