"""Writing: the same entries give the same bytes, and nothing dangerous gets in."""

import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.proofs.bag import BagError, plain_name, same_name, why_unsafe, write_bag, write_bag_to
from anlan.proofs.parts import SUFFIX
from anlan.proofs.tests.builders import INFO, an_archive, payload
from anlan.proofs.verdict import verify

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda name: not why_unsafe(name)
)
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


def test_the_same_entries_in_another_order_give_the_same_bytes() -> None:
    assert write_bag(payload(), INFO) == write_bag(reversed(payload()), INFO)


def test_the_archive_has_the_five_parts_of_a_bag() -> None:
    with zipfile.ZipFile(io.BytesIO(an_archive())) as archive:
        bag_names = {name for name in archive.namelist() if "/data/" not in name}
        declaration = archive.read("archive/bagit.txt").decode()
        info = archive.read("archive/bag-info.txt").decode()
    assert bag_names == {
        "archive/bagit.txt",
        "archive/bag-info.txt",
        "archive/manifest-sha256.txt",
        "archive/tagmanifest-sha256.txt",
    }
    assert declaration == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert "Source-Organization: 演示市工伤保险处\n" in info
    assert "Payload-Oxum: " in info


def test_a_file_is_streamed_from_its_path_and_the_seal_is_returned(tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(b"\x00\x01" * 2_000_000)
    target = tmp_path / "class.zip"
    seal = write_bag_to(target, [("录像/第一讲.mp4", video)], INFO)
    verdict = verify(target)
    assert verdict.ok
    assert verdict.seal == seal
    assert (verdict.files, verdict.bytes) == (1, 4_000_000)
    assert verdict.info["External-Identifier"] == "KB-2026-0001"


def test_a_target_that_fails_half_way_does_not_appear(tmp_path: Path) -> None:
    target = tmp_path / "class.zip"
    with pytest.raises(FileNotFoundError):
        write_bag_to(target, [("a.txt", b"a"), ("b.mp4", tmp_path / "gone.mp4")], INFO)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "./a",
        "C:\\a",
        "a\nb",
        "a\u202ebdp.exe",
        "a?b",
        "100%",
    ],
)
def test_a_path_that_would_hurt_whoever_unpacks_it_is_refused(path: str) -> None:
    with pytest.raises(BagError):
        write_bag([(path, b"")], INFO)


def test_two_files_that_windows_or_macos_cannot_keep_apart_are_refused() -> None:
    with pytest.raises(BagError, match="twice"):
        write_bag([("Report.pdf", b"1"), ("report.pdf", b"2")], INFO)
    with pytest.raises(BagError, match="twice"):
        write_bag([("caf\u00e9", b"1"), ("cafe\u0301", b"2")], INFO)


def test_a_path_that_already_says_data_is_refused() -> None:
    with pytest.raises(BagError, match="relative"):
        write_bag([("data/ledger.jsonl", b"")], INFO)


@pytest.mark.parametrize("info", [{"A": "one\nB: two"}, {"A: b": "c"}, {" ": "c"}])
def test_an_info_line_cannot_smuggle_in_another(info: dict[str, str]) -> None:
    with pytest.raises(BagError):
        write_bag([], info)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(paths, st.binary(max_size=200), max_size=6))
def test_whatever_goes_in_comes_out_whole(files: dict[str, bytes]) -> None:
    distinct = {same_name(path): (path, content) for path, content in files.items()}
    entries = [e for e in distinct.values() if not e[0].startswith("data/")]
    entries = [e for e in entries if e[0] not in ("ledger.jsonl", "openings.json")]
    entries = [e for e in entries if not e[0].endswith(SUFFIX)]  # would have to be encrypted parts
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "bag.zip"
        target.write_bytes(write_bag(entries, INFO))
        verdict = verify(target)
    assert verdict.ok, verdict.findings
    assert verdict.files == len(entries)
    assert verdict.bytes == sum(len(content) for _, content in entries)


@given(st.text())
def test_any_typed_name_can_be_made_fit(typed: str) -> None:
    assert not why_unsafe(plain_name(typed))


def test_a_fit_name_is_left_alone_and_another_keeps_its_sense() -> None:
    assert plain_name("签到表 第一讲.pdf") == "签到表 第一讲.pdf"
    assert plain_name("../合格率100%?.pdf") == ".._合格率100__.pdf"
    assert plain_name("..") == "_"
