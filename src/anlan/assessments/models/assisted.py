"""Sittings without a phone of one's own: on a tablet of the class, or on paper."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anlan.assessments.models.sittings import Sitting
from anlan.foundation.files.models import StoredFile


class IdentityProof(models.TextChoices):
    ID_CARD = "id_card", "身份证原件"
    OTHER_CARD = "other_card", "其他有照片的证件"
    KNOWN = "known", "证件未带，班主任当面辨认"


class TabletSitting(models.Model):
    """A tablet handed to a learner, after somebody has checked who it is.

    The way in is a one-time link that lives for minutes; `key_hash` is of the secret in the
    tablet's cookie afterwards. It opens this one sitting and nothing of the examiner's.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="tablets")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked = models.CharField(max_length=12, choices=IdentityProof)
    remark = models.CharField(max_length=200, blank=True)
    read_aloud = models.BooleanField(default=False, help_text="reads each question by itself")
    at = models.DateTimeField()
    link_until = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    key_hash = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(ended_at__isnull=True),
                name="tablet_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.sitting)


class PaperSheet(models.Model):
    """A sitting's paper as it was printed; `code` names it on every page of it.

    `settled` are the answers that were graded: what two people keyed in alike, or what was decided
    against the scan where they differed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="papers")
    code = models.CharField(max_length=12, unique=True)
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    scanned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    began_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    settled = models.JSONField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(withdrawn_at__isnull=True),
                name="paper_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True) | Q(handed_at__gt=F("began_at")),
                name="paper_handed_in_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        return self.sitting.subject


class PaperKeying(models.Model):
    """What one person read off the answer sheet, without having seen what the other one read."""

    sheet = models.ForeignKey(PaperSheet, models.CASCADE, related_name="keyings")
    no = models.PositiveSmallIntegerField(help_text="1 or 2")
    answers = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["no"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sheet", "no"], name="paper_keying_once"),
            models.UniqueConstraint(fields=["sheet", "by"], name="paper_keying_by_two_people"),
            models.CheckConstraint(condition=Q(no__in=(1, 2)), name="paper_keyed_twice_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.no}"
