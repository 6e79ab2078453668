"""One frame looked at: is it good enough, who stands there, which way do they look.

A look is all that is kept of a frame: numbers, no pixels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from anlan.vision.findings import TURNED, Look
from anlan.vision.models import can_tell_the_living
from anlan.vision.pictures import Picture
from anlan.vision.portraits import (
    Portrait,
    aligned,
    eyes_closed,
    find_portraits,
    likeness_of,
    living,
    pose_of,
)
from anlan.vision.thresholds import DEFAULTS, Thresholds

FRAME_SIDE = 640  # a frame is made no larger than this
PAPER_SIDE = 640  # finder's side for the small portrait on a card
SHARPNESS_SIDE = 160
# Rows of the aligned face (112 high): around the eyes, around the mouth.
EYES_ROWS, MOUTH_ROWS, COLUMNS = slice(40, 64), slice(80, 104), slice(28, 84)


def look_at(picture: Picture, *, limits: Thresholds = DEFAULTS, compared: bool = True) -> Look:
    """One frame, BGR; only its movement is looked at where it need not be `compared`."""
    faces = find_portraits(picture, least_score=limits.face_score_min)
    if not faces:
        return Look((_far_away(picture, limits) or "no_face",))
    if len(faces) > 1 and faces[1].height > limits.second_face_share * faces[0].height:
        return Look(("two_faces",))
    face = faces[0]
    upright = aligned(picture, face)
    problems = _problems(picture, face, upright, limits)
    frontal = not problems and compared
    models = can_tell_the_living() and set(problems) <= {TURNED}
    return Look(
        problems=problems,
        likeness=tuple(float(one) for one in likeness_of(upright)) if frontal else (),
        off_middle=face.off_middle,
        pitch=pose_of(picture, face)[1] if models else None,
        closed=eyes_closed(picture, face) if models else None,
        live=living(picture, face) if models and frontal else None,
    )


def look_at_paper(picture: Picture, *, limits: Thresholds = DEFAULTS) -> Look:
    """The portrait on a photographed card: small and printed, so only what spoils a comparison."""
    faces = find_portraits(picture, least_score=limits.face_score_min, side=PAPER_SIDE)
    if not faces:
        return Look(("no_face",))
    likeness = likeness_of(aligned(picture, faces[0]))
    return Look((), tuple(float(one) for one in likeness), faces[0].off_middle)


def _far_away(picture: Picture, limits: Thresholds) -> str:
    """Whether somebody stands too far off to be found at first sight."""
    faces = find_portraits(picture, least_score=limits.face_score_min - 0.2, side=FRAME_SIDE)
    return "face_small" if faces and faces[0].height < limits.face_side_min else ""


def _problems(
    picture: Picture, face: Portrait, upright: Picture, limits: Thresholds
) -> tuple[str, ...]:
    """What is wrong with the frame, worst first."""
    found = []
    if face.height < limits.face_side_min or face.width < 0.75 * limits.face_side_min:
        found.append("face_small")
    if _cut(picture, face):
        found.append("face_cut")
    found += _light(picture, face, upright, limits)
    if _sharpness(picture, face) < limits.face_sharp_min:
        found.append("face_blurred")
    if abs(face.off_middle) > limits.turned_max:
        found.append(TURNED)
    elif _covered(upright, limits):
        found.append("covered")
    return tuple(found)


def _cut(picture: Picture, face: Portrait) -> bool:
    """A tenth of the face lies outside the picture."""
    height, width = picture.shape[:2]
    outside_x = max(-face.x, 0) + max(face.x + face.width - width, 0)
    outside_y = max(-face.y, 0) + max(face.y + face.height - height, 0)
    return bool(outside_x > 0.1 * face.width or outside_y > 0.1 * face.height)


def _light(picture: Picture, face: Portrait, upright: Picture, limits: Thresholds) -> list[str]:
    level = float(cv2.cvtColor(upright, cv2.COLOR_BGR2GRAY)[24:104, 24:88].mean())
    around = float(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).mean())
    if around - level > limits.back_light_gap:
        return ["back_light"]
    if level < limits.face_dark_max:
        return ["face_dark"]
    return ["face_bright"] if level > limits.face_bright_min else []


def _sharpness(picture: Picture, face: Portrait) -> float:
    """Variance of the Laplacian of the face at 160 × 160."""
    x, y = max(int(face.x), 0), max(int(face.y), 0)
    box = picture[y : int(face.y + face.height), x : int(face.x + face.width)]
    grey = cv2.cvtColor(box, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (SHARPNESS_SIDE, SHARPNESS_SIDE))
    return float(cv2.Laplacian(small, cv2.CV_64F).var())


def _covered(upright: Picture, limits: Thresholds) -> bool:
    """A mask is smooth where mouth and nose would be, sunglasses are where the eyes would be."""
    grey = cv2.cvtColor(upright, cv2.COLOR_BGR2GRAY).astype(np.float32)
    eyes, mouth = _detail(grey[EYES_ROWS, COLUMNS]), _detail(grey[MOUTH_ROWS, COLUMNS])
    return min(eyes, mouth) < limits.mouth_share_min * max(eyes, mouth)


def _detail(part: NDArray[np.float32]) -> float:
    """Mean slope of the grey levels, light and shade aside."""
    across, down = np.abs(np.diff(part, axis=1)).mean(), np.abs(np.diff(part, axis=0)).mean()
    return float(across + down)
