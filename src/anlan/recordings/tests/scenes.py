"""Live recordings in a state that a story begins with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from anlan.recordings.live.services import begin_live, keep_segment
from anlan.recordings.models import LiveRecording, Segment, Source
from anlan.testing.cast import NOW, Cast


def a_live(
    cast: Cast, *, source: Source = Source.BROWSER, at: datetime = NOW, address: str = ""
) -> LiveRecording:
    return begin_live(title="上午课", source=source, by=cast.class_manager, at=at, address=address)


def kept(
    live: LiveRecording,
    folder: Path,
    seconds: Sequence[float],
    *,
    part: int = 0,
    begin: datetime = NOW,
) -> list[Segment]:
    """Segments of four seconds that begin so many seconds after `begin`, with bytes of their own."""
    found = []
    for place, second in enumerate(seconds):
        path = folder / f"{part}-{place}.ts"
        path.write_bytes(f"segment {part} {place}".encode())
        one = keep_segment(
            live,
            path,
            part=part,
            place=place,
            starts_at=begin + timedelta(seconds=second),
            duration_ms=4000,
        )
        assert one
        found.append(one)
    return found
