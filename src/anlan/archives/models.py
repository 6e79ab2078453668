"""Sealed archives, 一期一档 and 一人一档, and the certificates that stand on them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.classes.models import Enrolment, TrainingClass
from anlan.foundation.files.models import StoredFile


class Archive(models.Model):
    """A sealed BagIt file of a class (`enrolment` None) or of one learner in it.

    Versions only grow: re-sealing makes the next one and leaves the former untouched.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    klass = models.ForeignKey(TrainingClass, models.PROTECT, related_name="archives")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, related_name="archives")
    version = models.PositiveSmallIntegerField(default=1)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    manifest_sha256 = models.CharField(max_length=64)
    files = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["klass", "version"],
                condition=Q(enrolment__isnull=True),
                name="class_archive_version_once",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "version"],
                condition=Q(enrolment__isnull=False),
                name="learner_archive_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.klass} v{self.version}"

    @property
    def subject(self) -> str:
        return f"archive/{self.uid}"


class CertificateStatus(models.TextChoices):
    VALID = "valid", "有效"
    REVOKED = "revoked", "已撤销"


class Certificate(models.Model):
    """A certificate; `number` is printed and looked up by anybody."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=24, unique=True)
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="certificate")
    issued_on = models.DateField()
    valid_until = models.DateField()
    theory_score = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    practical_score = models.PositiveSmallIntegerField(null=True)
    hours = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    status = models.CharField(
        max_length=10, choices=CertificateStatus, default=CertificateStatus.VALID
    )
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return f"certificate/{self.uid}"
