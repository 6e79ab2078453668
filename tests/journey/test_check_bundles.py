"""The checking page on what lies in archives beside files: receipts, parts, films; and on openings."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from anlan.proofs.tests.test_receipt import KEYS, a_receipt

from . import bundle_cases
from .check_cases import as_json
from .checking import Checker, Said, checker_at, offline_file

pytestmark = pytest.mark.journey


@pytest.fixture
def offline(chromium: Browser) -> Iterator[Checker]:
    with checker_at(chromium, offline_file().as_uri()) as checker:
        yield checker
        assert checker.complaints == []


def different(
    checker: Checker, folder: Path, cases: Iterable[tuple[str, bytes, Said]], suffix: str
) -> dict[str, tuple[Said, Said]]:
    """Where the page says something else than it must: page's words, then the right ones."""
    wanted = {}
    for name, content, said in cases:
        (folder / f"{name}{suffix}").write_bytes(content)
        wanted[f"{name}{suffix}"] = said
    found = checker.put(*(folder / name for name in wanted))
    pairs = {name: (found[name].said, said) for name, said in wanted.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def test_every_line_of_the_ledger_is_held_against_its_receipt(
    offline: Checker, tmp_path: Path
) -> None:
    offline.give(KEYS)
    assert different(offline, tmp_path, bundle_cases.bundles(), ".zip") == {}


def test_what_a_receipt_opens_is_checked_and_what_it_withholds_is_said(
    offline: Checker, tmp_path: Path
) -> None:
    offline.give(KEYS)
    assert different(offline, tmp_path, bundle_cases.opened_receipts(), ".json") == {}


def test_without_the_logs_key_an_archive_is_whole_but_of_unknown_origin(
    offline: Checker, tmp_path: Path
) -> None:
    (tmp_path / "class.zip").write_bytes(next(bundle_cases.bundles())[1])
    outcome = offline.put(tmp_path / "class.zip")["class.zip"]
    assert ("unchecked", bundle_cases.RECEIPTS) in outcome.said
    assert (outcome.tone, "出处未核" in outcome.conclusion) == ("ok", True)


def test_a_time_stamp_is_left_to_the_command(offline: Checker, tmp_path: Path) -> None:
    stamped = {**a_receipt(), "timestamps": [{"kind": "rfc3161", "token": "MAA="}]}
    (tmp_path / "one.json").write_bytes(as_json(stamped))
    offline.give(KEYS)
    outcome = offline.put(tmp_path / "one.json")["one.json"]
    assert ("unchecked", "时间戳") in outcome.said
    assert (outcome.tone, outcome.conclusion) == ("ok", "回执有效，记录在日志中。")
