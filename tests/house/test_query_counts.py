"""The counter of SQL statements itself."""

import json
from pathlib import Path

import pytest

from anlan.organizations.models import Organization
from anlan.testing.queries import COUNTS, WRITE, MoreQueries, counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(WRITE, raising=False)
    path = tmp_path / "counts.json"
    path.write_text(json.dumps({"page": 1}))
    return path


def test_a_page_that_asks_no_more_passes(counts: Path) -> None:
    with counted("page", counts=counts):
        Organization.objects.count()


def test_a_rise_fails_and_lists_the_statements(counts: Path) -> None:
    with pytest.raises(MoreQueries, match="2 statements, 1 so far"), counted("page", counts=counts):
        [Organization.objects.count() for _ in range(2)]


def test_an_unknown_page_says_what_to_run(counts: Path) -> None:
    with pytest.raises(MoreQueries, match="make query-counts"), counted("new", counts=counts):
        Organization.objects.count()


def test_writing_keeps_the_other_pages(counts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WRITE, "1")
    with counted("new", counts=counts):
        Organization.objects.count()
    assert json.loads(counts.read_text()) == {"new": 1, "page": 1}


def test_the_kept_counts_are_in_order() -> None:
    kept = json.loads(COUNTS.read_text("utf-8"))
    assert list(kept) == sorted(kept)
    assert all(isinstance(number, int) and number >= 0 for number in kept.values())
