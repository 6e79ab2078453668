"""Typesetting: data stays text, the same data gives the same file, the file claims PDF/A-2b."""

from pathlib import Path

import pytest

from anlan.lib import typeset as typesetting
from anlan.lib.typeset import FontsMissingError, UnprintableText, qr_svg, typeset

MADE_AT = "2026-11-25T17:30:00+08:00"


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A one-line template; the root moves with it, the fonts stay."""
    monkeypatch.setattr(typesetting, "PACKAGE", tmp_path)
    path = tmp_path / "line.typ"
    path.write_text(
        "#set text(font: ('Noto Sans SC', 'Noto Sans CJK SC'))\n".replace("'", '"')
        + "#let data = json(bytes(sys.inputs.data))\n#data.text"
    )
    return path


def printed(template: Path, text: str, made_at: str = MADE_AT) -> bytes:
    return typeset(template, {"made_at": made_at, "text": text})


def test_the_file_claims_pdf_a_2b_and_carries_the_date_of_its_data(template: Path) -> None:
    pdf = printed(template, "安澜")
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert b"2026-11-25T09:30:00+00:00" in pdf


def test_the_same_data_gives_the_same_bytes_and_other_data_do_not(template: Path) -> None:
    assert printed(template, "安澜") == printed(template, "安澜")
    assert printed(template, "安澜") != printed(template, "安宁")
    assert printed(template, "安澜") != printed(template, "安澜", "2026-11-26T00:00:00+08:00")


@pytest.mark.parametrize(
    "text", ['#panic("x")', '#read("/etc/passwd")', "]#[", "$x$ *a* _b_ <c> @d", '"', "\\u{41}"]
)
def test_text_never_becomes_markup(template: Path, text: str) -> None:
    assert printed(template, text).startswith(b"%PDF")


@pytest.mark.parametrize("text", ["王😀", "王\ue000"])
def test_a_character_that_cannot_be_drawn_is_named_and_refused(template: Path, text: str) -> None:
    with pytest.raises(UnprintableText) as refusal:
        printed(template, text)
    assert "字库" in refusal.value.message
    assert "标准汉字" in refusal.value.next_step


def test_a_moment_without_offset_is_refused(template: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        printed(template, "安澜", "2026-11-25T17:30:00")


def test_without_a_chinese_font_it_says_what_to_run(template: Path, tmp_path: Path) -> None:
    with pytest.raises(FontsMissingError, match="make assets"):
        typeset(template, {"made_at": MADE_AT, "text": ""}, fonts=tmp_path)


def test_a_qr_code_is_an_svg_that_differs_by_text() -> None:
    assert qr_svg("https://a.example/1").startswith("<svg")
    assert qr_svg("https://a.example/1") != qr_svg("https://a.example/2")
