"""One document on its way into an archive."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anlan.archives.documents import ContentLine
from anlan.archives.report_parts import size_text
from anlan.foundation.files.models import StoredFile
from anlan.proofs.parts import SUFFIX


@dataclass(frozen=True)
class Piece:
    """One file of an archive; a path on disk is copied without being held in memory.

    `under` names whose key it is encrypted under: a person's uid, or the class's ledger subject.
    Without it the file lies in clear.
    """

    path: str
    title: str
    content: bytes | Path
    under: str = ""

    @property
    def stored_path(self) -> str:
        """Where it lies in the bag, relative to data/."""
        return self.path + SUFFIX if self.under else self.path

    @property
    def size(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    @property
    def line(self) -> ContentLine:
        return {
            "title": self.title + ("（加密）" if self.under else ""),
            "path": f"data/{self.stored_path}",
            "size": size_text(self.size),
        }


def as_json(path: str, title: str, value: Any, *, under: str = "") -> Piece:
    """Laid out for reading; a part is read by programs."""
    text = json.dumps(value, ensure_ascii=False, indent=None if under else 2, sort_keys=True)
    return Piece(path, title, text.encode() + b"\n", under)


def stored(path: str, title: str, file: StoredFile, *, under: str = "") -> Piece:
    return Piece(path, title, file.path, under)
