"""Segments beside their list: which one was changed, cut, removed or added is said by name."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from anlan.proofs import cli
from anlan.proofs.segments import check_segments

BODIES = [f"segment {no}".encode() * 40 for no in range(4)]


def name(no: int) -> str:
    return f"seg-{no:05d}.ts"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list with its four segments beside it."""
    rows = [
        {
            "no": no,
            "name": name(no),
            "sha256": hashlib.sha256(body).hexdigest(),
            "size": len(body),
            "starts_at": f"2026-11-23T01:00:{no * 4:02d}.000000Z",
            "duration_ms": 4000,
        }
        for no, body in enumerate(BODIES)
    ]
    for no, body in enumerate(BODIES):
        (tmp_path / name(no)).write_bytes(body)
    path = tmp_path / "segments.json"
    document = {"format": "anlan-segments/1", "recording": "r", "init": None, "segments": rows}
    path.write_text(json.dumps(document))
    return path


def found(path: Path, segments: Path | None = None) -> list[tuple[str, str]]:
    return [(one.kind, one.path) for one in check_segments(path, segments)]


def test_untouched_segments_pass(listed: Path) -> None:
    (one,) = check_segments(listed)
    assert (one.kind, one.text) == ("ok", "4 段录像逐一核对，与清单一致")


def test_one_flipped_bit_names_its_segment_and_its_time(listed: Path) -> None:
    body = bytearray(BODIES[2])
    body[17] ^= 1
    (listed.parent / name(2)).write_bytes(body)
    (one,) = check_segments(listed)
    assert (one.kind, one.path) == ("changed", name(2))
    assert one.text == "seg-00002.ts：第 2 段（01:00:08Z 起）被改动，内容与清单记载的哈希不符"


def test_a_segment_that_was_cut_short_is_named(listed: Path) -> None:
    (listed.parent / name(3)).write_bytes(BODIES[3][:100])
    (one,) = check_segments(listed)
    assert (one.kind, one.path) == ("changed", name(3))
    assert "被截短，应有 360 字节，只有 100 字节" in one.text


def test_a_segment_with_more_at_its_end_is_named(listed: Path) -> None:
    (listed.parent / name(1)).write_bytes(BODIES[1] + b"x")
    assert found(listed) == [("changed", name(1))]


def test_a_removed_and_an_added_segment_are_named(listed: Path) -> None:
    (listed.parent / name(0)).rename(listed.parent / "seg-00009.ts")
    assert found(listed) == [("removed", name(0)), ("added", "seg-00009.ts")]


def test_two_that_were_swapped_are_both_named(listed: Path) -> None:
    (listed.parent / name(0)).write_bytes(BODIES[1])
    (listed.parent / name(1)).write_bytes(BODIES[0])
    assert found(listed) == [("changed", name(0)), ("changed", name(1))]


def test_segments_in_a_zip_are_checked_too(listed: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for no, body in enumerate(BODIES[:3]):
            archive.writestr(f"录像/{name(no)}", body)
    assert found(listed, packed) == [("removed", name(3))]


def test_other_files_beside_the_list_are_nobodys_business(listed: Path) -> None:
    (listed.parent / "notes.txt").write_text("x")
    assert found(listed) == [("ok", "segments.json")]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(format="anlan-segments/2"),
        lambda d: d["segments"].pop(1),
        lambda d: d["segments"][1].update(name="../../etc/passwd"),
        lambda d: d["segments"][1].update(name=name(0)),
        lambda d: d["segments"][1].update(sha256="x"),
        lambda d: d["segments"][1].update(size="many"),
        lambda d: d.update(segments=None),
    ],
)
def test_a_list_of_another_shape_is_malformed(listed: Path, change: object) -> None:
    document = json.loads(listed.read_text())
    change(document)  # type: ignore[operator]
    listed.write_text(json.dumps(document))
    assert found(listed) == [("malformed", "segments.json")]


def test_the_command_knows_a_list_from_a_receipt(
    listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([str(listed)]) == 0
    assert "结论：录像分段齐全，与清单一致。" in capsys.readouterr().out
    (listed.parent / name(2)).unlink()
    assert cli.main([str(listed)]) == 1
    said = capsys.readouterr().out
    assert "缺失  seg-00002.ts" in said
    assert "结论：录像分段不可信，原因见上。" in said
