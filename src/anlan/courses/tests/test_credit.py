"""Whatever is sent in whatever order, nobody has seen more than the server's time allows."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.courses.credit import (
    Claim,
    Course,
    Limits,
    Way,
    credit,
    frontier,
    gate_of,
    is_complete,
    rest,
)
from anlan.testing.cast import NOW

LIMITS = Limits(max_rate=1.5, tolerance=3, silence=90, share=1.0, answer_wait=8)
seconds = st.floats(0, 700, allow_nan=False) | st.integers(0, 700).map(float)


@dataclass(frozen=True)
class Step:
    """Time passes, then somebody sends something."""

    wait: float
    since: float
    until: float
    rate: float
    opens: bool = False
    answers: bool = False


steps = st.lists(
    st.builds(
        Step,
        wait=st.floats(0, 400, allow_nan=False),
        since=seconds,
        until=seconds,
        rate=st.floats(0.01, 16, allow_nan=False),
        opens=st.booleans(),
        answers=st.booleans(),
    ),
    max_size=40,
)
courses = st.builds(
    Course,
    seconds=st.integers(1, 600),
    points=st.lists(st.integers(0, 600), max_size=3, unique=True).map(lambda p: tuple(sorted(p))),
)


@settings(max_examples=150)
@given(course=courses, steps=steps)
def test_seen_is_at_most_the_server_s_time_and_only_grows(
    course: Course, steps: list[Step]
) -> None:
    way, at = Way(NOW), NOW
    for step in steps:
        at += timedelta(seconds=step.wait)
        before, reached, spent = way.bits, way.reached, way.spent
        if step.opens:
            rest(way, at=at, limits=LIMITS)
        gate = gate_of(way, course)
        if step.answers and gate is not None and way.reached >= min(gate, course.seconds):
            way.passed.add(gate)
        claim = Claim(step.since, max(step.since, step.until), step.rate)
        credit(way, claim, at=at, course=course, limits=LIMITS)
        passed = (at - NOW).total_seconds()
        assert way.bits & before == before
        assert way.reached >= reached
        assert way.spent >= spent
        assert way.reached <= passed * LIMITS.max_rate + 1e-3
        assert way.spent <= passed + 1e-3
        assert way.position <= way.reached <= course.seconds
        assert way.credited_until <= at
        assert way.bits == (1 << way.seen) - 1, "no slot is seen beyond a gap"
        assert frontier(way.bits) * 5 <= way.reached or way.seen == course.slots
        if is_complete(way, course, LIMITS):
            assert passed * LIMITS.max_rate + 1e-3 >= course.seconds
            assert set(course.points) <= way.passed


@settings(max_examples=60)
@given(
    jumps=st.lists(st.tuples(st.floats(-5000, 5000, allow_nan=False), seconds), max_size=30),
)
def test_a_jumping_clock_never_earns_more_than_a_silence_at_a_time(
    jumps: list[tuple[float, float]],
) -> None:
    way, at, course = Way(NOW), NOW, Course(100_000)
    for jump, until in jumps:
        at += timedelta(seconds=jump)
        reached = way.reached
        credit(way, Claim(0, until, 1.0), at=at, course=course, limits=LIMITS)
        assert 0 <= way.reached - reached <= LIMITS.silence * LIMITS.max_rate + 1e-3


@settings(max_examples=60)
@given(
    beats=st.lists(st.floats(10, 20, allow_nan=False), min_size=1, max_size=40),
    late=st.lists(st.floats(0, 2.9, allow_nan=False), min_size=40, max_size=40),
    rate=st.sampled_from([0.75, 1.0, 1.25, 1.5]),
)
def test_an_honest_player_on_a_jittery_network_loses_nothing(
    beats: list[float], late: list[float], rate: float
) -> None:
    """Each beat arrives up to three seconds late; the purse carries that over."""
    way, course, passed = Way(NOW), Course(10_000), 0.0
    for played, delay in zip(beats, late, strict=False):
        since = passed * rate
        passed += played
        at = NOW + timedelta(seconds=passed + delay)
        said = credit(way, Claim(since, passed * rate, rate), at=at, course=course, limits=LIMITS)
        assert said == ""
        assert abs(way.reached - passed * rate) < 1e-3
