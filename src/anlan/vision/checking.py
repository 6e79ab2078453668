"""Frames as bytes become a verdict or an enrolment: pictures opened, looked at, judged."""

from collections.abc import Sequence
from itertools import combinations
from statistics import median

from anlan.vision.advice import UnusablePicture
from anlan.vision.challenge import Challenge
from anlan.vision.findings import Enrolment, Look, Timed, Verdict
from anlan.vision.judge import judge
from anlan.vision.likeness import alike, mean_likeness
from anlan.vision.looks import FRAME_SIDE, look_at, look_at_paper
from anlan.vision.pictures import open_picture
from anlan.vision.thresholds import DEFAULTS, Thresholds

MOST_FRAMES = 150  # twelve frames a second for as long as a check takes
COMPARED = 24  # frames whose face is compared and looked at for liveness; movement is seen in all


def check(
    frames: Sequence[tuple[float, bytes]],
    challenge: Challenge,
    enrolled: Sequence[float],
    *,
    limits: Thresholds = DEFAULTS,
) -> Verdict:
    """Timed pictures against one enrolled likeness. A frame that can't be opened counts as bad."""
    taken = frames[:MOST_FRAMES]
    every = -(-len(taken) // COMPARED) or 1
    looks = [
        Timed(at, _look(content, limits, compared=place % every == 0))
        for place, (at, content) in enumerate(taken)
    ]
    return judge(looks, challenge, enrolled, limits=limits)


def enrol(
    frames: Sequence[tuple[float, bytes]], paper: bytes = b"", *, limits: Thresholds = DEFAULTS
) -> Enrolment:
    """A likeness from live frames, and how alike the portrait on the card is.

    Whether that is enough is for the caller: `to_paper` against `match_min` and `review_min`.
    """
    looks = [_look(content, limits) for _, content in frames[:COMPARED]]
    good = [look for look in looks if look.frontal]
    if len(good) < limits.frames_min:
        told = [code for look in looks for code in look.problems]
        return Enrolment(reasons=(*dict.fromkeys(sorted(told, key=told.count, reverse=True)[:2]),
                                  "too_few_frames"))  # fmt: skip
    if any(alike(a.likeness, b.likeness) < limits.continuity_min for a, b in combinations(good, 2)):
        return Enrolment(reasons=("another_face",))
    live = [look.live for look in good if look.live is not None]
    if live and median(live) < limits.live_doubt_min:
        return Enrolment(reasons=("not_live",))
    usual = mean_likeness([look.likeness for look in good])
    likeness = tuple(float(one) for one in usual)
    reasons = () if live and median(live) >= limits.live_min else _doubt(live)
    return Enrolment(likeness, reasons, _to_paper(paper, likeness, limits))


def _doubt(live: Sequence[float]) -> tuple[str, ...]:
    return ("doubtful_live",) if live else ("no_liveness_model",)


def _to_paper(paper: bytes, likeness: Sequence[float], limits: Thresholds) -> float | None:
    if not paper:
        return None
    look = look_at_paper(open_picture(paper).pixels, limits=limits)
    return round(alike(likeness, look.likeness), 4) if look.likeness else None


def _look(content: bytes, limits: Thresholds, *, compared: bool = True) -> Look:
    try:
        return look_at(
            open_picture(content, longest=FRAME_SIDE).pixels, limits=limits, compared=compared
        )
    except UnusablePicture as refused:
        return Look((refused.code,))
