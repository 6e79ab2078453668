"""Item analysis on responses whose truth is known."""

from random import Random

import pytest

from anlan.methods.item_analysis import Response, analyse, correlation, surely


def answered(
    items: int, people: int, seed: int, wrong_key: int | None = None
) -> list[list[Response]]:
    """Each item has four options, 0 is right; of one item the key says 1."""
    chance = Random(seed)
    difficulty = [chance.uniform(-1, 1) for _ in range(items)]
    sheets = []
    for _ in range(people):
        skill = chance.gauss(0.5, 1)
        sheet = []
        for item in chance.sample(range(items), min(items, 25)):
            knows = chance.random() < 1 / (1 + 2.718 ** -(1.2 * (skill - difficulty[item])))
            chosen = 0 if knows else chance.randrange(4)
            key = 1 if item == wrong_key else 0
            sheet.append(Response(item, frozenset({chosen}), chosen == key))
        sheets.append(sheet)
    return sheets


def keys(items: int, wrong_key: int | None = None) -> dict[int, tuple[frozenset[int], int]]:
    return {n: (frozenset({1 if n == wrong_key else 0}), 4) for n in range(items)}


@pytest.mark.parametrize("seed", range(4))
def test_a_wrong_key_is_found_and_sound_ones_are_not(seed: int) -> None:
    sheets = answered(60, 400, seed, wrong_key=11)
    found = analyse(sheets, keys(60, 11), least=30, easy=0.95, hard=0.1)
    assert [item for item, figures in found.items() if figures.miskey] == [11]


def test_the_item_itself_is_left_out_of_the_total() -> None:
    """Two items answered at random: a total that held the item would correlate with it."""
    chance = Random(3)
    sheets = [
        [Response(n, frozenset({0}), chance.random() < 0.5) for n in range(2)] for _ in range(2000)
    ]
    found = analyse(sheets, keys(2), least=1, easy=1.1, hard=-1)
    assert found[0].discrimination == pytest.approx(0, abs=0.06)
    assert not found[0].miskey


def test_figures_of_a_sheet_that_can_be_worked_out_by_hand() -> None:
    right, wrong = frozenset({0}), frozenset({1})
    sheets = [
        [Response(0, right, True), Response(1, right, True), Response(2, right, True)],
        [Response(0, right, True), Response(1, wrong, False), Response(2, right, True)],
        [Response(0, wrong, False), Response(1, wrong, False), Response(2, right, True)],
        [Response(0, wrong, False), Response(1, wrong, False), Response(2, wrong, False)],
    ]
    found = analyse(sheets, keys(3), least=4, easy=0.9, hard=0.3)
    assert [found[n].difficulty for n in range(3)] == [0.5, 0.25, 0.75]
    # Rest of item 0: the mean of the two others less their difficulties; by hand r = 0.7071.
    assert found[0].discrimination == pytest.approx(0.7071, abs=1e-4)
    assert found[0].options[0].chosen == 0.5
    assert found[1].flags == ["hard"]


def test_what_does_not_vary_has_no_correlation_and_few_are_never_sure() -> None:
    assert correlation([1, 1, 1], [1, 2, 3]) is None
    assert not surely(0.9, 3)
    assert not surely(0.2, 100)
    assert surely(0.4, 100)


def test_items_without_answers_enough_and_lonely_ones_are_left_out() -> None:
    sheets = [[Response(0, frozenset({0}), True)] for _ in range(50)]
    assert analyse(sheets, keys(1), least=30, easy=0.9, hard=0.1) == {}
