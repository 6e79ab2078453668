"""Real people: one record by ID number however many enterprises employ them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.lib.fields import SealedTextField, blind_index
from anlan.organizations.models import Organization

# What may be revealed of a person.
FIELD_NAMES = {"name": "姓名", "id_number": "身份证号", "phone": "手机号"}
INSURED = "insured"  # compared with the insured list: a look, though at no field
_OTHER_LOOKS = {
    "retained": "受限的身份",
    "video": "姓名和身份证号末四位",
    "wish": "申请更正的内容",
    "scan": "申请材料",
    INSURED: "参保情况",
    "copy": "个人信息副本（当面交给本人）",
}
ERASED = "已注销人员"


class Person(models.Model):
    """Somebody who learns. The ID number and phone are sealed; the blind indexes find them.

    `erased_at`: deleted at the person's own wish; the row stays so that records without a name
    still hang together, and says nothing about anybody (`Retained` may, for a while).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=64)
    id_number = SealedTextField("身份证号", bound_to="identity.Person.id_number")
    id_index = models.CharField(max_length=64, unique=True, editable=False)
    phone = SealedTextField("手机号", bound_to="identity.Person.phone", blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="person"
    )
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, editable=False)
    is_synthetic = models.BooleanField(default=False)
    search = models.TextField(blank=True, editable=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["phone_index"], name="person_by_phone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"person/{self.uid}"

    @property
    def committed(self) -> dict[str, dict[str, str]]:
        """What ledger lines about this person commit to, salted."""
        return {"learner": {"name": self.name, "id_number": self.id_number}}


def id_index(number: str) -> str:
    """The blind index of an ID number in its normal form (18 characters, capital X)."""
    return blind_index(number, bound_to="identity.Person.id_number")


def phone_index(number: str) -> str:
    """The blind index of a mobile number in its normal form (11 digits)."""
    return blind_index(number, bound_to="identity.Person.phone")


class Employment(models.Model):
    """Who works where, as what (`role`: occupation_role code), since when."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="employments")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="employments")
    role = models.CharField("岗位类别", max_length=24, default="worker")
    trade = models.CharField("工种", max_length=60, blank=True)
    department = models.CharField("部门", max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "organization"],
                condition=Q(until__isnull=True),
                name="employment_open_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "until"], name="employment_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organization}"


class Reveal(models.Model):
    """Somebody looked at a masked field of a person, for a reason; the person may see this."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="reveals")
    field = models.CharField(max_length=24)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.by} · {self.field}"

    @property
    def field_name(self) -> str:
        return {**FIELD_NAMES, **_OTHER_LOOKS}.get(self.field, self.field)
