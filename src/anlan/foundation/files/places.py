"""Where bytes lie: a folder, or a bucket behind any S3 API. Named bytes in, the same bytes out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

PIECE = 256 * 1024


class PlaceFailed(Exception):
    """The place can't be reached or answers with a fault; its text is for the log."""


@dataclass(frozen=True)
class Standing:
    """What lies under a name. `sha256` is empty where the place knows it only by reading."""

    size: int
    sha256: str
    at: datetime


class Place(Protocol):
    """A folder or a bucket; raises `PlaceFailed`, or `OSError` where it is a disk."""

    address: str

    def put(self, name: str, draft: Path, *, sha256: str) -> None:
        """Take the bytes of a finished draft; durable when it returns. The draft may be gone."""

    def copy_in(self, name: str, source: Path, *, sha256: str) -> None:
        """The same for a file that stays where it is, from any file system."""

    def standing(self, name: str) -> Standing | None: ...

    def pieces(self, name: str, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """Bytes `first` to `last`, both inclusive; `FileNotFoundError` if there are none."""

    def remove(self, name: str) -> None:
        """Nothing lies under the name afterwards."""

    def local(self, name: str) -> Path | None:
        """The path under which this machine can open it; None where it must be fetched."""


def place_at(address: str) -> Place:
    """The folder or bucket of an address: a path, or `s3://bucket/prefix`.

    The class stands in `settings.ANLAN_PLACES` by dotted path: boto3 takes 150 ms and 30 MB to
    import, which a city that keeps its files on a disk shouldn't pay.
    """
    scheme = address.partition("://")[0] if "://" in address else ""
    if scheme not in settings.ANLAN_PLACES:
        raise ValueError(f"{scheme}:// is no kind of place; write a folder or s3://bucket/prefix")
    return cast(Place, import_string(settings.ANLAN_PLACES[scheme])(address))
