"""Every document of the archive prints: full, empty, long, and again the same."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from anlan.archives.tests.printed_samples import (
    a_certificate,
    a_class_cover,
    a_learner_record,
    a_report,
)
from anlan.lib.typeset import typeset

TEMPLATES = Path(__file__).resolve().parent.parent / "typst"
SAMPLES: dict[str, Mapping[str, object]] = {
    "certificate": a_certificate(),
    "report": a_report(),
    "class_cover": a_class_cover(),
    "learner_record": a_learner_record(),
}


def printed(name: str, data: Mapping[str, object]) -> bytes:
    return typeset(TEMPLATES / f"{name}.typ", data)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_document_prints_and_prints_again_the_same(name: str) -> None:
    pdf = printed(name, SAMPLES[name])
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert pdf == printed(name, SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_document_with_nothing_in_its_lists_still_prints(name: str) -> None:
    bare = {key: [] if isinstance(value, list) else value for key, value in SAMPLES[name].items()}
    assert printed(name, bare).startswith(b"%PDF")


@pytest.mark.parametrize("name", SAMPLES)
def test_only_synthetic_data_wears_the_ribbon(name: str) -> None:
    assert printed(name, {**SAMPLES[name], "synthetic": False}) != printed(name, SAMPLES[name])


def test_a_certificate_takes_a_long_name_and_stays_one_page() -> None:
    pdf = printed("certificate", a_certificate("阿卜杜拉·穆罕默德江·买买提依明·吐尔逊"))
    assert b"/Type/Pages/Count 1/" in pdf
