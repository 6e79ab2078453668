"""Watching a half-day: what was filmed of it, when, and what happened meanwhile."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from anlan.assessments.models import Practical, Sitting
from anlan.classes import queries
from anlan.classes.models import Session, Trial
from anlan.foundation.accounts.models import User
from anlan.lib.dates import to_shanghai
from anlan.recordings.live.queries import (
    is_silent,
    reel_of,
    segments_of,
    silent_seconds,
    unfinished,
    with_newest,
)
from anlan.recordings.models import LiveRecording, LiveStatus, Recording, Segment, Still
from anlan.recordings.queries import spans_of
from anlan.recordings.spans import Run, Span, gaps, merged, moment, ms, runs

WIDTH = 1000  # of the time line, in its own units


@dataclass(frozen=True)
class Showing:
    """A half-day with one film of it: uploaded, live, or live and filed by now."""

    session: Session
    recording: Recording | None
    live: LiveRecording | None

    @property
    def uid(self) -> uuid.UUID:
        return (self.live or self.recording).uid  # type: ignore[union-attr]

    @property
    def going(self) -> bool:
        """Whether pictures still come in."""
        return self.live is not None and self.live.status != LiveStatus.FINISHED

    @property
    def begun_at(self) -> datetime:
        return self.recording.starts_at if self.recording else self.live.started_at  # type: ignore[union-attr]


def showing_for(user: User, uid: uuid.UUID) -> Showing:
    """A film of a class that the user may open; `DoesNotExist` otherwise."""
    held = Session.objects.filter(klass__in=queries.visible_to(user))
    pks = held.filter(Q(recordings__uid=uid) | Q(lives__uid=uid)).values_list("pk", flat=True)
    found = Session.objects.select_related("klass__provider", "register", "trainer", "venue")
    session = found.get(pk__in=list(set(pks)))
    live = session.lives.select_related("by").filter(uid=uid).first()
    recording = session.recordings.select_related("file", "by").filter(uid=uid).first()
    return Showing(session, recording, live)


def live_for(user: User, uid: uuid.UUID) -> Showing:
    """A live recording of a class that the user may open."""
    showing = showing_for(user, uid)
    if showing.live is None:
        raise LiveRecording.DoesNotExist
    return showing


def segment_for(user: User, uid: uuid.UUID, no: int) -> tuple[Showing, Segment]:
    showing = live_for(user, uid)
    assert showing.live
    return showing, showing.live.segments.select_related("file").get(no=no)


def still_for(user: User, uid: uuid.UUID) -> tuple[Showing, Still]:
    """A picture of a film that the user may open."""
    still = Still.objects.select_related("recording", "file", "by").get(uid=uid)
    return showing_for(user, still.recording.uid), still


@dataclass(frozen=True)
class Chapter:
    """A moment of the half-day; `x` on the time line."""

    at: datetime
    label: str
    kind: str
    x: int = 0

    @property
    def ms(self) -> int:
        return ms(self.at)


@dataclass(frozen=True)
class Stretch:
    """A piece of the time line: where it lies and between which moments."""

    x: int
    width: int
    begin: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return max(1, round((self.end - self.begin).total_seconds() / 60))

    @property
    def seconds(self) -> int:
        return round((self.end - self.begin).total_seconds())


@dataclass(frozen=True)
class TimeLine:
    """Everything under the picture, ready to be drawn."""

    begin: datetime
    end: datetime
    runs: tuple[Run, ...]
    filled: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]
    lesson: Stretch | None
    chapters: tuple[Chapter, ...]
    silent: bool
    seconds: int
    late: int

    @property
    def runs_json(self) -> list[list[int]]:
        return [[run.begin, run.length, run.plays_at] for run in self.runs]


@dataclass(frozen=True)
class _Film:
    spans: Sequence[Span]
    runs: Sequence[Run]
    gaps: Sequence[Span]
    begin: int
    end: int
    silent: bool = False
    seconds: int = 0
    late: int = 0


def time_line(showing: Showing, *, at: datetime) -> TimeLine:
    """What was filmed, what was not, and the lesson's own moments."""
    film = _live_film(showing.live, at) if showing.live else _uploaded(showing.recording)
    scale = WIDTH / max(film.end - film.begin, 1)

    def stretch(a: int, b: int) -> Stretch:
        a, b = max(a, film.begin), min(b, film.end)
        x = round((a - film.begin) * scale)
        return Stretch(x, max(2, round((b - a) * scale)), moment(a), moment(b))

    register = showing.session.register
    lesson = None
    if register and register.starts_at < moment(film.end) and register.ends_at > moment(film.begin):
        lesson = stretch(ms(register.starts_at), ms(register.ends_at))
    chapters = [
        Chapter(one.at, one.label, one.kind, round((one.ms - film.begin) * scale))
        for one in sorted(_chapters(showing.session), key=lambda one: one.at)
        if film.begin <= one.ms <= film.end
    ]
    return TimeLine(
        begin=moment(film.begin),
        end=moment(film.end),
        runs=tuple(film.runs),
        filled=tuple(stretch(a, b) for a, b in film.spans),
        gaps=tuple(stretch(a, b) for a, b in film.gaps),
        lesson=lesson,
        chapters=tuple(chapters),
        silent=film.silent,
        seconds=film.seconds,
        late=film.late,
    )


def _live_film(live: LiveRecording, at: datetime) -> _Film:
    reel = reel_of(live, segments_of(live), at=at)
    return _Film(
        reel.spans,
        reel.runs,
        reel.gaps,
        reel.begin,
        reel.end,
        silent=reel.silent,
        seconds=reel.seconds,
        late=reel.late,
    )


def _uploaded(recording: Recording | None) -> _Film:
    """An upload plays from its claimed beginning for as long as it is."""
    assert recording
    spans = [(ms(a), ms(b)) for a, b in spans_of(recording)]
    begin, end = ms(recording.starts_at), ms(recording.ends_at)
    whole = merged(spans)
    seconds = recording.duration_s or (end - begin) // 1000
    return _Film(
        whole, runs(spans), gaps(whole, begin, end, least_ms=60_000), begin, end, seconds=seconds
    )


def _chapters(session: Session) -> Iterator[Chapter]:
    """Sign-in, lesson, breaks, exam: what the registers and the trials of the class say."""
    register = session.register
    if register is None:
        return
    yield Chapter(register.opens_at, "签到开放", "sign")
    yield Chapter(register.starts_at, "上课", "lesson")
    yield Chapter(register.ends_at, "下课，开始签退", "sign")
    yield Chapter(register.closes_at, "签退截止", "sign")
    for other in _others(session):
        assert other.register
        yield Chapter(other.register.ends_at, f"{other.get_half_display()}下课，休息", "break")
        yield Chapter(other.register.starts_at, f"{other.get_half_display()}上课", "lesson")
    trials = Trial.objects.filter(enrolment__klass=session.klass)
    theory = Sitting.objects.filter(pk__in=trials.values("sitting")).aggregate(
        first=Min("started_at")
    )["first"]
    practical = Practical.objects.filter(pk__in=trials.values("practical")).aggregate(
        first=Min("at")
    )["first"]
    if theory:
        yield Chapter(theory, "理论考试开始", "exam")
    if practical:
        yield Chapter(practical, "实操考核，首份评分", "exam")


def _others(session: Session) -> Sequence[Session]:
    """The class's other half-day of the same day: a film may run through the break."""
    same_day = session.klass.sessions.filter(day=session.day, register__isnull=False)
    return list(same_day.exclude(pk=session.pk).select_related("register"))


@dataclass(frozen=True)
class OnAir:
    """A live recording that is going on now, as a line of the officials' list."""

    live: LiveRecording
    session: Session
    silent: bool

    @property
    def seen_at(self) -> datetime | None:
        return getattr(self.live, "seen_at", None)

    @property
    def since(self) -> str:
        return f"{to_shanghai(self.live.started_at):%H:%M}"


def on_air(user: User, *, at: datetime) -> list[OnAir]:
    """What is being recorded now in the classes that the user may watch, the silent ones first."""
    lives = {live.pk: live for live in with_newest(unfinished())}
    held = Session.lives.through.objects.filter(
        liverecording__in=list(lives), session__klass__in=queries.visible_to(user)
    )
    related = ("session__klass__provider", "session__venue", "session__trainer")
    seconds = silent_seconds(at)
    found = [
        OnAir(live, row.session, is_silent(live, at=at, seconds=seconds))
        for row in held.select_related(*related)
        for live in [lives[row.liverecording_id]]
    ]
    return sorted(found, key=lambda one: (not one.silent, one.live.started_at))
