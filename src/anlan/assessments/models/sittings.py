"""Sittings: one person's one try at a theory paper."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlan.identity.models import Person
from anlan.organizations.models import Organization


class SittingStatus(models.TextChoices):
    READY = "ready", "待考"
    STARTED = "started", "考试中"
    ON_PAPER = "on_paper", "改用纸质试卷"
    SUBMITTED = "submitted", "已交卷"
    LAPSED = "lapsed", "未参加"
    VOID = "void", "已作废"


class Sitting(models.Model):
    """One person's one try at a theory paper, with the rules it was drawn by frozen in it.

    `questions` is `[{"item": id, "order": [option positions]}]`, drawn once, `paper` its digest;
    `answers` is `{"<question no>": [shown positions]}`, and `counters` the phone's growing number
    of each, so that an older answer that comes later is known to be older. Score is out of 100.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="sittings")
    title = models.CharField(max_length=120)
    industry = models.CharField(max_length=24, blank=True)
    owner = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="whose own banks are drawn from beside the city's",
    )
    composition = models.JSONField()
    weights = models.JSONField()
    minutes = models.PositiveSmallIntegerField()
    pass_mark = models.DecimalField(max_digits=5, decimal_places=1)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    avoid = models.JSONField(default=list, help_text="item ids of an earlier sitting")
    status = models.CharField(max_length=10, choices=SittingStatus, default=SittingStatus.READY)
    questions = models.JSONField(default=list)
    paper = models.CharField(max_length=80, blank=True)
    answers = models.JSONField(default=dict)
    counters = models.JSONField(default=dict, help_text="question no → n of the answer kept")
    late = models.JSONField(default=list, help_text="question nos that came within the grace")
    started_at = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    device = models.CharField(max_length=64, blank=True)
    turn = models.PositiveSmallIntegerField(default=0, help_text="which device in turn has it")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=SittingStatus.values), name="sitting_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "deadline"], name="sitting_by_deadline"),
            models.Index(fields=["status", "closes_at"], name="sitting_by_close"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"sitting/{self.uid}"
