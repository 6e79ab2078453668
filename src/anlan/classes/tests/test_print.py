"""The sheets of a class print: full, empty, and with blank lines for those who come unannounced."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from anlan.classes.tests.printed_samples import a_roster, a_score_sheet, a_sign_in_sheet
from anlan.lib.typeset import typeset

TEMPLATES = Path(__file__).resolve().parent.parent / "typst"
SHEETS: dict[str, Callable[[int], Mapping[str, object]]] = {
    "sign_in_sheet": a_sign_in_sheet,
    "roster": a_roster,
    "score_sheet": a_score_sheet,
}


def printed(name: str, data: Mapping[str, object]) -> bytes:
    return typeset(TEMPLATES / f"{name}.typ", data)


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("people", [0, 1, 45])
def test_a_sheet_prints_and_prints_again_the_same(name: str, people: int) -> None:
    pdf = printed(name, SHEETS[name](people))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert pdf == printed(name, SHEETS[name](people))


@pytest.mark.parametrize(("people", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (60, 3)])
def test_a_sign_in_sheet_has_twenty_rows_a_page(people: int, pages: int) -> None:
    pdf = printed("sign_in_sheet", a_sign_in_sheet(people))
    assert b"/Type/Pages/Count %d/" % pages in pdf
