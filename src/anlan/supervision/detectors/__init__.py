"""Detectors: each reads, compares and says what differs. None decides, none writes.

Every one takes the classes to look at and the rules of the day. What each assumes, and where it
errs, stands in docs/rooms/supervision.md.
"""

from collections.abc import Callable, Iterator, Sequence

from anlan.classes.models import TrainingClass
from anlan.foundation.rules.queries import Rulebook
from anlan.supervision.detectors import (
    answers,
    capacity,
    devices,
    heads,
    photos,
    places,
    videos,
)
from anlan.supervision.doubts import Doubt

Detector = Callable[[Sequence[TrainingClass], Rulebook], Iterator[Doubt]]

DETECTORS: tuple[Detector, ...] = (
    heads.heads_against_signatures,
    heads.nobody_to_be_seen,
    places.trainer_in_two_places,
    places.venue_used_twice,
    devices.one_device_for_many,
    devices.one_device_in_two_places,
    devices.signed_in_a_burst,
    photos.same_photo,
    videos.same_video_twice,
    answers.sheets_alike,
    answers.too_fast,
    capacity.beyond_capacity,
)


def doubts_in(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """Everything that every detector says of these classes."""
    for detector in DETECTORS:
        yield from detector(classes, rules)
