"""Whether what was filmed covers what was held."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from anlan.recordings.models import Recording


def covers(
    recordings: Iterable[Recording],
    starts_at: datetime,
    ends_at: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> bool:
    """Do these recordings, laid end to end, leave no gap longer than `tolerance`?

    It believes the times that were claimed on filing; the length of the video itself is not read.
    """
    reached = starts_at
    for one in sorted(recordings, key=lambda recording: recording.starts_at):
        if one.starts_at > reached + tolerance:
            break  # a gap, or a film of some later occasion
        reached = max(reached, one.ends_at)
    return reached >= ends_at - tolerance


def same_video(recording: Recording) -> QuerySet[Recording]:
    """Other recordings filed with the very same bytes: one film for two occasions is a question."""
    return Recording.objects.filter(file__sha256=recording.file.sha256).exclude(pk=recording.pk)
