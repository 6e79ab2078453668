"""Whether what was filmed covers what was held."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from anlan.recordings.models import Recording
from anlan.recordings.spans import moment


def covers(
    recordings: Iterable[Recording],
    starts_at: datetime,
    ends_at: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> bool:
    """Do these recordings, laid end to end, leave no gap longer than `tolerance`?

    A live recording counts for what its segments fill, an upload for no more than its own length;
    until that has been read (`examined_at`) the claimed times are believed.
    """
    reached = starts_at
    for begin, end in sorted(span for one in recordings for span in spans_of(one)):
        if begin > reached + tolerance:
            break  # a gap, or a film of some later occasion
        reached = max(reached, end)
    return reached >= ends_at - tolerance


def spans_of(recording: Recording) -> list[tuple[datetime, datetime]]:
    """The stretches of time that a recording really shows, as far as that is known."""
    if recording.spans is not None:
        return [(moment(begin), moment(end)) for begin, end in recording.spans]
    end = recording.ends_at
    if recording.duration_s is not None:
        end = min(end, recording.starts_at + timedelta(seconds=recording.duration_s))
    return [(recording.starts_at, end)] if end > recording.starts_at else []


@dataclass(frozen=True)
class LengthDoubt:
    """An upload whose own length does not fit the time that it claims; `seconds` 0: unreadable."""

    claimed: int
    seconds: int


def length_doubt(recording: Recording, *, tolerance_s: int) -> LengthDoubt | None:
    """Whether the claimed range and the film's own length differ by more than `tolerance_s`."""
    if recording.spans is not None or recording.duration_s is None:
        return None
    claimed = round((recording.ends_at - recording.starts_at).total_seconds())
    if abs(claimed - recording.duration_s) <= tolerance_s:
        return None
    return LengthDoubt(claimed, recording.duration_s)


def same_video(recording: Recording) -> QuerySet[Recording]:
    """Other recordings filed with the very same bytes: one film for two occasions is a question."""
    return Recording.objects.filter(file__sha256=recording.file.sha256).exclude(pk=recording.pk)
