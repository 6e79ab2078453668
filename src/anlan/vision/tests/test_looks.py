"""One frame is looked at: faces are drawn, so what is shown is the gates, not how well they do."""

from random import Random

import cv2
import numpy as np
import pytest

from anlan.testing.photographs import as_jpeg
from anlan.vision.challenge import draw
from anlan.vision.checking import check, enrol
from anlan.vision.looks import look_at
from anlan.vision.models import NoModel
from anlan.vision.pictures import Picture
from anlan.vision.tests.faces import a_classroom, a_portrait


def masked(picture: Picture) -> Picture:
    """A smooth cloth from nose to chin of a face of 300 pixels in the middle."""
    cv2.ellipse(picture, (320, 330), (120, 85), 0, 0, 360, (190, 170, 150), -1, cv2.LINE_AA)
    return picture


def test_a_good_frame_is_compared() -> None:
    look = look_at(a_portrait())
    assert (look.problems, look.frontal, len(look.likeness)) == ((), True, 128)
    assert abs(sum(one * one for one in look.likeness) - 1) < 1e-4
    assert look.live is not None
    assert look.closed is not None


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (a_classroom(), "no_face"),
        (a_classroom((180, 240, 220), (460, 240, 200)), "two_faces"),
        (a_classroom((320, 240, 40)), "face_small"),
        (np.asarray(a_portrait() * 0.25, np.uint8), "face_dark"),
        (np.asarray(cv2.GaussianBlur(a_portrait(), (0, 0), 5), np.uint8), "face_blurred"),
        (masked(a_portrait()), "covered"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_bad_frame_says_why(picture: Picture, problem: str) -> None:
    look = look_at(picture)
    assert problem in look.problems
    assert (look.frontal, look.likeness, look.live) == (False, (), None)


def test_a_face_before_a_bright_window() -> None:
    picture = a_portrait(260)
    outside = np.full((480, 640), 255, np.uint8)
    cv2.ellipse(outside, (320, 230), (115, 150), 0, 0, 360, 0, -1)
    dimmed = np.asarray(picture * 0.45, np.uint8)
    dimmed[outside > 0] = 250
    assert "back_light" in look_at(dimmed).problems


def test_a_still_drawing_is_refused_by_the_check() -> None:
    """Alike to itself in every frame, and yet no match: it does nothing that was asked."""
    frame = as_jpeg(a_portrait())
    frames = [(at / 4, frame) for at in range(40)]
    enrolled = enrol(frames[:3])
    found = check(frames[::4], draw(Random(1), "n"), enrolled.likeness)
    assert found.outcome in {"retake", "suspected_spoof"}


def test_without_liveness_models_the_look_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.vision.looks.can_tell_the_living", lambda: False)
    look = look_at(a_portrait())
    assert (look.frontal, look.live, look.closed, look.pitch) == (True, None, None, None)
    assert issubclass(NoModel, RuntimeError)


def test_enrolment_wants_frames_of_one_face() -> None:
    one, two = (as_jpeg(a_portrait(size)) for size in (300, 50))
    assert enrol([(0, two), (1, two)]).reasons[-1] == "too_few_frames"
    found = enrol([(0.1 * at, one) for at in range(3)], paper=one)
    assert len(found.likeness) == 128
    assert found.to_paper is not None
    assert found.to_paper > 0.9
