"""The content-addressed store: bytes under their SHA-256, in the place that the city chose.

Where the place is a bucket, a file is fetched into a cache on first use and its hash compared: a
bucket that hands out one wrong byte is refused aloud.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from anlan.foundation.files.places import Place, PlaceFailed, place_at
from anlan.lib.refusals import Refused

log = logging.getLogger(__name__)
GIGABYTE = 1024**3
DRAFTS = "uploads"
# Somebody may have been handed the path a moment ago, or be about to name these bytes by a row.
FRESH = timedelta(hours=1)
JUST_USED = timedelta(minutes=10)


class NotReachable(Refused):
    """The bucket doesn't answer."""

    status = 503


class WrongBytes(Refused):
    """The bytes in the store are not those that were kept."""

    status = 500


class Store:
    """The files of one installation."""

    def __init__(self, address: str) -> None:
        self.remote = bool(address)
        self.place: Place = place_at(address or str(settings.ANLAN_FILES))
        self.desk = Path(settings.ANLAN_CACHE if self.remote else settings.ANLAN_FILES)

    @property
    def drafts(self) -> Path:
        """Where uploads are written before they have a name: on the store's own disk if it can."""
        return self.desk / DRAFTS

    def free(self) -> int:
        """Bytes left where drafts are written."""
        self.desk.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.desk).free

    def put(self, draft: Path, sha256: str) -> None:
        """Take a finished draft; durable when it returns, and the draft is gone."""
        self.place.put(name_of(sha256), draft, sha256=sha256)
        if self.remote:
            draft.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """A file of this machine with these bytes."""
        return self.place.local(name_of(sha256)) or self._cached(sha256)

    def pieces(self, sha256: str, first: int, last: int) -> Iterator[bytes]:
        """A range, straight from where it lies: a film isn't fetched whole to show a minute of it.

        Such a range can't be checked against the hash; whoever needs proof takes the whole file.
        """
        cached = self._cache_of(sha256)
        if self.remote and cached.exists():
            return place_at(str(cached.parent)).pieces(cached.name, first, last)
        return self.place.pieces(name_of(sha256), first, last)

    def remove(self, sha256: str, *, at: datetime) -> bool:
        """Take bytes away for good; whether there were any.

        Not when they came within the last hour (`FRESH`): a row that names them may be on its way.
        """
        if self.remote:
            self._cache_of(sha256).unlink(missing_ok=True)
        standing = self.place.standing(name_of(sha256))
        if standing is None or standing.at > at - FRESH:
            return False
        self.place.remove(name_of(sha256))
        return True

    def probe(self) -> None:
        """Keep a few bytes, read them back, take them away; raises what a real file would meet."""
        self.desk.mkdir(parents=True, exist_ok=True)
        content = os.urandom(16)
        name = f"probe/{content.hex()}"
        handle, draft = tempfile.mkstemp(dir=self.desk, prefix="incoming-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            self.place.put(name, Path(draft), sha256=hashlib.sha256(content).hexdigest())
            came = b"".join(self.place.pieces(name))
            self.place.remove(name)
        finally:
            Path(draft).unlink(missing_ok=True)
        if came != content:
            raise PlaceFailed("other bytes came back than were kept")

    def trim(self, *, at: datetime) -> int:
        """Keep the cache under its bound, the longest unused out first; how many went."""
        if not self.remote:
            return 0
        kept = sorted((one.stat().st_mtime, one.stat().st_size, one) for one in _files(self.desk))
        over = sum(size for _, size, _ in kept) - settings.ANLAN_CACHE_GB * GIGABYTE
        gone = 0
        for used, size, path in kept:
            if over <= 0 or datetime.fromtimestamp(used, UTC) > at - JUST_USED:
                break
            path.unlink(missing_ok=True)
            over -= size
            gone += 1
        return gone

    def _cache_of(self, sha256: str) -> Path:
        return self.desk / name_of(sha256)

    def _cached(self, sha256: str) -> Path:
        path = self._cache_of(sha256)
        try:
            os.utime(path)  # used now: the last to be thrown out
        except FileNotFoundError:
            self._fetch(sha256, path)
        return path

    def _fetch(self, sha256: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self.desk, prefix="incoming-")
        digest = hashlib.sha256()
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in self.place.pieces(name_of(sha256)):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256:
                raise wrong_bytes(sha256, digest.hexdigest())
            Path(draft).replace(path)
        except PlaceFailed as failure:
            log.exception("%s can't be fetched", sha256)
            raise not_reachable() from failure
        except FileNotFoundError as missing:
            log.exception("%s is missing in the store", sha256)
            raise wrong_bytes(sha256, "missing") from missing
        finally:
            Path(draft).unlink(missing_ok=True)


def the_store() -> Store:
    """As the settings have it now; its clients are shared."""
    return Store(settings.ANLAN_STORAGE)


def name_of(sha256: str) -> str:
    """Two levels of folders, so that none grows too long."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def not_reachable() -> NotReachable:
    return NotReachable("存放文件的对象存储暂时连不上。", "请稍后再试；文件没有丢。")


def wrong_bytes(wanted: str, found: str) -> WrongBytes:
    log.error("the store holds %s under the name of %s", found, wanted)
    return WrongBytes(
        f"存储里的文件与登记的哈希（{wanted[:12]}…）不符或已缺失，已拒绝打开。",
        "请把这一提示转给平台运维人员，由其从备份恢复并查明原因。",
    )


def _files(folder: Path) -> Iterator[Path]:
    """The cached files; drafts of uploads lie beside them and are no cache."""
    return (one for one in folder.glob("??/??/*") if one.is_file())
