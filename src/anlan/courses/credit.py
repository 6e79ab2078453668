"""What a heartbeat earns: numbers in, numbers out; no database, no clock.

A learner has one purse of time, whatever lesson is open on whatever phone. The server's clock fills
it, `silence` seconds at most; what is new in a lesson is paid from it at no more than the highest
rate. So whoever sends whatever in whatever order has never seen more new seconds of media than
the seconds that passed on the server, times that rate. What has been seen before is free and earns
nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.courses.models import SLOT_SECONDS

END_SLACK = 1.0  # a film is rarely as long as its whole seconds say


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules of the day (`learning.*`), in seconds where they are times."""

    max_rate: float
    tolerance: float
    silence: float
    share: float
    answer_wait: float


@dataclass(frozen=True, slots=True)
class Course:
    """What a beat is held against: the lesson's length and its quiz points, in order."""

    seconds: int
    points: tuple[int, ...] = ()

    @property
    def slots(self) -> int:
        return -(-self.seconds // SLOT_SECONDS)


@dataclass(slots=True)
class Way:
    """How far one learner has come. Everything before `reached` is credited, without a gap."""

    credited_until: datetime
    bits: int = 0
    reached: float = 0.0
    position: float = 0.0
    spent: float = 0.0
    passed: set[int] = field(default_factory=set)

    @property
    def seen(self) -> int:
        return self.bits.bit_count()

    @property
    def slots(self) -> bytes:
        return self.bits.to_bytes(-(-self.bits.bit_length() // 8), "little")


@dataclass(frozen=True, slots=True)
class Claim:
    """Media seconds from `since` to `until`, played at `rate`."""

    since: float
    until: float
    rate: float


def gate_of(way: Way, course: Course) -> int | None:
    """The second of the first quiz point that is not answered yet."""
    return next((point for point in course.points if point not in way.passed), None)


def is_complete(way: Way, course: Course, limits: Limits) -> bool:
    enough = way.seen >= limits.share * course.slots
    return course.slots > 0 and enough and gate_of(way, course) is None


def credit(way: Way, claim: Claim, *, at: datetime, course: Course, limits: Limits) -> str:
    """Move the way on by what the claim earns; what the learner must be told, or nothing."""
    free = _free(way, at, limits)
    gate = gate_of(way, course)
    until = course.seconds if claim.until >= course.seconds - END_SLACK else claim.until
    wanted = min(until, course.seconds if gate is None else gate) - way.reached
    skips = claim.since > way.reached + SLOT_SECONDS
    new = 0.0 if skips else max(0.0, min(wanted, free * limits.max_rate))
    _pay(way, new, min(free, new / min(claim.rate, limits.max_rate)), at=at, limits=limits)
    _mark(way, course)
    way.position = min(until, way.reached)
    if skips:
        return f"没有学过的部分不能跳过，请从 {clock(way.reached)} 继续。"
    if gate is not None and until > gate and way.reached >= gate:
        return f"请先回答 {clock(gate)} 处的问题，再继续。"
    if new < wanted - limits.tolerance:
        return f"进度按实际学习时间记录，请从 {clock(way.reached)} 继续。"
    return ""


def rest(way: Way, *, at: datetime, limits: Limits) -> None:
    """Something was done that earns no media (a question answered): time does not pile up."""
    _free(way, at, limits)
    _pay(way, 0.0, 0.0, at=at, limits=limits)


def frontier(bits: int) -> int:
    """How many slots from the beginning on are seen without a gap."""
    return (~bits & (bits + 1)).bit_length() - 1


def clock(second: float) -> str:
    """3:25, as a player shows it."""
    return f"{int(second) // 60}:{int(second) % 60:02d}"


def _free(way: Way, at: datetime, limits: Limits) -> float:
    """Seconds in the purse. A clock that was set back starts it anew, empty."""
    passed = (at - way.credited_until).total_seconds()
    if passed < -limits.silence:
        way.credited_until = at
    return max(0.0, min(passed, limits.silence))


def _pay(way: Way, new: float, used: float, *, at: datetime, limits: Limits) -> None:
    way.reached = round(way.reached + new, 6)
    way.spent += used
    kept = at - timedelta(seconds=limits.tolerance)
    way.credited_until = max(way.credited_until + timedelta(seconds=used), kept)


def _mark(way: Way, course: Course) -> None:
    """Set the slots that are covered wholly; the last one ends with the lesson."""
    done = way.reached >= course.seconds
    whole = course.slots if done else int(way.reached // SLOT_SECONDS)
    way.bits |= (1 << whole) - 1
    way.reached = max(way.reached, float(min(frontier(way.bits) * SLOT_SECONDS, course.seconds)))
