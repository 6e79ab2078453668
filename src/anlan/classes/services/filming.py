"""Live recordings of half-days: begun and ended by the class manager, held by the session."""

from datetime import datetime, timedelta

from django.db import transaction

from anlan.classes.models import Session
from anlan.classes.queries import rules_for
from anlan.classes.services.door import attach_recording, require_open
from anlan.courses.models import Mode
from anlan.foundation.accounts.models import User
from anlan.lib.dates import moment_range_text
from anlan.lib.refusals import Refused
from anlan.recordings.live.services import begin_live, end_live
from anlan.recordings.models import LiveRecording, LiveStatus, Recording, Source

BEFORE = timedelta(minutes=30)


def may_go_live(session: Session, *, at: datetime) -> bool:
    """Whether the half-day is being held, or about to be, in a room."""
    register = session.register
    if register is None or session.mode != Mode.OFFLINE:
        return False
    return register.opens_at - BEFORE <= at <= register.closes_at


@transaction.atomic
def go_live(
    session: Session, source: Source, *, by: User, at: datetime, address: str = ""
) -> LiveRecording:
    """Begin a live recording of the half-day that is being held."""
    require_open(session.klass)
    register = session.register
    if register is None:
        raise Refused("这个班还没有批准，不能直播录像。", "请等待审批。")
    if session.mode != Mode.OFFLINE:
        raise Refused("线上课不用录像。", "线上学习由平台记录学习进度。")
    if not may_go_live(session, at=at):
        times = moment_range_text(register.opens_at - BEFORE, register.closes_at)
        raise Refused(
            f"直播录像只能在上课前后（{times}）开始。",
            "已经录好的视频，请在「录像与材料」中上传。",
        )
    most = rules_for(session.klass, session.day).whole("live.per_session_max")
    if session.lives.filter(status=LiveStatus.LIVE).count() >= most:
        raise Refused(f"这节课已有 {most} 路直播。", "请先结束其中一路。")
    live = begin_live(
        title=f"{session.klass.title} · {session.topic}",
        source=source,
        by=by,
        at=at,
        address=address,
    )
    session.lives.add(live)
    return live


@transaction.atomic
def stop_live(live: LiveRecording, *, by: User, at: datetime) -> None:
    """The class manager ends a live recording from the desk: a phone may be out of power."""
    end_live(live, by=by, at=at, because="stopped at the desk")


def hold_filed(live: LiveRecording, recording: Recording) -> None:
    """The session that held the live recording holds the filed one; told by the recorder."""
    for session in Session.objects.filter(lives=live):
        attach_recording(session, recording)
