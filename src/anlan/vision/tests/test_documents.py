"""Photographs of drawn cards are read: a handful here, every condition among the long rounds."""

from datetime import date
from random import Random

import cv2
import numpy as np
import pytest

from anlan.operations.bench.vision import written
from anlan.testing import cards
from anlan.testing.photographs import CONDITIONS, HARD, as_jpeg, on_a_table, photograph
from anlan.vision.documents import read_document
from anlan.vision.layout import alike
from anlan.vision.thresholds import DEFAULTS

TODAY = date(2026, 7, 1)
SEED = 7


def pixels(sheet: object) -> np.ndarray:
    return np.asarray(sheet, np.uint8)[:, :, ::-1].copy()


def test_a_card_that_lies_on_its_side_is_read() -> None:
    chance = Random(SEED)
    card = cards.a_person(chance)
    paper = read_document(
        photograph(cards.draw_front(card, chance), "turn_90", chance), today=TODAY
    )
    assert (paper.kind, paper.sure, paper.value("number")) == ("id_front", True, card.number)
    assert alike(paper.value("address"), card.address)
    assert min(abs(paper.turned - 90), abs(paper.turned - 270)) < 5


@pytest.mark.long
def test_a_licence_seen_aslant_is_read() -> None:
    chance = Random(SEED)
    said = cards.a_licence(chance)
    content = photograph(cards.draw_licence(said, chance), "perspective", chance)
    paper = read_document(content, today=TODAY, wanted="licence")
    assert (paper.sure, paper.value("code")) == (True, said.code)
    assert alike(paper.value("name"), said.name)


def test_both_sides_in_one_picture_are_refused_and_the_other_paper_too() -> None:
    chance = Random(SEED)
    sides = [on_a_table(pixels(sheet), chance, scale=0.6) for sheet in (
        cards.draw_front(cards.a_person(chance), chance),
        cards.draw_back(cards.a_back(chance), chance))]  # fmt: skip
    both = as_jpeg(np.vstack([cv2.resize(side, (640, 420)) for side in sides]))
    paper = read_document(both, today=TODAY)
    assert (paper.sure, paper.advice, paper.age) == (False, ("two_cards",), None)


def test_a_licence_too_small_to_read_is_refused_and_the_phone_told_to_come_nearer() -> None:
    chance = Random(SEED)
    sheet = cards.draw_licence(cards.a_licence(chance), chance)
    paper = read_document(photograph(sheet, "px_320", chance), today=TODAY, wanted="licence")
    assert (paper.kind, paper.sure, paper.advice) == ("licence", False, ("card_small",))
    assert "unsure" in paper.doubts
    assert max(field.confidence for field in paper.fields.values()) < DEFAULTS.text_sure_min


def test_an_empty_table_is_no_card() -> None:
    dark = as_jpeg(np.full((300, 400, 3), 20, np.uint8))
    paper = read_document(dark, today=TODAY)
    assert (paper.kind, paper.sure, paper.advice) == ("none", False, ("dark", "no_card"))


@pytest.mark.long
@pytest.mark.parametrize("condition", CONDITIONS)
def test_no_number_is_wrong_and_accepted(condition: str) -> None:
    chance = Random(f"{SEED} {condition}")
    for _ in range(8):
        card = cards.a_person(chance)
        content = photograph(cards.draw_front(card, chance), condition, chance)
        paper = read_document(content, today=TODAY)
        assert paper.value("number") == card.number if paper.sure else condition in HARD
        if condition not in HARD:
            assert alike(paper.value("name"), written(card.name))


@pytest.mark.long
def test_a_back_is_read_in_every_light() -> None:
    chance = Random(SEED)
    for condition in CONDITIONS.keys() - HARD:
        back = cards.a_back(chance)
        paper = read_document(
            photograph(cards.draw_back(back, chance), condition, chance), today=TODAY
        )
        assert paper.value("valid_until") == written(back.valid_until)
