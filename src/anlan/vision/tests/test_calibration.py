"""Rates and intervals, on likenesses that are made up: what is shown is the arithmetic."""

import json
from pathlib import Path

import numpy as np
import pytest

from anlan.lib.refusals import BadInput
from anlan.operations.cli import main
from anlan.testing.photographs import as_jpeg
from anlan.vision.calibration import Gathered, calibrate, equal_error, gather, wilson
from anlan.vision.calibration import _pairs as pairs_of
from anlan.vision.findings import Look
from anlan.vision.tests.faces import a_portrait
from anlan.vision.thresholds import DEFAULTS


def people(spread: float, *, persons: int = 8, each: int = 4) -> dict[str, list[Look]]:
    """Persons far from each other, their pictures `spread` around them."""
    chance = np.random.default_rng(5)
    found = {}
    for person in range(persons):
        middle = chance.normal(size=128)
        looks = []
        for _ in range(each):
            one = middle / np.linalg.norm(middle) + chance.normal(size=128) * spread / 11
            looks.append(Look((), tuple(one / np.linalg.norm(one)), live=0.9))
        found[f"person{person}"] = looks
    return found


def test_persons_who_are_far_apart_are_never_taken_for_each_other() -> None:
    told = calibrate(Gathered(people(0.3)), limits=DEFAULTS, draws=100)
    assert (told.persons, told.pictures, told.genuine, told.impostor) == (8, 32, 48, 448)
    assert (told.eer.share, told.fmr["match_min"].errors, told.fnmr["match_min"].errors) == (
        0,
        0,
        0,
    )
    assert told.fmr["match_min"].wilson[1] > 0.005  # none of 448 is not never
    assert told.living_refused is not None
    assert told.living_refused.errors == 0


def test_errors_grow_with_the_spread_and_intervals_hold_the_rate() -> None:
    told = calibrate(Gathered(people(1.4)), limits=DEFAULTS, draws=300)
    rate = told.fnmr["match_min"]
    assert 0 < rate.share < 1
    assert rate.wilson[0] < rate.share < rate.wilson[1]
    assert rate.by_person is not None
    assert rate.by_person[0] <= rate.share <= rate.by_person[1]
    assert told.fnmr["review_min"].errors < rate.errors


def test_the_equal_error_rate_of_four_known_pairs() -> None:
    """Genuine .9 and .3, impostors .4 and .1: at .4 one of two errs on either side."""
    looks = {"a": [Look((), (1.0, 0.0)), Look((), (0.9, 0.1))]}
    pairs = pairs_of(looks | {"b": [Look((), (0.0, 1.0))]})
    made = type(pairs)(
        np.array([0.9, 0.3, 0.4, 0.1]), np.array([0, 1, 0, 0]), np.array([0, 1, 1, 1])
    )
    share, threshold = equal_error(made, np.ones(4))
    assert (share, threshold) == (0.5, 0.4)


def test_wilson_as_published() -> None:
    """Newcombe 1998, table I: 81 of 263 and 0 of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_attacks_that_pass_are_counted_by_kind() -> None:
    attacks = {"print": [Look((), live=0.9), Look((), live=0.1)], "none": []}
    told = calibrate(Gathered(people(0.3), attacks), limits=DEFAULTS, draws=100)
    assert told.attacks_passed.keys() == {"print"}
    assert (told.attacks_passed["print"].errors, told.attacks_passed["print"].n) == (1, 2)


def test_a_folder_is_measured_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drawn faces are all alike, so every threshold is wrong about them: figures, not praise."""
    for person, size in (("甲", 200), ("乙", 190), ("丙", 180)):
        (tmp_path / person).mkdir()
        for name, more in (("1.jpg", 0), ("2.jpg", 10)):
            (tmp_path / person / name).write_bytes(as_jpeg(a_portrait(size + more)))
    (tmp_path / "甲" / "bad.jpg").write_bytes(b"GIF89a")
    (tmp_path / "甲" / "notes.txt").write_text("not looked at")
    assert main(["vision", "calibrate", str(tmp_path), "--json", "--draws", "100"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["persons"], told["pictures"], told["genuine"], told["impostor"]) == (3, 6, 3, 12)
    assert told["unused"] == {"gif": 1}
    assert told["fmr"]["match_min"]["share"] > 0.5
    assert main(["vision", "calibrate", str(tmp_path), "--match", "2"]) == 1


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "not there"):
        with pytest.raises(BadInput):
            gather(folder, limits=DEFAULTS)
