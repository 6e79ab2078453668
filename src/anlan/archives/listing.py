"""What lies in an archive, read from the archive itself, for the page that shows it."""

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from anlan.archives.models import Archive
from anlan.archives.quality import SHEET, counted
from anlan.archives.report_parts import size_text
from anlan.proofs.bag import PAYLOAD

TOP = "封面、检测表、台账、说明"
PERSONAL = "个人记录（加密）"


@dataclass
class Folder:
    """One chapter of an archive with its files: (name, size in words)."""

    title: str
    files: list[tuple[str, str]] = field(default_factory=list)
    octets: int = 0

    @property
    def size(self) -> str:
        return size_text(self.octets)


def folders(archive: Archive) -> list[Folder]:
    """The payload by chapter; only the zip's index is read, whatever its size."""
    with zipfile.ZipFile(archive.file.path) as bag:
        members = [(one.filename, one.file_size) for one in bag.infolist()]
    return _grouped(members)


def check_sheet(archive: Archive) -> dict[str, Any] | None:
    """四性检测表 as it was sealed; None in archives of former days.

    `counts` by result, `checks` in order, `notable`: those that did not pass.
    """
    with zipfile.ZipFile(archive.file.path) as bag:
        found = [one for one in bag.namelist() if one.endswith(f"/{PAYLOAD}{SHEET}.json")]
        if not found:
            return None
        said: dict[str, Any] = json.loads(bag.read(found[0]))
    said["counts"] = counted(said["checks"])
    said["notable"] = [one for one in said["checks"] if one["result"] != "通过"]
    return said


def _grouped(members: Iterable[tuple[str, int]]) -> list[Folder]:
    found = {TOP: Folder(TOP)}
    for name, size in members:
        _base, _, path = name.partition(f"/{PAYLOAD}")
        if not path:
            continue
        chapter, _, rest = path.partition("/")
        title = PERSONAL if chapter == "personal" else chapter.partition("-")[2] if rest else TOP
        folder = found.setdefault(title, Folder(title))
        folder.files.append((rest or path, size_text(size)))
        folder.octets += size
    return list(found.values())


def groups_of_four(seal: str) -> str:
    """A seal as it is read aloud and compared: 16 groups of four."""
    return " ".join(seal[at : at + 4] for at in range(0, len(seal), 4))
