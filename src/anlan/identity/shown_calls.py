"""Video calls as words on a screen and as what the two pages are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook, rulebook_at_hand
from anlan.identity import hours
from anlan.identity.check_forms import DecisionForm
from anlan.identity.ice import ice_servers
from anlan.identity.models import (
    CallEnd,
    CallStatus,
    Person,
    Purpose,
    Side,
    VideoCall,
)
from anlan.identity.queries import calls
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_name

# What a desk can ask for by one click; the words that the learner reads stand in the page's script.
ASKS = (
    ("face", "正对镜头"),
    ("card", "举起身份证"),
    ("closer", "再近一点"),
    ("light", "亮一点"),
    ("code", "读验证码"),
    ("sound", "听不到声音"),
)
# How long a page waits before it asks again, in milliseconds; the page adds its own jitter.
LEARNER_ASKS = {CallStatus.WAITING: 3000, CallStatus.TAKEN: 1000, CallStatus.TALKING: 3000}
DESK_ASKS = {CallStatus.TAKEN: 1000, CallStatus.TALKING: 3000}
_GO_ON = "不影响考试和学习。"
TO_LEARNER = {
    CallEnd.DECIDED: "已经核对完，正在打开结果。",
    CallEnd.LEFT: "您已离开排队。",
    CallEnd.SILENT: f"本页有一会儿没有应答，已退出排队。{_GO_ON}",
    CallEnd.NO_PICTURE: f"这里的网络接不通视频，请改为当面核对。{_GO_ON}",
    CallEnd.OVER: f"工作人员结束了这次视频，还没有核对结果。{_GO_ON}",
    CallEnd.LAPSED: f"时间到，这次视频已结束，还没有核对结果。{_GO_ON}",
    CallEnd.CLOSED: f"今天的视频核对时间已过，没有轮到您。{_GO_ON}",
}
TO_DESK = {
    CallEnd.DECIDED: "这次核验已经有了结果。",
    CallEnd.LEFT: "学员离开了视频。",
    CallEnd.SILENT: "学员的页面没有应答，可能断网或关闭了。",
    CallEnd.LAPSED: "时间到，视频已结束。",
}


@dataclass(frozen=True)
class ShownVideo:
    """Whether staff are there now, else when."""

    open: bool
    opens_at: datetime | None
    week: list[tuple[str, list[str]]]
    minutes: int

    @classmethod
    def now(cls, at: datetime) -> "ShownVideo":
        book = rulebook(local_date(at))
        staffed = calls.hours_of(book)
        return cls(
            open=hours.is_staffed(staffed, at),
            opens_at=hours.next_opening(staffed, at),
            week=hours.week_in_words(staffed),
            minutes=book.whole("identity.video_minutes"),
        )


@dataclass(frozen=True)
class ShownCall:
    """One line of the desk's queue, the name masked."""

    uid: UUID
    name: str
    purpose: str
    title: str
    at: datetime
    minutes: int
    here: bool

    @classmethod
    def of(cls, call: VideoCall, at: datetime) -> "ShownCall":
        check = call.check_of
        return cls(
            uid=call.uid,
            name=mask_name(check.person.name),
            purpose=Purpose(check.purpose).label,
            title=check.title,
            at=call.at,
            minutes=int((at - call.at).total_seconds() // 60),
            here=call.seen_at > at - calls.PRESENT,
        )


@dataclass(frozen=True)
class Queue:
    lines: tuple[ShownCall, ...]
    held: VideoCall | None
    somebody: bool


def shown_calls(user: User, at: datetime) -> Queue:
    lines = tuple(ShownCall.of(call, at) for call in calls.queue_of(user)[:50])
    return Queue(lines, calls.now_held_by(user), any(line.here for line in lines))


@dataclass(frozen=True)
class Record:
    """What the desk compares the card with: the name, and the end of the number."""

    name: str
    end_of_number: str

    @classmethod
    def of(cls, person: Person) -> "Record":
        return cls(person.name, person.id_number[-4:])


def told_to_learner(call: VideoCall, at: datetime) -> dict[str, object]:
    """The state of the own call; with it the desk's offer while it has no answer."""
    told: dict[str, object] = {
        "status": call.status,
        "after": LEARNER_ASKS.get(CallStatus(call.status), 0),
        "left": seconds_left(call, at),
    }
    if call.status == CallStatus.WAITING:
        told["place"] = calls.place_of(call)
    elif call.status == CallStatus.ENDED:
        told |= {"end": call.end, "words": TO_LEARNER.get(CallEnd(call.end), "")}
    else:
        offer = calls.signal_of(call, Side.OFFER)
        if offer is not None and calls.signal_of(call, Side.ANSWER) is None:
            found = {"round": call.round, "sdp": offer.sdp, "ice": ice_servers(call.uid, at)}
            told["offer"] = found
    return told


def told_to_desk(call: VideoCall, at: datetime) -> dict[str, object]:
    told: dict[str, object] = {
        "status": call.status,
        "after": DESK_ASKS.get(CallStatus(call.status), 0),
        "left": seconds_left(call, at),
    }
    if call.status == CallStatus.ENDED:
        told["words"] = TO_DESK.get(CallEnd(call.end), "这次视频已结束。")
    elif call.status == CallStatus.WAITING:
        told["words"] = "这次视频已放回队列。"
    else:
        answer = calls.signal_of(call, Side.ANSWER)
        if answer is not None:
            told["answer"] = {"round": answer.round, "sdp": answer.sdp}
    return told


def seconds_left(call: VideoCall, at: datetime) -> int | None:
    """Until the rule's minutes are over; nothing while nobody has taken it."""
    if call.taken_at is None or not call.is_open:
        return None
    minutes = rulebook_at_hand(local_date(at)).whole("identity.video_minutes")
    return max(int((call.taken_at + timedelta(minutes=minutes) - at).total_seconds()), 0)


def decided_words(form: DecisionForm) -> str:
    return "已确认本人。" if form.confirmed else "已记为未能确认，学员会收到通知并可以申诉。"
