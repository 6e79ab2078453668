"""`anlan bench coding`: how quick narratives are coded, and how well on public ones.

Accuracy is measured on American narratives that lie beside the checkout, when they do; none is
claimed for Chinese. Every figure is one run: the later quarter is scored once, nothing is chosen
by it. One thread. The job and the review queue are measured in `coding_queue`.
"""

import os
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from threadpoolctl import threadpool_limits

from anlan.methods.coding import (
    Cases,
    Coder,
    Evaluation,
    Recipe,
    baseline_accuracy,
    evaluate,
    train,
)
from anlan.operations.bench import coding_queue
from anlan.operations.narratives import Columns, read_cases

Figures = dict[str, float | int | str]
SPOKEN = 20_000
SYNTHETIC_ROWS = 3_000


@dataclass(frozen=True, slots=True)
class Task:
    """One file and column of the shared data, and what its figures are called."""

    name: str
    file: str
    columns: Columns


OSHA, MSHA = "osha_sir.csv.gz", "msha_narratives.csv.gz"
TASKS = (
    Task("osha_event", OSHA, Columns("Final Narrative", "Event", "EventDate", 1)),
    Task("osha_part", OSHA, Columns("Final Narrative", "Part of Body", "EventDate", 1)),
    Task("osha_source", OSHA, Columns("Final Narrative", "Source", "EventDate", 1)),
    Task("msha_part", MSHA, Columns("NARRATIVE", "INJ_BODY_PART", "ACCIDENT_DT")),
)


def measure() -> Figures:
    """A few minutes with the shared data, seconds without."""
    with threadpool_limits(1):
        return {**_methods(), **coding_queue.measure()}


def _methods() -> Figures:
    folder = shared_data()
    if folder is None:
        return {"narratives": "synthetic", **_speed(*_synthetic())}
    return _on_shared(folder / "injury_us")


def shared_data() -> Path | None:
    """Public data: in ``ANLAN_SHARED_DATA``, else ``shared/data`` beside the checkout."""
    named = os.environ.get("ANLAN_SHARED_DATA")
    places = [Path(named)] if named else [
        parent / "shared" / "data" for parent in Path(__file__).resolve().parents
    ]  # fmt: skip
    return next((p for p in places if all(_holds(p, name) for name in (OSHA, MSHA))), None)


def _holds(folder: Path, name: str) -> bool:
    return (folder / "injury_us" / name).is_file()


def _on_shared(folder: Path) -> Figures:
    figures: Figures = {"narratives": "osha_sir, msha_narratives"}
    spoken: tuple[Coder, list[str]] | None = None
    for task in TASKS:
        cases, _ = read_cases(folder / task.file, task.columns)
        began = time.process_time()
        found = evaluate(cases, Recipe(), target=task.columns.named)
        figures[f"{task.name}_train_cpu_s"] = round(time.process_time() - began, 1)
        figures |= _figures(task, found)
        spoken = found.coder, list(cases.texts)
    if spoken is not None:
        figures |= _speed(*spoken)
    return figures


def _figures(task: Task, found: Evaluation) -> Figures:
    told = found.figures()
    name = task.name
    mine: Figures = {
        f"{name}_accuracy": told["accuracy"],
        f"{name}_baseline_accuracy": round(baseline_accuracy(found.earlier, found.later), 4),
        f"{name}_top3_accuracy": told["top3_accuracy"],
        f"{name}_chosen_coverage": told["coverage"],
        f"{name}_chosen_accuracy": told["accuracy_answered"] or 0.0,
    }
    if name == "msha_part":
        mine["msha_coverage_at_95"] = told["coverage_at_wanted"]
    return mine


def _speed(coder: Coder, texts: list[str]) -> Figures:
    """Narratives a second on one core, from text to three probabilities."""
    many = (texts * (SPOKEN // len(texts) + 1))[:SPOKEN]
    coder.answer(many[:100])
    began = time.process_time()
    coder.answer(many)
    spent = time.process_time() - began
    return {
        "narratives_per_s": round(SPOKEN / spent),
        "narrative_characters": round(sum(map(len, many)) / SPOKEN),
    }


def _synthetic() -> tuple[Coder, list[str]]:
    """Invented narratives in both languages (合成数据), of the length that real ones have."""
    chance = Random(2021)
    places = ("工地", "车间", "仓库", "码头", "warehouse", "plant", "yard", "roof")
    parts = ("手指", "左腿", "头部", "腰部", "finger", "leg", "head", "back")
    events = {
        "坠落": ("从脚手架坠落", "由梯子跌下", "fell from a ladder", "slipped off the platform"),
        "卷入": (
            "被皮带机卷入",
            "被冲床压伤",
            "was caught in a conveyor",
            "was crushed by a press",
        ),
        "灼烫": ("被蒸汽烫伤", "被熔渣灼伤", "was burned by hot steam", "was scalded by water"),
    }

    def narrative(label: str) -> str:
        said = [f"{chance.choice(places)} {chance.choice(events[label])}，{chance.choice(parts)}。"]
        for _ in range(8):
            said.append(f"{chance.choice(places)} {chance.choice(parts)} {chance.random():.6f}")
        return " ".join(said)

    labels = [chance.choice(list(events)) for _ in range(SYNTHETIC_ROWS)]
    texts = [narrative(label) for label in labels]
    days = [date(2024, 1, 1) + timedelta(days=at // 10) for at in range(SYNTHETIC_ROWS)]
    return train(Cases.of(texts, labels, days), Recipe()), texts
