"""The syllabi that ship with the platform fit together, their practicals and half-day sessions.

Reads the data files alone.
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypedDict

PACKAGE = Path(__file__).parents[2]
HALF_DAY = 4  # 学时


class OwnModule(TypedDict):
    key: str
    title: str
    kind: Literal["core", "special"]
    hours: int
    mode: Literal["offline", "online"]
    risks: list[str]
    practical: str | None


class OwnSyllabus(TypedDict):
    key: str
    title: str
    industry: str
    role: str
    hours_required: int
    modules: list[OwnModule]


def read(path: str) -> Any:
    return json.loads((PACKAGE / path).read_text(encoding="utf-8"))


@cache
def syllabi() -> list[OwnSyllabus]:
    rows: list[OwnSyllabus] = read("courses/data/syllabi.json")
    return rows


def test_every_industry_has_its_three_roles_and_three_have_workers() -> None:
    roles = Counter(syllabus["role"] for syllabus in syllabi())
    assert roles == {"head": 7, "safety_manager": 7, "team_leader": 7, "worker": 3}
    assert len({syllabus["key"] for syllabus in syllabi()}) == len(syllabi())


def test_the_hours_taught_reach_the_hours_required() -> None:
    for syllabus in syllabi():
        hours = sum(module["hours"] for module in syllabus["modules"])
        assert hours >= syllabus["hours_required"], syllabus["key"]
        assert syllabus["industry"] != "hazchem" or syllabus["hours_required"] == 24


def test_hazardous_chemicals_are_taught_face_to_face_for_the_most_part() -> None:
    for syllabus in syllabi():
        taught = sum(module["hours"] for module in syllabus["modules"])
        met = sum(module["hours"] for module in syllabus["modules"] if module["mode"] == "offline")
        assert syllabus["industry"] != "hazchem" or met / taught >= 0.60, syllabus["key"]


def test_a_module_fills_whole_half_days() -> None:
    for syllabus in syllabi():
        for module in syllabus["modules"]:
            assert module["hours"] % HALF_DAY == 0, module["key"]


def test_a_module_is_the_same_wherever_it_stands() -> None:
    known: dict[str, OwnModule] = {}
    for syllabus in syllabi():
        for module in syllabus["modules"]:
            assert known.setdefault(module["key"], module) == module


def test_every_syllabus_begins_with_the_common_core() -> None:
    for syllabus in syllabi():
        titles = [module["title"] for module in syllabus["modules"] if module["kind"] == "core"]
        assert titles[:2] == ["工伤保险与安全生产法律责任", "现场急救与初起火灾扑救"]


def test_every_practical_is_a_checklist_that_exists() -> None:
    checklists = {check["key"] for check in read("assessments/data/checklists.json")}
    named = [module["practical"] for syllabus in syllabi() for module in syllabus["modules"]]
    assert {practical for practical in named if practical} == checklists


def test_the_satisfaction_form_has_four_ratings_and_one_free_text() -> None:
    questions = read("courses/data/survey.json")["questions"]
    assert [question["kind"] for question in questions] == [*["rating"] * 4, "text"]
    assert not questions[-1]["required"]
