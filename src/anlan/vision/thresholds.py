"""Every limit of this room as one dated value; the rules `vision.*` carry the same names.

The defaults come from trials on a handful of public pictures and on drawn cards. They are to be
calibrated on consented local pairs (`anlan vision calibrate FOLDER`) before they decide anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

PREFIX = "vision."


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Grey levels run from 0 to 255, scores from 0 to 1, likeness is a cosine."""

    # The check: likeness to the enrolled face, and whether somebody stands there
    match_min: float = 0.45
    review_min: float = 0.36
    live_min: float = 0.70
    live_doubt_min: float = 0.40
    frames_min: int = 3
    continuity_min: float = 0.36  # likeness of each frame to the median of all
    # One frame
    face_score_min: float = 0.70
    second_face_share: float = 0.30  # of the first face's height: smaller ones stand far behind
    face_side_min: int = 80  # pixels
    face_dark_max: float = 50.0
    face_bright_min: float = 215.0
    back_light_gap: float = 90.0  # grey levels by which the ground outshines the face
    face_sharp_min: float = 25.0  # variance of the Laplacian at 160 × 160
    turned_max: float = 0.25  # nose off the middle of the eyes, in eye distances
    mouth_share_min: float = 0.40  # of the detail of the upper half that the lower half shows
    # Actions of the challenge
    yaw_turn_min: float = 0.22  # nose off the middle, in eye distances, against the start
    pitch_nod_min: float = 9.0  # degrees against the start
    eye_closed_min: float = 0.60
    check_seconds: float = 12.0
    # Papers
    text_sure_min: float = 0.80
    digit_sure_min: float = 0.50
    card_dark_max: float = 45.0
    card_sharp_min: float = 12.0
    glare_share_max: float = 0.012
    letter_side_min: float = 9.0  # pixels
    holder_age_min: int = 16

    @classmethod
    def of(cls, rules: Mapping[str, Any]) -> "Thresholds":
        """From values of rules by key; a rule that is missing keeps its default."""
        known = {field.name for field in fields(cls)}
        named = {key.removeprefix(PREFIX): value for key, value in rules.items()
                 if key.startswith(PREFIX)}  # fmt: skip
        return cls(**{key: value for key, value in named.items() if key in known})


DEFAULTS = Thresholds()
