"""Reading an archive that somebody else made: nothing is unpacked, nothing is trusted.

A source names its files relative to the bag and hands out their bytes in pieces. What would
harm whoever unpacks it (links, paths that climb out, bombs, two files of one name) is reported
or refused here, once, for zip and folder alike.
"""

import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from anlan.proofs.bag import CHUNK, DECLARATION, same_name, why_unsafe
from anlan.proofs.findings import Finding, UnreadableError

MOST_FILES = 200_000
BOMB_BYTES = 64 << 20  # a smaller file is harmless however well it was packed
BOMB_RATIO = 200  # text packs about 20:1; deflate reaches at most 1032:1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
)


class Source(Protocol):
    @property
    def names(self) -> list[str]:
        """Every file, relative to the bag, sorted, NFC."""

    @property
    def problems(self) -> list[Finding]: ...

    def open(self, name: str) -> IO[bytes]: ...


@dataclass
class Folder:
    root: Path
    problems: list[Finding] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = {path.relative_to(self.root).as_posix(): path for path in _walk(self.root)}
        links = {name for name, path in found.items() if not _is_plain(path)}
        self.problems += [_malformed(name, "是链接或特殊文件，未读取") for name in sorted(links)]
        named, problems = _checked(name for name in found if name not in links)
        self.problems += problems
        self.files = {name: found[raw] for name, raw in named.items()}

    @property
    def names(self) -> list[str]:
        return sorted(self.files)

    def open(self, name: str) -> IO[bytes]:
        return self.files[name].open("rb")


@dataclass
class Zip:
    archive: zipfile.ZipFile
    size: int
    problems: list[Finding] = field(default_factory=list)
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)

    def __post_init__(self) -> None:
        infos = [info for info in self.archive.infolist() if not info.is_dir()]
        _refuse_bombs(infos, self.size)
        base = _base_of([info.filename for info in infos])
        inside = [info for info in infos if info.filename.startswith(base)]
        outside = [info.filename for info in infos if not info.filename.startswith(base)]
        self.problems += [_malformed(name, "不在档案目录之内") for name in outside]
        named, problems = _checked(info.filename.removeprefix(base) for info in inside)
        self.problems += problems
        by_raw = {info.filename.removeprefix(base): info for info in inside}
        self.members = {name: by_raw[raw] for name, raw in named.items()}
        self.problems += [
            _malformed(name, "是链接，不是文件")
            for name, info in self.members.items()
            if stat.S_ISLNK(info.external_attr >> 16)
        ]

    @property
    def names(self) -> list[str]:
        return sorted(self.members)

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(self.members[name])


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A zip or a folder as a source; raises `UnreadableError`."""
    if path.is_dir():
        yield Folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise UnreadableError("找不到这个文件，请核对路径") from None
    except BROKEN:
        raise UnreadableError("不是完整的 zip 文件：可能传输中断或被截断，请重新取得一份") from None
    with archive:
        yield Zip(archive, path.stat().st_size)


def pieces(source: Source, name: str) -> Iterator[bytes]:
    """The bytes of one file, piece by piece; raises `UnreadableError`.

    A member that unpacks to more or less than it declares fails here: the reader stops at the
    declared size and the CRC tells.
    """
    try:
        with source.open(name) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except BROKEN:
        raise UnreadableError("内容已损坏，无法完整读出") from None


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        for name in [*files, *(f for f in folders if (Path(folder) / f).is_symlink())]:
            yield Path(folder) / name


def _is_plain(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _checked(raw_names: Iterator[str]) -> tuple[dict[str, str], list[Finding]]:
    """Safe names (NFC) → as stored; and what is wrong with the others."""
    named: dict[str, str] = {}
    seen: set[str] = set()
    problems: list[Finding] = []
    for raw in raw_names:
        name = unicodedata.normalize("NFC", raw)
        if reason := why_unsafe(name):
            problems.append(_malformed(name, reason))
        elif same_name(name) in seen:
            problems.append(_malformed(name, "同名文件出现两次，无法判断哪一个是真的"))
        else:
            seen.add(same_name(name))
            named[name] = raw
    return named, problems


def _base_of(names: list[str]) -> str:
    """The one folder in the zip that holds the bag: "" or "name/"."""
    bases = {name.removesuffix(DECLARATION) for name in names if _declares(name)}
    if len(bases) != 1:
        raise UnreadableError(f"里面没有（或不止一个）{DECLARATION}，不是封存档案")
    return bases.pop()


def _declares(name: str) -> bool:
    return name == DECLARATION or (name.count("/") == 1 and name.endswith("/" + DECLARATION))


def _refuse_bombs(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Before a byte is unpacked: too many files, overlapping files, unbelievable ratios."""
    if len(infos) > MOST_FILES:
        raise UnreadableError(f"文件超过 {MOST_FILES} 个，拒绝读取")
    if sum(info.compress_size for info in infos) > size:
        raise UnreadableError("声明的内容比压缩包本身还大（文件互相重叠），拒绝读取")
    for info in infos:
        swollen = info.file_size > BOMB_RATIO * max(info.compress_size, 1)
        if info.file_size > BOMB_BYTES and swollen:
            raise UnreadableError(f"{info.filename!r} 解压后膨胀 {BOMB_RATIO} 倍以上，拒绝读取")
        if info.flag_bits & ENCRYPTED or info.compress_type not in METHODS:
            raise UnreadableError(f"{info.filename!r} 已加密或压缩方式不受支持，拒绝读取")


def _malformed(name: str, text: str) -> Finding:
    shown = name.encode("utf-8", "backslashreplace").decode()
    return Finding("malformed", shown, f"{shown}：{text}")
