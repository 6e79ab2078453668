"""Encrypting what is personal on its way into an archive."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from anlan.archives.models import Archive, ArchivePart
from anlan.archives.pieces import Piece
from anlan.foundation.files.services import MEGABYTE
from anlan.foundation.ledger.models import SubjectKey
from anlan.foundation.ledger.part_keys import KeyDestroyed, part_key, standing_keys
from anlan.proofs.bag import PAYLOAD
from anlan.proofs.parts import key_name, seal_part

SMALL = 8 * MEGABYTE  # held in memory; larger parts go over the disk


@dataclass(frozen=True)
class Enclosed:
    """A piece as it goes into the bag. `key` is None where it lies in clear."""

    piece: Piece
    content: bytes | Path
    key: SubjectKey | None = None
    check_value: str = ""

    @property
    def path(self) -> str:
        return self.piece.stored_path

    @property
    def size(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


def enclose(
    pieces: Sequence[Piece], archive: uuid.UUID, folder: Path
) -> tuple[list[Enclosed], list[Piece]]:
    """Pieces ready for the bag; and those left out because their key is destroyed for good."""
    keys = standing_keys({piece.under for piece in pieces if piece.under})
    ready, left_out = [], []
    for piece in pieces:
        if not piece.under:
            ready.append(Enclosed(piece, piece.content))
            continue
        try:
            ready.append(_sealed(piece, keys[piece.under], archive, folder))
        except KeyDestroyed:
            left_out.append(piece)
    return ready, left_out


def parts_of(archive: Archive, enclosed: Iterable[Enclosed]) -> list[ArchivePart]:
    """Rows to be saved with the archive."""
    return [
        ArchivePart(
            archive=archive,
            path=PAYLOAD + one.path,
            key=one.key,
            check_value=one.check_value,
        )
        for one in enclosed
        if one.key is not None
    ]


def _sealed(piece: Piece, key: SubjectKey, archive: uuid.UUID, folder: Path) -> Enclosed:
    path, alg = PAYLOAD + piece.stored_path, settings.ANLAN_PART_CIPHER
    secret = part_key(key, archive, path, alg)
    sealed = seal_part(_chunks(piece.content), secret, archive=str(archive), path=path, alg=alg)
    content: bytes | Path
    if piece.size <= SMALL:
        content = b"".join(sealed)
    else:
        content = folder / uuid.uuid4().hex
        with content.open("wb") as stream:
            stream.writelines(sealed)
    return Enclosed(piece, content, key, key_name(secret))


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while chunk := stream.read(MEGABYTE):
            yield chunk
