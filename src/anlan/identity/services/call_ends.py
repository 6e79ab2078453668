"""How a video call ends or goes back to the queue; what names network addresses goes with it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.rules.queries import rulebook_at_hand
from anlan.identity.hours import is_staffed
from anlan.identity.models import CallEnd, CallStatus, IdentityCheck, VideoCall, VideoSignal
from anlan.identity.queries.calls import HELD, hours_of
from anlan.identity.states import CALL_STEPS
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed
from anlan.lib.states import advance

MOST_A_ROUND = 50


@transaction.atomic
def end(call: VideoCall, why: CallEnd, *, by: User | None, at: datetime) -> None:
    """The call is over; the check it is about stays as it is."""
    advance(call, CallStatus.ENDED, CALL_STEPS, end=why, ended_at=at)
    forget_signals(call)
    if why != CallEnd.DECIDED:  # a decision has its own line
        check = call.check_of
        about, said = check.person.uid, str(why.label)
        record(check.subject, "identity_video_ended", by=by, at=at, about=about, why=said)


@transaction.atomic
def put_back(call: VideoCall, *, by: User | None, at: datetime) -> None:
    """To its old place in the queue, for whoever takes the next one."""
    away = {"handler": None, "taken_at": None, "handler_seen_at": None, "talking_at": None}
    advance(call, CallStatus.WAITING, CALL_STEPS, **away)
    forget_signals(call)
    check = call.check_of
    record(check.subject, "identity_video_back", by=by, at=at, about=check.person.uid)


def end_decided(check: IdentityCheck, *, at: datetime) -> None:
    """A check that has been decided waits for nobody. In the caller's transaction."""
    for call in check.calls.exclude(status=CallStatus.ENDED):
        end(call, CallEnd.DECIDED, by=None, at=at)


def forget_signals(call: VideoCall) -> None:
    VideoSignal.objects.filter(call=call).delete()


def tend_calls(at: datetime) -> int:
    """Job: a desk that fell silent gives its call back, a learner who did loses the place, the
    rule's minutes are over, staff have gone home."""
    rows = VideoCall.objects.exclude(status=CallStatus.ENDED).select_related("check_of__person")
    done = 0
    for call in rows.order_by("at")[:MOST_A_ROUND]:
        done += tend(call, at)
    return done


def tend(call: VideoCall, at: datetime) -> bool:
    """Whether something had to be done about this one; another hand may be quicker."""
    book = rulebook_at_hand(local_date(at))
    silent = at - timedelta(seconds=book.whole("identity.video_silent_seconds"))
    longest = at - timedelta(minutes=book.whole("identity.video_minutes"))
    try:
        if call.seen_at < silent:
            end(call, CallEnd.SILENT, by=None, at=at)
        elif call.status in HELD and call.taken_at and call.taken_at < longest:
            end(call, CallEnd.LAPSED, by=None, at=at)
        elif call.status in HELD and call.handler_seen_at and call.handler_seen_at < silent:
            put_back(call, by=None, at=at)
        elif call.status == CallStatus.WAITING and not is_staffed(hours_of(book), at):
            end(call, CallEnd.CLOSED, by=None, at=at)
        else:
            return False
    except NotAllowed:
        return False
    return True


def overdue_signals(at: datetime) -> list[int]:
    """Of calls that are over, or older than any call may last: there should be none."""
    minutes = rulebook_at_hand(local_date(at)).whole("identity.video_minutes")
    old = Q(at__lt=at - timedelta(minutes=minutes)) | Q(call__status=CallStatus.ENDED)
    return list(VideoSignal.objects.filter(old).values_list("pk", flat=True)[:500])


def forget_overdue_signals(at: datetime) -> int:
    return VideoSignal.objects.filter(pk__in=overdue_signals(at)).delete()[0]
