"""The city's own bank and checklists hold together before anyone sits a paper drawn from them.

Reads the data files alone. Whether a cited clause says what the item says is for a human reader.
"""

import json
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Literal, TypedDict

DATA = Path(__file__).parents[1] / "data"

RISKS = {f"0{n}" for n in range(1, 21)}  # as GB/T 6441-1986 prints them: 01 … 09, 010 … 020
INDUSTRIES = {
    "hazchem",
    "metallurgy",
    "mining",
    "building_materials",
    "construction",
    "transport",
    "machinery",
}


class OwnItem(TypedDict):
    key: str
    kind: Literal["single", "multiple", "judge"]
    stem: str
    options: list[str]
    answer: list[int]
    explanation: str
    basis: str
    risk: str
    industry: str
    difficulty: int
    topic: str


class CheckPoint(TypedDict):
    key: str
    text: str
    weight: int
    critical: bool
    photo: bool


class PracticalChecklist(TypedDict):
    key: str
    title: str
    industry: str
    risk: str
    basis: str
    pass_mark: int
    items: list[CheckPoint]


@cache
def own_items() -> list[OwnItem]:
    lines = (DATA / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def checklists() -> list[PracticalChecklist]:
    lists: list[PracticalChecklist] = json.loads(
        (DATA / "checklists.json").read_text(encoding="utf-8")
    )
    return lists


def bigrams(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def of_kind(kind: str) -> list[OwnItem]:
    return [item for item in own_items() if item["kind"] == kind]


def test_the_bank_is_large_enough_for_every_industry() -> None:
    by_industry = Counter(item["industry"] for item in own_items())
    assert len(own_items()) >= 220
    assert by_industry[""] >= 70
    assert set(by_industry) == INDUSTRIES | {""}
    assert min(by_industry[industry] for industry in INDUSTRIES) >= 20


def test_kinds_are_mixed_about_half_a_fifth_and_a_third() -> None:
    total = len(own_items())
    assert 0.45 <= len(of_kind("single")) / total <= 0.60
    assert 0.15 <= len(of_kind("multiple")) / total <= 0.25
    assert 0.25 <= len(of_kind("judge")) / total <= 0.35


def test_every_key_is_there_once() -> None:
    keys = [item["key"] for item in own_items()]
    assert len(keys) == len(set(keys))


def test_every_answer_points_at_an_option() -> None:
    for item in own_items():
        positions = range(len(item["options"]))
        assert item["answer"] == sorted(set(item["answer"])), item["key"]
        assert all(at in positions for at in item["answer"]), item["key"]
        assert len(set(item["options"])) == len(item["options"]), item["key"]


def test_the_number_of_right_options_fits_the_kind() -> None:
    assert all(len(item["answer"]) == 1 for item in of_kind("single") + of_kind("judge"))
    assert all(2 <= len(item["answer"]) < len(item["options"]) for item in of_kind("multiple"))
    assert all(item["options"] == ["正确", "错误"] for item in of_kind("judge"))
    assert all(len(item["options"]) == 4 for item in of_kind("single"))


def test_every_item_says_what_it_rests_on() -> None:
    for item in own_items():
        assert item["stem"].strip(), item["key"]
        assert item["basis"].strip(), item["key"]
        assert item["explanation"].strip(), item["key"]
        assert item["topic"].strip(), item["key"]
        assert item["risk"] in RISKS | {""}, item["key"]
        assert item["difficulty"] in (1, 2, 3), item["key"]


def test_texts_fit_the_columns_of_an_item() -> None:
    for item in own_items():
        assert len(item["basis"]) <= 200, item["key"]
        assert len(item["topic"]) <= 60, item["key"]
        assert len(item["key"]) <= 40, item["key"]


def test_no_two_stems_ask_nearly_the_same() -> None:
    stems = [(item["key"], bigrams(item["stem"])) for item in own_items()]
    for (one, left), (other, right) in combinations(stems, 2):
        assert len(left & right) / len(left | right) <= 0.85, (one, other)


def test_guessing_one_side_of_a_judge_item_does_not_pay() -> None:
    judges = of_kind("judge")
    true_share = sum(item["answer"] == [0] for item in judges) / len(judges)
    assert 0.40 <= true_share <= 0.60


def test_the_place_of_the_right_option_does_not_give_it_away() -> None:
    singles = of_kind("single")
    places = Counter(item["answer"][0] for item in singles)
    assert all(0.20 <= places[at] / len(singles) <= 0.30 for at in range(4))


def test_the_length_of_the_right_option_does_not_give_it_away() -> None:
    singles = of_kind("single")
    longest = 0
    for item in singles:
        right = len(item["options"][item["answer"][0]])
        others = [len(text) for at, text in enumerate(item["options"]) if at != item["answer"][0]]
        longest += right > max(others)
    assert longest / len(singles) <= 0.45


def test_there_are_eight_checklists_of_eight_to_twelve_points() -> None:
    assert len({check["key"] for check in checklists()}) == len(checklists()) == 8
    for check in checklists():
        assert 8 <= len(check["items"]) <= 12, check["key"]
        assert check["basis"].strip(), check["key"]
        assert check["pass_mark"] == 80, check["key"]
        assert check["industry"] in INDUSTRIES | {""}, check["key"]
        assert check["risk"] in RISKS | {""}, check["key"]


def test_the_weights_of_a_checklist_sum_to_a_hundred() -> None:
    for check in checklists():
        assert sum(point["weight"] for point in check["items"]) == 100, check["key"]
        assert all(point["weight"] > 0 for point in check["items"]), check["key"]


def test_a_checklist_has_points_that_fail_it_and_points_to_photograph() -> None:
    for check in checklists():
        points = check["items"]
        assert len({point["key"] for point in points}) == len(points), check["key"]
        assert any(point["critical"] for point in points), check["key"]
        assert any(point["photo"] for point in points), check["key"]
