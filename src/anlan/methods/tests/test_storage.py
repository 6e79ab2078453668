"""A coder is the same after it was saved and read; what was altered is refused."""

import json
from pathlib import Path

import pytest

from anlan.lib.refusals import BadInput
from anlan.methods.coding import load_coder, save_coder, train
from anlan.methods.coding.storage import CARD, NUMBERS
from anlan.methods.tests.corpus import NONSENSE, QUICK, narratives


def test_it_answers_the_same_after_reading(tmp_path: Path) -> None:
    cases = narratives()
    saved = save_coder(train(cases, QUICK), tmp_path / "model")
    read = load_coder(tmp_path / "model")
    assert read.card == saved.card
    texts = [*cases.texts[:50], *NONSENSE]
    assert read.answer(texts).guesses() == saved.answer(texts).guesses()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (
        save_coder(train(narratives(), QUICK), tmp_path / name) for name in ("one", "two")
    )
    assert first.card.digest == second.card.digest
    assert (tmp_path / "one" / CARD).read_bytes() == (tmp_path / "two" / CARD).read_bytes()


def test_altered_numbers_are_refused(tmp_path: Path) -> None:
    save_coder(train(narratives(), QUICK), tmp_path)
    numbers = tmp_path / NUMBERS
    content = bytearray(numbers.read_bytes())
    content[len(content) // 2] ^= 1
    numbers.write_bytes(content)
    with pytest.raises(BadInput, match="校验值"):
        load_coder(tmp_path)


@pytest.mark.parametrize("card", ["", "[]", '{"format": "else"}', '{"format": "anlan-coder/1"}'])
def test_a_strange_card_is_refused(tmp_path: Path, card: str) -> None:
    save_coder(train(narratives(), QUICK), tmp_path)
    (tmp_path / CARD).write_text(card, "utf-8")
    with pytest.raises(BadInput, match="无法识别"):
        load_coder(tmp_path)


def test_half_a_folder_is_refused(tmp_path: Path) -> None:
    save_coder(train(narratives(), QUICK), tmp_path)
    (tmp_path / NUMBERS).unlink()
    with pytest.raises(BadInput, match="没有完整的编码模型"):
        load_coder(tmp_path)


def test_the_card_can_be_read_by_people(tmp_path: Path) -> None:
    save_coder(train(narratives(), QUICK, target="类型"), tmp_path)
    told = json.loads((tmp_path / CARD).read_text("utf-8"))
    assert told["target"] == "类型"
    assert told["labels"].keys() == {"高处坠落", "机械伤害", "灼烫"}
    assert set(told["shares"]) >= {"accuracy", "accuracy_ci", "coverage", "accuracy_answered"}
    assert len(told["digest"]) == 64
