"""A video call from joining the queue to the two browsers that have found each other."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.identity import hours
from anlan.identity.models import (
    CallStatus,
    CheckStatus,
    How,
    IdentityCheck,
    Reveal,
    Route,
    Side,
    VideoCall,
    VideoSignal,
)
from anlan.identity.queries import calls as queries
from anlan.identity.services import call_ends, checks
from anlan.identity.services.check_codes import send_missing_code
from anlan.identity.states import CALL_STEPS
from anlan.lib.dates import local_date, moment_text
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance

LONGEST_SDP = 20_000  # characters; a browser's own has some seven thousand
NOTED_EVERY = timedelta(seconds=5)
MOST_ROUNDS = 30
AFTERWARDS = timedelta(minutes=5)  # to write down what was seen before the line broke
_OTHER_WAY = "请改用“请在场的人核对”，或稍后再排队。"


class TooOften(Refused):
    """Joined too many times within the hour."""

    status = 429


@transaction.atomic
def join(check: IdentityCheck, *, by: User, at: datetime) -> VideoCall:
    """Queue for somebody who looks by video; joining again finds the same place.

    An open check goes on by this as by the manual route: the learner may leave at any moment.
    """
    locked = IdentityCheck.objects.select_for_update().get(pk=check.pk)
    if locked.status not in queries.MAY_JOIN:
        raise NotAllowed("这次核验已经有了结果。", "请返回继续，不需要视频核对。")
    waiting = queries.open_call(locked)
    if waiting is not None:
        here(waiting, at=at)
        return waiting
    book = rulebook(local_date(at))
    _refuse_when_nobody_is_there(queries.hours_of(book), at)
    lately = locked.calls.filter(at__gt=at - timedelta(hours=1)).count()
    if lately >= book.whole("identity.video_hour_max"):
        raise TooOften("一小时内排队的次数已满。", "请改用“请在场的人核对”，或一小时后再来。")
    if locked.status == CheckStatus.OPEN:
        checks.go_on(locked, route=Route.MANUAL, by=by, at=at)
    else:
        send_missing_code(locked, at=at)
    made = VideoCall.objects.create(check_of=locked, at=at, seen_at=at)
    _record(made, "identity_video_asked", by, at)
    _tell_desks(made, at)
    return made


def take_next(*, by: User, at: datetime) -> VideoCall:
    """The longest wait of this desk's queue whose page is there; the held one while it lasts."""
    held = queries.now_held_by(by)
    if held is not None:
        return held
    for call in queries.present(queries.queue_of(by), at)[:10]:
        try:
            return _take(call, by, at)
        except (NotAllowed, IntegrityError):
            continue  # a colleague, or the other window of this desk, was quicker
    raise Refused("现在没有人在排队，或排队的人刚刚离开。", "有人排队时会出现在列表里。")


@transaction.atomic
def _take(call: VideoCall, by: User, at: datetime) -> VideoCall:
    words = {"handler": by, "taken_at": at, "handler_seen_at": at, "talking_at": None}
    advance(call, CallStatus.TAKEN, CALL_STEPS, **words)
    shown = {"person": call.check_of.person, "field": "video", "reason": "视频核对本人"}
    Reveal.objects.create(**shown, by=by, at=at)
    _record(call, "identity_video_taken", by, at)
    return call


def here(call: VideoCall, *, at: datetime) -> None:
    """A sign of the learner's page, noted every few seconds."""
    rows = VideoCall.objects.filter(pk=call.pk, seen_at__lt=at - NOTED_EVERY)
    if rows.exclude(status=CallStatus.ENDED).update(seen_at=at):
        call.seen_at = at


def desk_here(call: VideoCall, *, at: datetime) -> None:
    """A sign of the desk's page."""
    rows = VideoCall.objects.filter(pk=call.pk, status__in=queries.HELD)
    if rows.filter(handler_seen_at__lt=at - NOTED_EVERY).update(handler_seen_at=at):
        call.handler_seen_at = at


@transaction.atomic
def offer(call: VideoCall, sdp: str, *, at: datetime) -> int:
    """How to reach the desk's browser; a newer one voids whatever was said before. Its round."""
    locked = _held(call)
    if locked.round >= MOST_ROUNDS:
        raise Refused("多次没有接通。", "请结束这次视频，请学员改为当面核对。")
    _refuse_nonsense(sdp)
    call_ends.forget_signals(locked)
    locked.round += 1
    locked.save(update_fields=["round"])
    words = {"side": Side.OFFER, "round": locked.round, "sdp": sdp}
    VideoSignal.objects.create(call=locked, at=at, **words)
    return locked.round


@transaction.atomic
def answer(call: VideoCall, number: int, sdp: str, *, at: datetime) -> None:
    """How to reach the learner's browser, as the answer to the desk's newest offer."""
    locked = _held(call)
    _refuse_nonsense(sdp)
    asked = queries.signal_of(locked, Side.OFFER)
    if asked is None or number != locked.round:
        raise NotAllowed("连接已经重新开始。", "请稍等，会自动接通。")
    VideoSignal.objects.filter(call=locked, side=Side.ANSWER).delete()
    VideoSignal.objects.create(call=locked, side=Side.ANSWER, round=number, sdp=sdp, at=at)


@transaction.atomic
def stands(call: VideoCall, *, at: datetime) -> None:
    """The browsers have found each other: what they said for it is of no more use."""
    locked = _held(call)
    if locked.status == CallStatus.TAKEN:
        advance(locked, CallStatus.TALKING, CALL_STEPS, talking_at=at)
    call_ends.forget_signals(locked)


def decide(
    call: VideoCall, *, confirmed: bool, reason: str, code: str = "", by: User, at: datetime
) -> None:
    """A person's word after seeing the card by video; ends the call. Not before it has stood,
    and not long after it was over."""
    if call.talking_at is None:
        raise Refused("视频还没有接通，看不到身份证。", "请等接通后再确认，或结束这次视频。")
    if call.ended_at is not None and at - call.ended_at > AFTERWARDS:
        raise NotAllowed("这次视频结束已久。", "请在“身份核验”里当面核对，或请学员重新排队。")
    words = {"confirmed": confirmed, "reason": reason, "code": code, "how": How.VIDEO}
    checks.decide(call.check_of, **words, by=by, at=at)  # type: ignore[arg-type]


def _held(call: VideoCall) -> VideoCall:
    locked = VideoCall.objects.select_for_update().get(pk=call.pk)
    if locked.status not in queries.HELD:
        raise NotAllowed("这次视频已经结束或放回了队列。", _OTHER_WAY)
    return locked


def _refuse_nonsense(sdp: str) -> None:
    if not sdp.startswith("v=0") or "m=" not in sdp or len(sdp) > LONGEST_SDP:
        raise BadInput("浏览器给出的连接描述不能用。", _OTHER_WAY)


def _refuse_when_nobody_is_there(staffed: hours.Hours, at: datetime) -> None:
    if hours.is_staffed(staffed, at):
        return
    opens = hours.next_opening(staffed, at)
    when = f"{moment_text(opens)} 起可以视频核对；" if opens else ""
    raise Refused("现在没有工作人员做视频核对。", f"{when}也可以请在场的人核对，不影响继续。")


def _tell_desks(call: VideoCall, at: datetime) -> None:
    check = call.check_of
    appealed = check.status == CheckStatus.APPEALED
    users = checks.officials_of(check) if appealed else checks.reviewers_of(check)
    title = "有学员在排队视频核对"
    body = f"{mask_name(check.person.name)}，请打开“身份核验”接听。"
    url = reverse("identity:checks")
    notices.tell(users, title, at=at, dedupe=f"identity/video/{call.uid}", body=body, url=url)


def _record(call: VideoCall, verb: str, by: User, at: datetime) -> None:
    check = call.check_of
    purpose = check.get_purpose_display()
    record(check.subject, verb, by=by, at=at, about=check.person.uid, purpose=purpose)
