"""The tamper matrix: whatever is done to an archive, the verdict names it."""

import io
import json
import random
import stat
import subprocess
import sys
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from anlan.proofs.bag import write_bag
from anlan.proofs.canonical import canonical, leaf_hash
from anlan.proofs.cli import main
from anlan.proofs.tests.builders import (
    INFO,
    Members,
    a_leaf,
    a_ledger,
    an_archive,
    openings,
    payload,
    rewritten,
)
from anlan.proofs.verdict import Verdict, verify

REPORT = "archive/data/report.pdf"
LEDGER = "archive/data/ledger.jsonl"
MANIFEST = "archive/manifest-sha256.txt"


def verdict_on(content: bytes, tmp_path: Path) -> Verdict:
    path = tmp_path / "class.zip"
    path.write_bytes(content)
    return verify(path)


def said(verdict: Verdict) -> set[tuple[str, str]]:
    return {(finding.kind, finding.path) for finding in verdict.findings}


def flip_a_byte(members: Members) -> None:
    members[REPORT] = b"?" + members[REPORT][1:]


def remove_a_file(members: Members) -> None:
    del members[REPORT]


def add_a_file(members: Members) -> None:
    members["archive/data/another.pdf"] = b"%PDF"


def add_a_tag_file(members: Members) -> None:
    members["archive/readme.txt"] = b"hello"


def rename_a_file(members: Members) -> None:
    members["archive/data/report2.pdf"] = members.pop(REPORT)


def edit_a_manifest_line(members: Members) -> None:
    members[MANIFEST] = members[MANIFEST].replace(b"report.pdf", b"rapport.pdf")


def edit_the_info(members: Members) -> None:
    members["archive/bag-info.txt"] += b"Bagging-Date: 2020-01-01\n"


def drop_the_manifest(members: Members) -> None:
    del members[MANIFEST]


def drop_the_tag_manifest(members: Members) -> None:
    del members["archive/tagmanifest-sha256.txt"]


def climb_out(members: Members) -> None:
    members["archive/data/../../evil.sh"] = b"rm"


def stand_outside(members: Members) -> None:
    members["../evil.sh"] = b"rm"


MATRIX: list[tuple[Callable[[Members], None], set[tuple[str, str]]]] = [
    (flip_a_byte, {("changed", "data/report.pdf")}),
    (remove_a_file, {("removed", "data/report.pdf"), ("changed", "bag-info.txt")}),
    (add_a_file, {("added", "data/another.pdf"), ("changed", "bag-info.txt")}),
    (add_a_tag_file, {("added", "readme.txt")}),
    (rename_a_file, {("removed", "data/report.pdf"), ("added", "data/report2.pdf")}),
    (
        edit_a_manifest_line,
        {
            ("changed", "manifest-sha256.txt"),
            ("removed", "data/rapport.pdf"),
            ("added", "data/report.pdf"),
        },
    ),
    (edit_the_info, {("changed", "bag-info.txt")}),
    (climb_out, {("malformed", "data/../../evil.sh")}),
    (stand_outside, {("malformed", "../evil.sh")}),
]


def test_an_archive_left_alone_is_whole(tmp_path: Path) -> None:
    verdict = verdict_on(an_archive(), tmp_path)
    assert verdict.ok
    assert verdict.files == len(payload())
    assert said(verdict) == {
        ("ok", "manifest-sha256.txt"),
        ("ok", "data/ledger.jsonl"),
        ("ok", "data/openings.json"),
        ("unchecked", "data/receipts.json"),
    }
    assert not verdict.proved


@pytest.mark.parametrize(("change", "expected"), MATRIX, ids=[c.__name__ for c, _ in MATRIX])
def test_each_change_is_found_and_nothing_else_is_accused(
    change: Callable[[Members], None], expected: set[tuple[str, str]], tmp_path: Path
) -> None:
    verdict = verdict_on(rewritten(an_archive(), change), tmp_path)
    assert not verdict.ok
    assert said(verdict) == expected


@pytest.mark.parametrize("change", [drop_the_manifest, drop_the_tag_manifest])
def test_an_archive_without_its_manifest_is_never_whole(
    change: Callable[[Members], None], tmp_path: Path
) -> None:
    verdict = verdict_on(rewritten(an_archive(), change), tmp_path)
    assert any(finding.kind == "removed" for finding in verdict.findings)


def test_an_edited_ledger_line_is_found_even_if_every_manifest_was_made_anew(
    tmp_path: Path,
) -> None:
    forged = a_ledger().replace(b"09:00:00", b"08:00:00", 1)
    verdict = verdict_on(write_bag([("ledger.jsonl", forged)], INFO), tmp_path)
    assert said(verdict) == {("changed", "data/ledger.jsonl")}
    assert "第 1 行" in verdict.findings[0].text


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b'{"leaf": {}, "hash": "00", "alg": "sha256"}',
        b'{"leaf": {"id": "1"}, "hash": "00", "alg": "md5"}',
        b'{"leaf": {"id": "1"}, "hash": "00", "hash": "11", "alg": "sha256"}',
        b'{"leaf": {"id": "1", "n": NaN}, "hash": "00", "alg": "sha256"}',
        b'{"leaf": ' + b"[" * 100_000,
    ],
)
def test_a_ledger_line_that_cannot_be_read_one_way_is_malformed(
    line: bytes, tmp_path: Path
) -> None:
    verdict = verdict_on(write_bag([("ledger.jsonl", line + b"\n")], INFO), tmp_path)
    assert said(verdict) == {("malformed", "data/ledger.jsonl")}


def test_a_ledger_entry_that_stands_twice_is_malformed(tmp_path: Path) -> None:
    verdict = verdict_on(write_bag([("ledger.jsonl", a_ledger(1) * 2)], INFO), tmp_path)
    assert said(verdict) == {("malformed", "data/ledger.jsonl")}


def test_a_ledger_under_sm3_is_recomputed_under_sm3(tmp_path: Path) -> None:
    leaf = a_leaf(0)
    entry = {"leaf": leaf, "hash": leaf_hash(canonical(leaf), "sm3").hex(), "alg": "sm3"}
    bag = write_bag([("ledger.jsonl", json.dumps(entry).encode())], INFO)
    assert verdict_on(bag, tmp_path).ok


@pytest.mark.parametrize(
    ("opening", "kind"),
    [
        (openings(1, "学员2"), "changed"),
        (openings(9, "学员9"), "malformed"),
        (openings().replace(b"person", b"phone"), "malformed"),
        (openings().replace(b'"salt":"00', b'"salt":"zz'), "malformed"),
        (b"{}", "malformed"),
        (b"[1]", "malformed"),
    ],
)
def test_an_opening_that_does_not_open_is_found(opening: bytes, kind: str, tmp_path: Path) -> None:
    bag = write_bag([("ledger.jsonl", a_ledger()), ("openings.json", opening)], INFO)
    assert said(verdict_on(bag, tmp_path)) == {(kind, "data/openings.json")}


def test_a_truncated_zip_is_refused_in_plain_words(tmp_path: Path) -> None:
    whole = an_archive()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        verdict = verdict_on(whole[:length], tmp_path)
        assert not verdict.ok
        assert "截断" in verdict.findings[0].text


def test_a_byte_changed_anywhere_never_passes_for_another_content(tmp_path: Path) -> None:
    whole = an_archive()
    sealed = verdict_on(whole, tmp_path)
    chance = random.Random(20261123)
    for position in chance.sample(range(len(whole)), 300):
        changed = bytearray(whole)
        changed[position] ^= 1 << chance.randrange(8)
        verdict = verdict_on(bytes(changed), tmp_path)
        # A flipped time stamp or permission bit of the zip itself is no change of content.
        assert not verdict.ok or (verdict.seal, verdict.bytes) == (sealed.seal, sealed.bytes)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = write_bag([("zeros.bin", bytes(80 << 20))], INFO)
    verdict = verdict_on(bomb, tmp_path)
    assert "膨胀" in verdict.findings[0].text
    assert verdict.bytes == 0


def test_a_member_that_declares_less_than_it_holds_is_found(tmp_path: Path) -> None:
    bag = write_bag([("a.zip", b"x" * 1000)], INFO)
    declared = (1000).to_bytes(4, "little") * 2
    assert bag.count(declared) == 2
    verdict = verdict_on(bag.replace(declared, (10).to_bytes(4, "little") * 2), tmp_path)
    assert ("changed", "data/a.zip") in said(verdict)


def test_two_members_of_one_name_are_malformed(tmp_path: Path) -> None:
    buffer = io.BytesIO(an_archive())
    with zipfile.ZipFile(buffer, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(REPORT, b"another")
    verdict = verdict_on(buffer.getvalue(), tmp_path)
    assert ("malformed", "data/report.pdf") in said(verdict)


def test_a_link_in_a_zip_is_malformed(tmp_path: Path) -> None:
    buffer = io.BytesIO(an_archive())
    link = zipfile.ZipInfo("archive/data/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert ("malformed", "data/link") in said(verdict_on(buffer.getvalue(), tmp_path))


def unpacked(tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(an_archive())) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "archive"


def test_an_unpacked_archive_is_checked_the_same(tmp_path: Path) -> None:
    folder = unpacked(tmp_path)
    assert verify(folder).ok
    (folder / "data/report.pdf").write_bytes(b"%PDF forged")
    assert ("changed", "data/report.pdf") in said(verify(folder))


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder = unpacked(tmp_path)
    (folder / "data/link").symlink_to("/etc/passwd")
    (folder / "data/links").symlink_to("/etc")
    assert said(verify(folder)) == {("malformed", "data/link"), ("malformed", "data/links")}


def test_names_that_a_mac_took_apart_are_the_same_names(tmp_path: Path) -> None:
    (tmp_path / "one.zip").write_bytes(write_bag([("caf\u00e9.txt", b"1")], INFO))
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        archive.extractall(tmp_path)
    composed = tmp_path / "archive/data/caf\u00e9.txt"
    composed.rename(composed.with_name(unicodedata.normalize("NFD", composed.name)))
    assert verify(tmp_path / "archive").ok


def test_a_folder_of_archives_is_checked_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(an_archive())
    (tmp_path / "b.zip").write_bytes(rewritten(an_archive(), flip_a_byte))
    verdict = verify(tmp_path)
    assert [f.path for f in verdict.findings if f.kind != "ok"] == ["b.zip/data/report.pdf"]
    assert verdict.files == 2 * len(payload())


def test_a_folder_without_an_archive_and_a_missing_file_are_said_so(tmp_path: Path) -> None:
    assert "没有封存档案" in verify(tmp_path).findings[0].text
    assert "找不到" in verify(tmp_path / "gone.zip").findings[0].text


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "anlan.proofs", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_auditor_s_command_speaks_plainly_and_loads_no_django(tmp_path: Path) -> None:
    whole, forged = tmp_path / "a.zip", tmp_path / "b.zip"
    whole.write_bytes(an_archive())
    forged.write_bytes(rewritten(an_archive(), flip_a_byte))
    good, bad = run(str(whole)), run(str(whole), str(forged))
    assert (good.returncode, bad.returncode) == (0, 1)
    assert "结论：档案完好" in good.stdout
    assert "改动  data/report.pdf" in bad.stdout
    seen = subprocess.run(
        [sys.executable, "-c", "import anlan.proofs.cli, sys; print('django' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "False"


def test_the_auditor_s_command_compares_the_published_seal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(an_archive())
    assert main([str(path), "--seal", verify(path).seal]) == 0
    assert main([str(path), "--seal", "00" * 32]) == 1
    assert "封签不符" in capsys.readouterr().out
    assert main([str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["ok"] is True
