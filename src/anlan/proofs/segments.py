"""Segments of a live recording against their list ("anlan-segments/1").

The list's own hash stands in the ledger (`recording_filed`), each segment's in a line of its own
(`segment_filed`); a receipt proves those. Here it is asked whether the bytes are the listed ones.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anlan.proofs.findings import Finding

FORMAT = "anlan-segments/1"
NAME = re.compile(r"[\w.-]{1,80}")
HEX = re.compile(r"[0-9a-f]{64}")
CHUNK = 1 << 20
LONGEST_LIST = 64 << 20
MOST_SEGMENTS = 200_000
SEGMENT_FILE = re.compile(r"seg-\d+\.\w{2,4}|init\.\w{2,4}")


def check_segments(path: Path, segments: Path | None = None) -> list[Finding]:
    """Each listed segment against the bytes beside the list, or in a folder or zip that is named.

    Says which segment was changed, cut short, removed or added; "ok" alone when none was.
    """
    try:
        listed = _listed(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return [Finding("malformed", path.name, f"{path.name}：不是可读的分段清单")]
    with _opened(segments or path.parent) as held:
        if held is None:
            return [Finding("malformed", str(segments), "存放录像分段的压缩包打不开")]
        findings = [found for row in listed for found in _check(row, held)]
        known = {row["name"] for row in listed}
        for name in sorted(held.keys() - known):
            if SEGMENT_FILE.fullmatch(name):
                text = f"{name}：清单中没有这一段，是后来加入的"
                findings.append(Finding("added", name, text))
    if findings:
        return findings
    text = f"{len(listed)} 段录像逐一核对，与清单一致"
    return [Finding("ok", path.name, text)]


Row = dict[str, Any]
Held = dict[str, "Path | tuple[zipfile.ZipFile, str]"]


def _listed(document: Any) -> list[Row]:
    """The rows of a list whose shape is as it should be; raises ValueError, KeyError, TypeError."""
    if document["format"] != FORMAT or len(document["segments"]) > MOST_SEGMENTS:
        raise ValueError("another format")
    rows = [dict(row) for row in document["segments"]]
    for no, row in enumerate(rows):
        if row["no"] != no or not _plain(row):
            raise ValueError("a row that is none")
    if document.get("init"):
        rows.insert(0, dict(document["init"]))
        if not _plain(rows[0]):
            raise ValueError("a row that is none")
    if len({row["name"] for row in rows}) != len(rows):
        raise ValueError("a name twice")
    return rows


def _plain(row: Row) -> bool:
    return bool(
        NAME.fullmatch(row["name"])
        and HEX.fullmatch(row["sha256"])
        and isinstance(row["size"], int)
    )


@contextmanager
def _opened(place: Path) -> Iterator[Held | None]:
    """Names of what lies in a folder or a zip, with the way to their bytes."""
    if place.is_dir():
        yield {one.name: one for one in place.iterdir() if one.is_file() and not one.is_symlink()}
        return
    try:
        archive = zipfile.ZipFile(place)
    except (OSError, zipfile.BadZipFile):
        yield None
        return
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        yield {info.filename.rpartition("/")[2]: (archive, info.filename) for info in infos}


def _check(row: Row, held: Held) -> Iterator[Finding]:
    name, where = row["name"], _when(row)
    if name not in held:
        yield Finding("removed", name, f"{name}：{where}缺失，清单中有，文件没有")
        return
    try:
        digest, size = _hash(held[name], row["size"])
    except (OSError, zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError):
        yield Finding("changed", name, f"{name}：{where}已损坏，读不出来")
        return
    if size < row["size"]:
        text = f"{name}：{where}被截短，应有 {row['size']} 字节，只有 {size} 字节"
        yield Finding("changed", name, text)
    elif digest != row["sha256"]:
        yield Finding("changed", name, f"{name}：{where}被改动，内容与清单记载的哈希不符")


def _hash(held: "Path | tuple[zipfile.ZipFile, str]", size: int) -> tuple[str, int]:
    """SHA-256 and size; reading stops one byte past what is listed, however much there is."""
    digest, read = hashlib.sha256(), 0
    stream = held.open("rb") if isinstance(held, Path) else held[0].open(held[1])
    with stream:
        while read <= size and (chunk := stream.read(min(CHUNK, size + 1 - read))):
            digest.update(chunk)
            read += len(chunk)
    return digest.hexdigest(), read


def _when(row: Row) -> str:
    """第 12 段（09:30:04Z 起）; the time as the list has it, UTC."""
    if "no" not in row:
        return "初始化段"
    clock = str(row.get("starts_at", ""))[11:19]
    return f"第 {row['no']} 段" + (f"（{clock}Z 起）" if clock else "")
