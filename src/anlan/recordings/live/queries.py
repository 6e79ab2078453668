"""What is known of a live recording: where it stands, what is missing, its playlist."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from anlan.foundation.ledger.services import rfc3339
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.recordings.models import LiveRecording, LiveStatus, Segment
from anlan.recordings.spans import Run, Span, gaps, merged, ms, runs

FORMAT = "anlan-segments/1"


def unfinished() -> QuerySet[LiveRecording]:
    """What the recorder has to see to, the oldest first."""
    return LiveRecording.objects.exclude(status=LiveStatus.FINISHED).order_by("id")


def with_newest(lives: QuerySet[LiveRecording]) -> QuerySet[LiveRecording]:
    """Adds `seen_at`: when the newest segment was kept; None before the first."""
    newest = Segment.objects.filter(live=OuterRef("pk")).order_by("-no")
    return lives.annotate(seen_at=Subquery(newest.values("received_at")[:1]))


def segments_of(live: LiveRecording) -> list[Segment]:
    """In order, with no more than their times: a morning has thousands, asked for often."""
    times = ("no", "starts_at", "duration_ms", "received_at", "discontinuity", "live_id")
    return list(live.segments.order_by("no").only(*times))


def segments_with_files(live: LiveRecording) -> list[Segment]:
    return list(live.segments.select_related("file").order_by("no"))


def span_of(segment: Segment) -> Span:
    begin = ms(segment.starts_at)
    return begin, begin + segment.duration_ms


@dataclass(frozen=True)
class Reel:
    """A live recording as it can be played now: stretches, gaps, whether pictures still come."""

    runs: tuple[Run, ...]
    spans: tuple[Span, ...]
    gaps: tuple[Span, ...]
    begin: int
    end: int
    silent: bool
    seconds: int
    late: int


def reel_of(live: LiveRecording, segments: Sequence[Segment], *, at: datetime) -> Reel:
    """`begin` and `end` are ms since 1970; a live one ends now, so a silence shows as a gap.

    `late` counts segments that came more than a silence after they were filmed: sent afterwards.
    """
    silence = silent_seconds(at) * 1000
    spans = [span_of(one) for one in segments]
    whole = merged(spans)
    begin = min([ms(live.started_at), *(a for a, _ in whole[:1])])
    last = whole[-1][1] if whole else begin
    going = live.status == LiveStatus.LIVE
    end = max(last, ms(at if going else (live.ended_at or at)))
    holes = gaps(whole, begin, end, least_ms=silence if going else SHORTEST_GAP_MS)
    return Reel(
        runs=tuple(runs(spans)),
        spans=tuple(whole),
        gaps=tuple(holes),
        begin=begin,
        end=max(end, begin + 1000),
        silent=going and end - last > silence,
        seconds=sum(one.duration_ms for one in segments) // 1000,
        late=sum(
            ms(one.received_at) - ms(one.starts_at) - one.duration_ms > silence for one in segments
        ),
    )


SHORTEST_GAP_MS = 5000  # the first picture comes some seconds after the button, the last before


def silent_seconds(at: datetime) -> int:
    """How long nothing may come before it counts as an interruption; a dated rule."""
    return rulebook(local_date(at)).whole("live.silent_seconds")


def is_silent(live: LiveRecording, *, at: datetime, seconds: int) -> bool:
    """Whether nothing has been kept for longer than `seconds`; needs `with_newest`."""
    seen: datetime | None = getattr(live, "seen_at", None)
    return live.status == LiveStatus.LIVE and at - (seen or live.started_at) > timedelta(
        seconds=seconds
    )


def playlist(live: LiveRecording, segments: Sequence[Segment], address: str) -> str:
    """HLS (RFC 8216): EVENT while it grows, closed with ENDLIST when it has ended.

    `address` has `%d` for the number of a segment.
    """
    longest = max((one.duration_ms for one in segments), default=4000)
    over = live.status == LiveStatus.FINISHED
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest / 1000)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if over else 'EVENT'}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for at, one in enumerate(segments):
        if one.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if one.discontinuity or at == 0:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{rfc3339(one.starts_at)}")
        lines += [f"#EXTINF:{one.duration_ms / 1000:.3f},", address % one.no]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if over else []), ""])


def segment_list(live: LiveRecording, segments: Sequence[Segment]) -> dict[str, Any]:
    """What stands for the whole of a finished live recording ("anlan-segments/1")."""
    return {
        "format": FORMAT,
        "recording": str(live.uid),
        "init": None,
        "segments": [
            {
                "no": one.no,
                "name": one.name,
                "sha256": one.file.sha256,
                "size": one.file.size,
                "starts_at": rfc3339(one.starts_at),
                "duration_ms": one.duration_ms,
            }
            for one in segments
        ],
    }
