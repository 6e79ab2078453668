"""Reads of video calls: the queue of a desk, the own call, the hours at which staff are there."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import Rulebook
from anlan.identity.hours import Hours
from anlan.identity.models import (
    CallStatus,
    CheckStatus,
    IdentityCheck,
    Person,
    Side,
    VideoCall,
    VideoSignal,
)
from anlan.identity.queries import checks

HELD = (CallStatus.TAKEN, CallStatus.TALKING)
MAY_JOIN = (CheckStatus.OPEN, CheckStatus.REVIEW, CheckStatus.APPEALED)
PRESENT = timedelta(seconds=15)  # a page asks every three seconds, and is noted every five


def hours_of(book: Rulebook) -> Hours:
    hours: Hours = book.ruling("identity.video_hours").value
    return hours


def own_call(user: User, uid: UUID) -> VideoCall:
    """The learner's own; nobody else's is ever found."""
    rows = VideoCall.objects.select_related("check_of__person", "check_of__host")
    return rows.get(uid=uid, check_of__person__user=user)


def held_call(user: User, uid: UUID) -> VideoCall:
    """A call that this desk took last, also when it is over."""
    rows = VideoCall.objects.select_related("check_of__person", "check_of__host")
    return rows.get(uid=uid, handler=user)


def call_seen_by(user: User, uid: UUID) -> VideoCall:
    """Of the user's desk: held, over or put back, whoever had it."""
    rows = VideoCall.objects.select_related("check_of__person", "check_of__host")
    return rows.get(Q(handler=user) | Q(check_of__in=checks.waiting_for(user)), uid=uid)


def now_held_by(user: User) -> VideoCall | None:
    return VideoCall.objects.filter(handler=user, status__in=HELD).first()


def open_call(check: IdentityCheck) -> VideoCall | None:
    return check.calls.exclude(status=CallStatus.ENDED).first()


def queue_of(user: User) -> QuerySet[VideoCall]:
    """Whoever waits for a desk of this user's, the longest wait first."""
    rows = VideoCall.objects.filter(status=CallStatus.WAITING)
    mine = checks.waiting_for(user).order_by().values("pk")
    rows = rows.filter(check_of__in=mine).select_related("check_of__person", "check_of__host")
    return rows.order_by("at", "id")


def present(queue: QuerySet[VideoCall], at: datetime) -> QuerySet[VideoCall]:
    """Those whose page has just been heard; the others keep their place for a while."""
    return queue.filter(seen_at__gt=at - PRESENT)


def place_of(call: VideoCall) -> int:
    """1 is next. Who waits for the same host counts; officials may take others between."""
    before = VideoCall.objects.filter(status=CallStatus.WAITING, check_of__host=call.check_of.host)
    sooner = Q(at__lt=call.at) | Q(at=call.at, pk__lt=call.pk)
    return before.filter(sooner).count() + 1


def signal_of(call: VideoCall, side: Side) -> VideoSignal | None:
    return VideoSignal.objects.filter(call=call, side=side, round=call.round).first()


def calls_of(person: Person) -> QuerySet[VideoCall]:
    rows = VideoCall.objects.filter(check_of__person=person)
    return rows.select_related("handler", "check_of").order_by("at", "id")
