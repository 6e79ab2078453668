"""Users and what they may do where. A person (identity) may have a user; most users are staff."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q


class UserManager(BaseUserManager["User"]):
    """Makes users with a hashed password, or with none (they log in by one-time code)."""

    def create_user(self, username: str, name: str, password: str | None = None) -> "User":
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """Who is logged in. Rights come from grants alone; there is no superuser."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField("用户名", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=64)
    is_active = models.BooleanField(default=True)
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """The people of design.md section 1."""

    CITY_OFFICIAL = "city_official", "市级监管员"
    DISTRICT_OFFICIAL = "district_official", "区县经办"
    DEPARTMENT_OFFICIAL = "department_official", "协同部门"
    CLASS_MANAGER = "class_manager", "机构班主任"
    TRAINER = "trainer", "讲师"
    EXAMINER = "examiner", "考官"
    SAFETY_OFFICER = "safety_officer", "企业安全员"
    EXPERT = "expert", "专家"
    LEARNER = "learner", "学员"
    OPERATOR = "operator", "平台运维"


class ScopeKind(models.TextChoices):
    """What a grant reaches; `Grant.scope_key` names which one."""

    CITY = "city", "全市"
    DISTRICT = "district", "区县"
    INDUSTRY = "industry", "行业"
    ORGANIZATION = "organization", "单位"
    CLASS = "class", "班级"


class Grant(models.Model):
    """A role over a scope, from one day until another, given for a reason.

    `scope_key` is empty for the city, a GB/T 2260 code for a district, a key-industry code for an
    industry, and the `uid` of an organisation or class.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=24, choices=Role)
    scope_kind = models.CharField(max_length=16, choices=ScopeKind)
    scope_key = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "role", "scope_kind", "scope_key"],
                condition=Q(until__isnull=True),
                name="grant_open_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=models.F("since")),
                name="grant_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["scope_kind", "scope_key", "role"], name="grant_by_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.get_scope_kind_display()} {self.scope_key}"


class LoginSession(AbstractBaseSession):
    """A browser that somebody logged in with. Written by the session engine (`sessions`).

    Of the address only the network is kept: enough to recognise one's own office by.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    agent = models.CharField(max_length=200, blank=True)
    network = models.CharField(max_length=45, blank=True)
    since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-seen_at"], name="session_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.network}"
