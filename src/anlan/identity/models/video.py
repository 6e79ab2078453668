"""The staffed video check: who waits, who sees them, and how two browsers find each other.

Picture and sound go from browser to browser; nothing of them comes here. What the browsers tell
each other to find the way names network addresses: it is sealed, and gone when the call stands.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from anlan.identity.models.checks import IdentityCheck
from anlan.lib.fields import SealedTextField


class CallStatus(models.TextChoices):
    WAITING = "waiting", "排队中"
    TAKEN = "taken", "正在接通"
    TALKING = "talking", "通话中"
    ENDED = "ended", "已结束"


class CallEnd(models.TextChoices):
    DECIDED = "decided", "已核对"
    LEFT = "left", "学员离开"
    SILENT = "silent", "学员无应答"
    NO_PICTURE = "no_picture", "没有接通"
    OVER = "over", "工作人员结束"
    LAPSED = "lapsed", "时间到"
    CLOSED = "closed", "已过服务时间"


class VideoCall(models.Model):
    """One wait for a person on the other side, and the talk that comes of it.

    Whoever is put back keeps the place in the queue: `at` is never moved. `round` counts the
    offers of the desk's browser, so that an answer to an older one is told from today's.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_of = models.ForeignKey(IdentityCheck, models.CASCADE, related_name="calls")
    status = models.CharField(max_length=8, choices=CallStatus, default=CallStatus.WAITING)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="last sign of the learner's page")
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    handler_seen_at = models.DateTimeField(null=True, blank=True)
    talking_at = models.DateTimeField(null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=CallEnd, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["check_of"], condition=~Q(status="ended"), name="video_call_open_once"
            ),
            models.UniqueConstraint(
                fields=["handler"],
                condition=Q(status__in=["taken", "talking"]),
                name="video_call_one_a_desk",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CallStatus.values), name="video_call_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["taken", "talking"]) | Q(handler__isnull=False),
                name="video_call_held_by_somebody",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "at"], name="video_call_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_status_display()}"

    @property
    def is_open(self) -> bool:
        return self.status != CallStatus.ENDED


class Side(models.TextChoices):
    OFFER = "offer", "工作人员"
    ANSWER = "answer", "学员"


class VideoSignal(models.Model):
    """One browser's description of how to reach it (SDP): it has network addresses, so it is
    sealed, and erased when the picture stands, when the call ends, and by the hourly clock."""

    call = models.ForeignKey(VideoCall, models.CASCADE, related_name="signals")
    side = models.CharField(max_length=6, choices=Side)
    round = models.PositiveSmallIntegerField()
    sdp = SealedTextField("连接描述", bound_to="identity.VideoSignal.sdp")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "side"], name="video_signal_once_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.round}"
