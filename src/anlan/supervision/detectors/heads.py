"""Faces on the recordings against names on the register."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from anlan.classes.models import Session, TrainingClass
from anlan.foundation.rules.queries import Rulebook
from anlan.recordings.models import HeadCount
from anlan.supervision.doubts import Doubt, class_facts, files_link, half_day_of, sessions_seen
from anlan.supervision.models import TicketKind


def heads_against_signatures(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """Far fewer faces in the fullest frame than people who signed in.

    Assumes that a frame shows most of the room; the tolerance is a share and some people. A class
    without any face at all is the other detector's.
    """
    share, some = rules.number("supervision.head_share"), rules.whole("supervision.head_people")
    for sessions in _by_class(classes):
        if not any(most for _, _, most in sessions):
            continue
        for session, counts, most in sessions:
            present = _present(session)
            if present - most > max(some, share * present):
                yield _fewer(session, counts, most, share, some)


def nobody_to_be_seen(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """Two or more filmed half-days, and no face on any frame of any of them."""
    for sessions in _by_class(classes):
        if len(sessions) < 2 or any(most for _, _, most in sessions):
            continue
        klass = sessions[0][0].klass
        frames = sum(len(count.frames) for _, counts, _ in sessions for count in counts)
        yield Doubt(
            kind=TicketKind.NO_FACE,
            provider=klass.provider,
            klass=klass,
            evidence=str(klass.uid),
            said="已归档的录像抽取画面中均未识别到人像，待核实。",
            facts=[
                *class_facts(klass),
                ("有录像的半天", f"{len(sessions)} 个"),
                ("抽取画面", f"{frames} 帧，均为 0 人"),
            ],
            links=[files_link(klass)],
            subjects=[session.subject for session, _, _ in sessions],
        )


Filmed = tuple[Session, list[HeadCount], int]


def _by_class(classes: Sequence[TrainingClass]) -> Iterator[list[Filmed]]:
    """Sessions all of whose recordings have been counted, class by class."""
    found = sessions_seen(classes).prefetch_related("recordings__head_count")
    counted = [one for one in map(_filmed, found) if one is not None]
    counted.sort(key=lambda one: one[0].klass_id)
    for _, sessions in groupby(counted, key=lambda one: one[0].klass_id):
        yield list(sessions)


def _filmed(session: Session) -> Filmed | None:
    recordings = list(session.recordings.all())
    counts = [one for one in (getattr(r, "head_count", None) for r in recordings) if one]
    read = [one for one in counts if one.frames]
    if not read or len(read) < len(recordings):
        return None
    return session, read, max(one.most for one in read)


def _present(session: Session) -> int:
    return int(session.present)  # type: ignore[attr-defined]


def _fewer(
    session: Session, counts: Sequence[HeadCount], most: int, share: float, some: int
) -> Doubt:
    klass, present = session.klass, _present(session)
    frames = [frame for count in counts for frame in count.frames]
    shown = "、".join(f"{_minute(one['second'])}时 {one['count']} 人" for one in frames[:8])
    return Doubt(
        kind=TicketKind.HEAD_COUNT,
        provider=klass.provider,
        klass=klass,
        evidence=str(session.uid),
        said=f"{session.topic}：录像画面最多 {most} 人，签到 {present} 人，待核实。",
        facts=[
            *class_facts(klass),
            ("半天", half_day_of(session)),
            ("签到人数", f"{present} 人"),
            ("画面最多人数", f"{most} 人"),
            ("抽取画面", shown + ("等" if len(frames) > 8 else "")),
        ],
        inner=[("允许差异", f"{share:.0%} 或 {some} 人，取较大者")],
        links=[files_link(klass)],
        subjects=[session.subject],
    )


def _minute(second: float) -> str:
    """Into the film: 12 分, or 12 分 30 秒."""
    minutes, seconds = divmod(int(second), 60)
    return f"{minutes} 分 {seconds} 秒" if seconds else f"{minutes} 分"
