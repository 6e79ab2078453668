"""What people ask for at a desk or to have corrected, and who they were on record before."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.foundation.files.models import StoredFile
from anlan.identity.models.people import Person
from anlan.identity.models.rights import DeletionRequest, PersonalExport
from anlan.lib.fields import SealedTextField
from anlan.organizations.models import Organization


class WishKind(models.TextChoices):
    COPY = "copy", "查阅、复制"
    DELETION = "deletion", "删除"
    NAME = "name", "更正姓名"
    ID_NUMBER = "id_number", "更正身份证号"


CORRECTIONS = (WishKind.NAME, WishKind.ID_NUMBER)


class WishWay(models.TextChoices):
    PHONE = "phone", "手机"
    PAPER = "paper", "书面"
    WORD = "word", "当面口头"


class Seen(models.TextChoices):
    """By what a desk has told who it is that asks."""

    CARD = "card", "身份证原件"
    DIGITAL = "digital", "电子身份证或电子社保卡"
    BOOKLET = "booklet", "户口本或公安机关证明"
    PROXY = "proxy", "代办人持委托书和双方身份证"


class WishStatus(models.TextChoices):
    RECORDED = "recorded", "待确认"
    ASKED = "asked", "待答复"
    TAKEN = "taken", "已受理"
    DONE = "done", "已办结"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_WISHES = (WishStatus.RECORDED, WishStatus.ASKED)


class Wish(models.Model):
    """Somebody asks for a copy, a deletion or a correction (个人信息保护法 44 to 47, 50).

    At a desk it is `recorded` until the person's code or a second official hand confirms it; the
    clock runs from `received_on` all the same. A deletion then goes its own way (`deletion`).
    `value` is what a name or ID number is to become; `scan` the paper form or the proof, sealed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="wishes")
    kind = models.CharField("申请事项", max_length=10, choices=WishKind)
    status = models.CharField(max_length=10, choices=WishStatus, default=WishStatus.RECORDED)
    way = models.CharField("提出方式", max_length=6, choices=WishWay)
    district = models.CharField(max_length=6, blank=True, help_text="whose officials answer")
    desk = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    value = SealedTextField(bound_to="identity.Wish.value", blank=True)
    seen = models.CharField("核对身份的证件", max_length=8, choices=Seen, blank=True)
    paper = models.CharField("书面申请编号", max_length=40, blank=True)
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    scan_key = SealedTextField(bound_to="identity.Wish.scan_key", blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)
    received_on = models.DateField("收到日期")
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    by_code = models.BooleanField(default=False, help_text="confirmed by the person's own phone")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    deletion = models.OneToOneField(DeletionRequest, models.PROTECT, null=True, related_name="wish")
    export = models.OneToOneField(PersonalExport, models.SET_NULL, null=True, related_name="wish")

    class Meta:
        verbose_name_plural = "wishes"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(status__in=["recorded", "asked"]),
                name="wish_open_once",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | Q(by_code=True)
                | ~Q(confirmed_by=F("recorded_by")),
                name="wish_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(recorded_by__isnull=True)
                | ~Q(decided_by=F("recorded_by")),
                name="wish_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status__in=WishStatus.values), name="wish_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="wish_by_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        return f"wish/{self.uid}"

    @property
    def corrects(self) -> bool:
        return self.kind in CORRECTIONS


class PastIdentity(models.Model):
    """A name or ID number that somebody was on record with until `changed_at`, sealed.

    Certificates, archives and ledger lines of before bear it. `free`: the number is somebody
    else's, who may be registered with it; otherwise it is refused at registration.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="past")
    field = models.CharField(max_length=10, choices=[("name", "姓名"), ("id_number", "身份证号")])
    value = SealedTextField(bound_to="identity.PastIdentity.value")
    value_index = models.CharField(max_length=64, blank=True, editable=False)
    free = models.BooleanField(default=False)
    wish = models.ForeignKey(Wish, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "past identities"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["value_index"],
                condition=Q(field="id_number"),
                name="past_identity_by_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.field}"
