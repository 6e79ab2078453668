"""What stands around accounts: proposed roles, contact phones, one-time codes, counted tries."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.lib.fields import SealedTextField


class RoleProposal(models.Model):
    """A role over the whole city that somebody proposed: it counts once another has confirmed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.CharField(max_length=24, choices=Role)
    scope_kind = models.CharField(max_length=16, choices=ScopeKind)
    scope_key = models.CharField(max_length=64, blank=True)
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(default=False)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "role", "scope_kind", "scope_key"],
                condition=Q(decided_at__isnull=True),
                name="proposal_open_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="proposal_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class ContactPhone(models.Model):
    """The mobile of somebody who logs in with a password: unlocks the door, gets reset codes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="contact_phone"
    )
    phone = SealedTextField("手机号", bound_to="access.ContactPhone.phone")
    confirmed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user)


class Purpose(models.TextChoices):
    """What a one-time code opens; a code for one opens nothing else."""

    PHONE = "phone", "登记手机号"
    UNLOCK = "unlock", "解除锁定"
    PASSWORD = "password", "设置密码"
    RIGHTS = "rights", "查阅或删除个人信息"


class OneTimeCode(models.Model):
    """A code that opens once. Only its keyed hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose)
    code_hash = models.CharField(max_length=64)
    phone = SealedTextField(bound_to="access.OneTimeCode.phone", blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "purpose", "-at"], name="code_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.purpose}"


class Attempt(models.Model):
    """Something was tried: `key` is a keyed hash of a user, a phone or an address, never in clear.

    Counted in the database, so that a limit is one over all server processes.
    """

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "key", "at"], name="attempt_by_key"),
            models.Index(fields=["at"], name="attempt_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
