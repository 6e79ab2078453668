"""Challenges are drawn, frames are judged. Looks are made up here: no person stands before a test."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from anlan.vision.challenge import ACTIONS, SAID, SECONDS, Action, Challenge, distinguishable, draw
from anlan.vision.findings import Look, Timed, Verdict
from anlan.vision.judge import judge
from anlan.vision.thresholds import DEFAULTS

ME = tuple([1.0] + [0.0] * 127)
OTHER = tuple([0.0, 1.0] + [0.0] * 126)
STRAIGHT = Look((), ME, 0.01, -3.0, 0.02, 0.98)
DOES: dict[Action, Look] = {
    "left": replace(STRAIGHT, problems=("face_turned",), likeness=(), off_middle=0.5, live=None),
    "right": replace(STRAIGHT, problems=("face_turned",), likeness=(), off_middle=-0.5, live=None),
    "nod": replace(STRAIGHT, pitch=-20.0),
    "close_eyes": replace(STRAIGHT, closed=0.95),
}
CHALLENGE = draw(Random(3), "nonce")


def acted(challenge: Challenge = CHALLENGE, *, late: float = 0.5) -> list[Timed]:
    """Somebody who does what is asked, half a second after it is asked, eight frames a second."""
    frames = []
    for at in [place / 8 for place in range(int(challenge.seconds * 8))]:
        doing = next(
            (s.action for s in challenge.steps if s.at + late <= at < s.at + late + 0.8), None
        )
        frames.append(Timed(at, DOES[doing] if doing else STRAIGHT))
    return frames


def every(frames: list[Timed], change: Callable[[Look], Look]) -> list[Timed]:
    return [replace(one, look=change(one.look)) for one in frames]


def verdict(frames: list[Timed], enrolled: tuple[float, ...] = ME) -> Verdict:
    return judge(frames, CHALLENGE, enrolled)


def test_challenges_differ_in_what_in_which_order_and_when() -> None:
    drawn = Counter(draw(Random(seed), "n").steps for seed in range(4000))
    assert distinguishable() >= 60
    assert len(drawn) == distinguishable()
    assert max(drawn.values()) < 40  # none is a favourite
    for steps in drawn:
        assert steps[-1].until <= SECONDS
        assert all(a.action != b.action and b.at - a.at >= 2 for a, b in pairwise(steps))
    assert distinguishable(("left", "right", "nod")) >= 60
    assert SAID.keys() == set(ACTIONS)


def test_who_does_what_is_asked_and_is_alike_matches() -> None:
    found = verdict(acted())
    assert (found.outcome, found.reasons) == ("match", ())
    assert (found.likeness, found.live) == (1.0, 0.98)


@pytest.mark.parametrize("seed", range(12))
def test_a_film_of_another_challenge_is_sent_back(seed: int) -> None:
    other = draw(Random(100 + seed), "other")
    if other.steps != CHALLENGE.steps:
        assert verdict(acted(other)).outcome == "retake"


def test_who_does_nothing_or_everything_or_too_early_is_sent_back() -> None:
    still = [Timed(at / 8, STRAIGHT) for at in range(96)]
    early = acted(late=-1.0)
    restless = [Timed(at / 8, list(DOES.values())[at % 4]) for at in range(96)]
    for frames in (still, early):
        assert verdict(frames).reasons == ("wrong_action",)
    assert verdict(restless).outcome != "match"


def test_another_person_is_a_question_and_a_doubtful_one_too() -> None:
    assert verdict(acted(), OTHER).outcome == "no_match"
    between = (0.4, (1 - 0.16) ** 0.5, *[0.0] * 126)
    found = verdict(acted(), between)
    assert (found.outcome, found.reasons) == ("manual_review", ("doubtful_alike",))


def test_what_is_not_living_is_suspected_and_what_may_be_goes_to_a_person() -> None:
    def lives(score: float) -> list[Timed]:
        return every(acted(), lambda look: replace(look, live=None if look.live is None else score))

    assert verdict(lives(0.1)).outcome == "suspected_spoof"
    assert verdict(lives(0.5)).reasons == ("doubtful_live",)


def test_without_the_models_of_the_build_a_person_looks() -> None:
    blind = every(acted(), lambda look: replace(look, live=None, closed=None, pitch=None))
    assert (verdict(blind).outcome, verdict(blind).reasons) == (
        "manual_review",
        ("no_liveness_model",),
    )


def test_a_change_of_person_in_the_middle_is_suspected() -> None:
    frames = acted()
    swapped = [
        replace(one, look=replace(one.look, likeness=OTHER)) if 10 < place < 16 else one
        for place, one in enumerate(frames)
    ]
    assert verdict(swapped).reasons == ("another_face",)


@pytest.mark.parametrize(
    ("problem", "reason"),
    [("no_face", "no_face"), ("two_faces", "two_faces"), ("back_light", "back_light"),
     ("face_small", "face_small"), ("covered", "covered"), ("face_blurred", "face_blurred")],
)  # fmt: skip
def test_bad_frames_are_taken_again_with_advice(problem: str, reason: str) -> None:
    bad = every(acted(), lambda look: Look((problem,)))
    found = verdict(bad)
    assert (found.outcome, found.reasons[0]) == ("retake", reason)
    assert found.likeness is None


def test_times_that_can_not_be_are_taken_again() -> None:
    frames = acted()
    slow = [replace(one, at=one.at * 1.5) for one in frames]
    assert verdict(slow).reasons == ("too_slow",)
    assert verdict(frames[::-1]).reasons == ("bad_times",)
    assert verdict([]).reasons == ("too_few_frames",)
    holes = [one for one in frames if not 2 < one.at < 4]
    assert verdict(holes).outcome == "retake"


def test_thresholds_come_in_by_the_door() -> None:
    strict = replace(DEFAULTS, live_min=0.99)
    assert judge(acted(), CHALLENGE, ME, limits=strict).outcome == "manual_review"
