"""Employers, training providers, schools and departments: counted once by 统一社会信用代码."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.lib.fields import SealedTextField


class Kind(models.TextChoices):
    EMPLOYER = "employer", "企业"
    PROVIDER = "provider", "培训机构"
    SCHOOL = "school", "院校"
    DEPARTMENT = "department", "部门"


class Status(models.TextChoices):
    PENDING = "pending", "待审核"
    APPROVED = "approved", "已通过"
    RETURNED = "returned", "退回修改"
    SUSPENDED = "suspended", "已停用"


class Organization(models.Model):
    """One legal body. `industry` is a GB/T 4754 code, `key_industry` what it counts as here."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类型", max_length=12, choices=Kind, default=Kind.EMPLOYER)
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("名称", max_length=100)
    industry = models.CharField("行业（GB/T 4754）", max_length=5, blank=True)
    key_industry = models.CharField("重点行业", max_length=24, default="other")
    hazardous = models.BooleanField("危险化学品许可", default=False)
    district = models.CharField("区县或功能区", max_length=12)
    address = models.CharField("地址", max_length=200, blank=True)
    legal_person = models.CharField("法定代表人（负责人）", max_length=64, blank=True)
    licence_kind = models.CharField("主体类型", max_length=80, blank=True)
    founded = models.DateField("成立日期", null=True, blank=True)
    headcount = models.PositiveIntegerField("职工人数", default=0)
    contact_name = models.CharField("联系人", max_length=64, blank=True)
    contact_phone = SealedTextField("联系电话", bound_to="organizations.contact_phone", blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    registered_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_reason = models.CharField("审核意见", max_length=300, blank=True)
    is_synthetic = models.BooleanField(default=False)
    search = models.TextField(blank=True, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="organization_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["district", "key_industry"], name="organization_by_place"),
            models.Index(fields=["kind", "status"], name="organization_by_state"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"organization/{self.uid}"


class PhotoStatus(models.TextChoices):
    WAITING = "waiting", "等待读取"
    READ = "read", "已读取"
    RETAKE = "retake", "需要重拍"


class LicencePhoto(models.Model):
    """A photographed business licence on its way to be compared, sealed, then erased.

    While a registration is being typed the picture belongs to nobody but the guide's `draft` (a
    hash of the visitor's own key). `content` is the upload until the eyes have read it, then the
    picture painted anew; it is never served but to whoever may compare, and never before that.
    What stays of an erased one: its hash, when, and the names of the fields that `differed`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="licence_photos"
    )
    draft = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField("原图哈希", max_length=64)
    size = models.PositiveIntegerField("字节数")
    content = SealedTextField("图片", bound_to="organizations.LicencePhoto.content", blank=True)
    status = models.CharField(max_length=8, choices=PhotoStatus, default=PhotoStatus.WAITING)
    at = models.DateTimeField()
    looks = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    reading = SealedTextField("读到的", bound_to="organizations.LicencePhoto.reading", blank=True)
    sure = models.BooleanField("代码校验位相符", default=False)
    reasons = models.JSONField(default=list, help_text="codes of vision.advice")
    differed = models.JSONField(default=list, help_text="fields of the registration")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=PhotoStatus.values), name="licence_photo_status_known"
            ),
            models.CheckConstraint(
                condition=Q(organization__isnull=True) | Q(draft=""), name="licence_photo_one_owner"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["at"],
                condition=Q(status="waiting", erased_at__isnull=True),
                name="licence_photo_to_read",
            ),
            models.Index(
                fields=["at"], condition=Q(erased_at__isnull=True), name="licence_photo_kept"
            ),
            models.Index(fields=["draft"], condition=~Q(draft=""), name="licence_photo_by_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_status_display()}"

    @property
    def subject(self) -> str:
        """The organisation's, once it has one."""
        return self.organization.subject if self.organization else f"licence/{self.uid}"


class InsuredHeadcount(models.Model):
    """Insured people of an organisation in a month: the denominator of every rate.

    What is in force now; what a later file replaced lies in `FormerHeadcount`. `known_at` is when
    the platform learned it (empty: always known); `told_by` the ledger subject of the file.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="headcounts")
    month = models.DateField(help_text="first day of the month")
    people = models.PositiveIntegerField()
    known_at = models.DateTimeField(null=True, blank=True)
    told_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "month"], name="headcount_once_a_month"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["told_by"], name="headcount_by_file"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.people}"


class FormerHeadcount(models.Model):
    """What a headcount said until a later file changed it or its own file was taken back."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="former_headcounts")
    month = models.DateField(help_text="first day of the month")
    people = models.PositiveIntegerField()
    known_at = models.DateTimeField(null=True, blank=True)
    told_by = models.CharField(max_length=80, blank=True)
    replaced_at = models.DateTimeField()
    replaced_by = models.CharField(max_length=80, blank=True, help_text="empty: taken back")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["month", "replaced_at"], name="former_headcount_by_month"),
            models.Index(fields=["replaced_by"], name="former_headcount_by_file"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.people}"
