"""Practical checklists and checks."""

import uuid

from django.conf import settings
from django.db import models

from anlan.foundation.files.models import StoredFile
from anlan.identity.models import Person


class Checklist(models.Model):
    """A weighted practical checklist: `items` = [{key, text, weight, critical, photo}]."""

    key = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=100)
    industry = models.CharField(max_length=24, blank=True)
    risk = models.CharField(max_length=4, blank=True)
    basis = models.CharField(max_length=200, blank=True)
    pass_mark = models.PositiveSmallIntegerField(default=80)
    items = models.JSONField()

    def __str__(self) -> str:
        return self.title


class Practical(models.Model):
    """One person's one practical check by an examiner, with a compulsory photo.

    `marks` is `{item key: true | false}`; failing a critical item fails the whole.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="practicals")
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+")
    opens_at = models.DateTimeField()
    marks = models.JSONField(default=dict)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    examiner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(null=True, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    remark = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.checklist}"

    @property
    def subject(self) -> str:
        return f"practical/{self.uid}"
