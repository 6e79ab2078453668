"""`anlan bench vision`: what faces and papers cost, how papers are read, condition by condition.

Papers are drawn (`anlan.testing.cards`), photographed in a dozen ways and scored once; nothing was
chosen by the cards that are scored here. No figure about people is measured: nobody's picture is in
this tree, and attacks that one makes oneself prove nothing (`anlan vision calibrate FOLDER`).
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image

from anlan.testing import cards
from anlan.testing.photographs import CONDITIONS, HARD, as_jpeg, photograph
from anlan.vision.challenge import draw
from anlan.vision.documents import read_document
from anlan.vision.eyes import Eyes
from anlan.vision.findings import Paper
from anlan.vision.layout import alike
from anlan.vision.looks import look_at
from anlan.vision.models import can_tell_the_living
from anlan.vision.pictures import open_picture
from anlan.vision.portraits import find_portraits
from anlan.vision.tests.faces import a_portrait

SEED = 20260701  # tried out on others
CARDS = 20  # of each kind in each condition
TODAY = date(2026, 7, 1)
FRAMES, ROUNDS = 40, 3
PHONE = (4032, 3024)  # what a phone's camera takes

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of paper: how it is made up and drawn."""

    name: str
    make: Callable[[Random], Any]
    draw: Callable[[Any, Random], Image.Image]


KINDS = (
    Kind("id_front", cards.a_person, cards.draw_front),
    Kind("id_back", cards.a_back, cards.draw_back),
    Kind("licence", cards.a_licence, cards.draw_licence),
)


def measure(number: int = CARDS, seed: int = SEED) -> Figures:
    """About ten minutes on one core with the default; `number` is cards a condition."""
    return {**_faces(), **_memory(), **_papers(number, seed)}


def _faces() -> Figures:
    """CPU of one frame with every network, the face drawn; the best of a few rounds."""
    picture = open_picture(as_jpeg(a_portrait())).pixels
    look_at(picture)
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(FRAMES):
            look_at(picture)
        spent.append((time.process_time() - began) / FRAMES * 1000)
    seen = look_at(picture)
    return {
        "face_cpu_ms": round(min(spent), 1),
        "face_frame": "640x480, one drawn face",
        "liveness_models": can_tell_the_living(),
        "face_all_networks": seen.frontal and (seen.live is not None or not can_tell_the_living()),
        "faces_in_frame": len(find_portraits(picture, least_score=0.7)),
    }


def _memory() -> Figures:
    """The most that either process ever held, after a check of twelve seconds and large papers."""
    chance = Random(SEED)
    frame = as_jpeg(a_portrait())
    held: dict[str, float] = {}
    with Eyes() as eyes:
        eyes.check([(at / 8, frame) for at in range(96)], draw(chance, "bench"), [0.0] * 128,
                   seconds=300)  # fmt: skip
        for kind in KINDS:
            sheet = open_picture(photograph(kind.draw(kind.make(chance), chance), "clean", chance))
            large = np.asarray(cv2.resize(sheet.pixels, PHONE), np.uint8)
            eyes.read(as_jpeg(large), today=TODAY, seconds=300)
        for name, pid in zip(("faces", "papers"), eyes.processes(), strict=True):
            held[name] = _most_mb(pid)
    return {
        "worker_rss_mb": round(max(held.values())),
        **{f"worker_rss_mb_{name}": round(mb) for name, mb in held.items()},
    }


def _papers(number: int, seed: int) -> Figures:
    """Each condition draws its own cards."""
    told: dict[str, Figures] = {}
    spent: list[float] = []
    for condition in CONDITIONS:
        counted: Counter[str] = Counter()
        chance = Random(f"{seed} {condition}")
        for _ in range(number):
            for kind in KINDS:
                _count(kind, condition, chance, counted, spent)
        told[condition] = _shares(counted)
    usual = [figures for name, figures in told.items() if name not in HARD]
    return {
        "cards_a_condition": number,
        "seed": seed,
        "id_card_cpu_s": round(sum(spent) / len(spent), 2),
        "id_card_cpu_s_worst": round(max(spent), 2),
        "id_number_wrong_accepted": sum(one["id_number_wrong_accepted"] for one in told.values()),
        **{key: min(one[key] for one in usual)
           for key in ("id_number_exact", "id_all_fields", "id_back_all_fields")},
        "licence_fields": min(one["licence_fields"] for name, one in told.items()
                              if name not in HARD and name != "px_320"),
        "licence_code_wrong_accepted": sum(
            one["licence_code_wrong_accepted"] for one in told.values()),
        "conditions": told,
    }  # fmt: skip


def _count(
    kind: Kind, condition: str, chance: Random, counted: Counter[str], spent: list[float]
) -> None:
    said = kind.make(chance)
    content = photograph(kind.draw(said, chance), condition, chance)
    began = time.process_time()
    paper = read_document(content, today=TODAY)
    if kind.name == "id_front":
        spent.append(time.process_time() - began)
    wanted = {key: written(value) for key, value in asdict(said).items()}
    right = [alike(paper.value(key), value) for key, value in wanted.items()]
    counted[f"{kind.name}_n"] += 1
    counted[f"{kind.name}_sure"] += paper.sure
    counted[f"{kind.name}_fields"] += sum(right)
    counted[f"{kind.name}_all"] += all(right)
    counted[f"{kind.name}_of"] += len(right)
    _count_number(kind.name, wanted, paper, counted)


def _count_number(
    kind: str, wanted: Mapping[str, str], paper: Paper, counted: Counter[str]
) -> None:
    key = {"id_front": "number", "licence": "code"}.get(kind)
    if key:
        exact = paper.value(key) == wanted[key]
        counted[f"{kind}_exact"] += exact
        counted[f"{kind}_wrong"] += paper.sure and not exact


def _shares(counted: Counter[str]) -> Figures:
    def share(part: str, of: str) -> float:
        return round(counted[part] / max(counted[of], 1), 4)

    return {
        "n": counted["id_front_n"],
        "id_number_exact": share("id_front_exact", "id_front_n"),
        "id_number_wrong_accepted": counted["id_front_wrong"],
        "id_sure": share("id_front_sure", "id_front_n"),
        "id_all_fields": share("id_front_all", "id_front_n"),
        "id_back_all_fields": share("id_back_all", "id_back_n"),
        "licence_fields": share("licence_fields", "licence_of"),
        "licence_sure": share("licence_sure", "licence_n"),
        "licence_code_wrong_accepted": counted["licence_wrong"],
    }


def written(value: object) -> str:
    """A drawn value as `Paper` writes it."""
    if value is None:
        return "长期"
    return value.isoformat() if isinstance(value, date) else str(value)


def _most_mb(pid: int | None) -> float:
    """High-water mark of resident memory (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
