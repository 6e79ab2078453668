"""From looks at frames to an outcome. Pure: numbers and times in, a word and its reasons out.

The machine never decides against a person by itself: `no_match` and `suspected_spoof` are questions
to a person, and the learner goes on under review (see the room identity).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

from anlan.vision.challenge import Challenge, Step
from anlan.vision.findings import TURNED, Look, Outcome, Timed, Verdict
from anlan.vision.likeness import alike, mean_likeness
from anlan.vision.thresholds import DEFAULTS, Thresholds

SETTLE = 0.15  # seconds: nobody answers a prompt sooner
LATE = 1.0  # seconds beyond the challenge that a slow phone's last frame may come
MOST_GAP = 1.0  # seconds between two frames: in a longer hole anything may have happened


def judge(
    frames: Sequence[Timed],
    challenge: Challenge,
    enrolled: Sequence[float],
    *,
    limits: Thresholds = DEFAULTS,
) -> Verdict:
    """One check against one enrolled likeness."""
    frontal = [one.look for one in frames if one.look.frontal]
    wrong = _wrong_frames(frames, frontal, challenge, limits)
    if wrong:
        return Verdict("retake", wrong, frames=len(frontal))
    likeness = median(alike(enrolled, look.likeness) for look in frontal)
    measured = [look.live for look in frontal if look.live is not None]
    live = median(measured) if measured else None
    outcome, reasons = _outcome(frames, frontal, challenge, likeness, live, limits)
    return Verdict(outcome, reasons, round(likeness, 4), _rounded(live), len(frontal))


def _outcome(
    frames: Sequence[Timed],
    frontal: Sequence[Look],
    challenge: Challenge,
    likeness: float,
    live: float | None,
    limits: Thresholds,
) -> tuple[Outcome, tuple[str, ...]]:
    """Fraud before mistakes, mistakes before doubt, doubt before a match."""
    if live is not None and live < limits.live_doubt_min:
        return "suspected_spoof", ("not_live",)
    if _changed(frontal, limits):
        return "suspected_spoof", ("another_face",)
    if live is not None and _failed(frames, challenge, limits):
        return "retake", ("wrong_action",)
    if likeness < limits.review_min:
        return "no_match", ("not_alike",)
    doubts = []
    if live is None:
        doubts.append("no_liveness_model")
    elif live < limits.live_min:
        doubts.append("doubtful_live")
    if likeness < limits.match_min:
        doubts.append("doubtful_alike")
    return ("manual_review" if doubts else "match"), tuple(doubts)


def _wrong_frames(
    frames: Sequence[Timed], frontal: Sequence[Look], challenge: Challenge, limits: Thresholds
) -> tuple[str, ...]:
    """Why the frames can't be judged at all."""
    times = [one.at for one in frames]
    if not times or times != sorted(set(times)) or times[0] < 0:
        return ("bad_times",) if times else ("too_few_frames",)
    if times[-1] > min(challenge.seconds, limits.check_seconds) + LATE:
        return ("too_slow",)
    crowded = sum("two_faces" in one.look.problems for one in frames)
    if crowded > 1:
        return ("two_faces",)
    if len(frontal) < limits.frames_min:
        told = Counter(code for one in frames for code in one.look.problems if code != TURNED)
        return (*(code for code, _ in told.most_common(2)), "too_few_frames")
    return ()


def _changed(frontal: Sequence[Look], limits: Thresholds) -> bool:
    """Whether two or more frames show somebody else than the rest."""
    usual = mean_likeness([look.likeness for look in frontal])
    others = [look for look in frontal if alike(usual, look.likeness) < limits.continuity_min]
    return len(others) >= 2


def _failed(frames: Sequence[Timed], challenge: Challenge, limits: Thresholds) -> bool:
    """Whether an action was missing, or came when it was not asked for."""
    seen = [one for one in frames if one.look.seen]
    first = challenge.steps[0].at
    ahead = [one.look for one in seen if one.at <= first]
    if not ahead or _holes(seen, challenge):
        return True
    moves = _moves(ahead, limits)
    if any(moves[action](look) for action in moves for look in ahead):
        return True
    return not all(_did(step, seen, moves) for step in challenge.steps)


def _holes(seen: Sequence[Timed], challenge: Challenge) -> bool:
    """A second without a usable frame while actions run."""
    times = [one.at for one in seen if one.at <= challenge.steps[-1].until]
    ends = [0.0, *times, challenge.steps[-1].until]
    return any(later - sooner > MOST_GAP for sooner, later in pairwise(ends))


def _moves(ahead: Sequence[Look], limits: Thresholds) -> dict[str, Callable[[Look], bool]]:
    """Each action as a question to a look, measured against the look straight ahead."""
    middle = median(look.off_middle for look in ahead)
    level = median(look.pitch if look.pitch is not None else 0.0 for look in ahead)
    return {
        "left": lambda look: look.off_middle - middle > limits.yaw_turn_min,
        "right": lambda look: middle - look.off_middle > limits.yaw_turn_min,
        "nod": lambda look: look.pitch is not None
        and not look.problems and abs(look.pitch - level) > limits.pitch_nod_min,
        "close_eyes": lambda look: (look.closed or 0.0) > limits.eye_closed_min,
    }  # fmt: skip


def _did(step: Step, seen: Sequence[Timed], moves: dict[str, Callable[[Look], bool]]) -> bool:
    """The action inside its time, not before it, and not the opposite turn instead."""
    inside = [one.look for one in seen if step.at + SETTLE <= one.at <= step.until]
    early = [one.look for one in seen if step.at - SETTLE <= one.at < step.at + SETTLE]
    mine = moves[step.action]
    opposite = {"left": "right", "right": "left"}.get(step.action)
    if opposite and any(moves[opposite](look) for look in inside):
        return False
    return any(mine(look) for look in inside) and not all(mine(look) for look in [*early, *inside])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
