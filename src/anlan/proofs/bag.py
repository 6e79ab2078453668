"""The sealed archive: a BagIt 1.0 bag (RFC 8493) in a zip, or unpacked in a folder.

    archive/bagit.txt                 which format this is
    archive/bag-info.txt              who sealed what, when; octets and files of the payload
    archive/manifest-sha256.txt       a hash for every file under data/
    archive/tagmanifest-sha256.txt    a hash for each of the three files above
    archive/data/…                    the payload

The same entries give the same bytes: names sorted, times fixed, no owner, no machine.
"""

import hashlib
import io
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

DECLARATION = "bagit.txt"
DECLARATION_TEXT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
PAYLOAD = "data/"
OXUM = "Payload-Oxum"

CHUNK = 1 << 20
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell
PACKED_ALREADY = {".jpg", ".jpeg", ".png", ".webp", ".mp4", ".m4s", ".ts", ".xlsx", ".zip", ".enc"}
# What Windows refuses in a file name; and "%", which RFC 8493 writes as %25 in a manifest, but
# sha256sum and the common validators do not: without it, everybody reads the same.
FORBIDDEN = re.compile(r'[\\:*?"<>|%]')
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format (bidi!), surrogate, line separators


class BagError(ValueError):
    """The entries cannot become an archive; a mistake of the caller."""


def write_bag(
    entries: Iterable[tuple[str, bytes | Path]], info: Mapping[str, str], *, base: str = "archive"
) -> bytes:
    """The archive as bytes. Paths are relative to data/; `info` becomes bag-info.txt."""
    return sealed_bag(entries, info, base=base)[0]


def sealed_bag(
    entries: Iterable[tuple[str, bytes | Path]], info: Mapping[str, str], *, base: str = "archive"
) -> tuple[bytes, str]:
    """The archive as bytes, and its seal."""
    buffer = io.BytesIO()
    seal = _write(buffer, entries, info, base)
    return buffer.getvalue(), seal


def write_bag_to(
    target: Path,
    entries: Iterable[tuple[str, bytes | Path]],
    info: Mapping[str, str],
    *,
    base: str = "archive",
) -> str:
    """Stream the archive to a file and return its seal; files given as paths are never held whole.

    The target appears complete or not at all.
    """
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("wb") as stream:
            seal = _write(stream, entries, info, base)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return seal


def why_unsafe(path: str) -> str:
    """Why a path must not stand in an archive, in Chinese; empty if it may."""
    if not path or path.startswith("/"):
        return "路径为空或为绝对路径"
    if any(part in ("", ".", "..") for part in path.split("/")):
        return "路径中有空段、“.”或“..”，可能写到档案之外"
    if FORBIDDEN.search(path) or hidden(path):
        return "文件名含控制字符或系统不允许的字符"
    return ""


def plain_name(name: str) -> str:
    """A file name that somebody typed, as one segment that may stand in an archive."""
    name = unicodedata.normalize("NFC", name)
    plain = "".join("_" if c == "/" or hidden(c) else c for c in FORBIDDEN.sub("_", name))
    return "_" if plain in ("", ".", "..") else plain


def hidden(text: str) -> bool:
    """Does a text hold characters that nobody sees?"""
    return any(unicodedata.category(character) in HIDDEN for character in text)


def same_name(path: str) -> str:
    """The form in which two names are compared: Windows and macOS cannot keep them apart."""
    return unicodedata.normalize("NFC", path).casefold()


def manifest_text(sums: Mapping[str, str]) -> str:
    """Lines that `sha256sum -c` reads."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))


def _write(
    stream: IO[bytes],
    entries: Iterable[tuple[str, bytes | Path]],
    info: Mapping[str, str],
    base: str,
) -> str:
    payload = _sorted(entries)
    with zipfile.ZipFile(stream, "w") as archive:
        sums: dict[str, str] = {}
        octets = 0
        for path, content in payload:
            sums[PAYLOAD + path], size = _add(archive, base, PAYLOAD + path, content)
            octets += size
        tags = {
            DECLARATION: DECLARATION_TEXT,
            INFO: _info_text({**info, OXUM: f"{octets}.{len(sums)}"}),
            MANIFEST: manifest_text(sums),
        }
        seals = {name: _add(archive, base, name, tags[name].encode())[0] for name in sorted(tags)}
        seal, _ = _add(archive, base, TAGMANIFEST, manifest_text(seals).encode())
    return seal


def _sorted(entries: Iterable[tuple[str, bytes | Path]]) -> list[tuple[str, bytes | Path]]:
    payload: dict[str, bytes | Path] = {}
    seen: set[str] = set()
    for raw, content in entries:
        path = unicodedata.normalize("NFC", raw)
        if reason := why_unsafe(path):
            raise BagError(f"{path!r}: {reason}")
        if path.startswith(PAYLOAD):
            raise BagError(f"{path!r}: paths are relative to {PAYLOAD}")
        if same_name(path) in seen:
            raise BagError(f"{path!r} stands twice")
        seen.add(same_name(path))
        payload[path] = content
    return sorted(payload.items())


def _info_text(info: Mapping[str, str]) -> str:
    for label, value in info.items():
        if not label.strip() or ":" in label or hidden(label + value):
            raise BagError(f"bag-info needs one line per label: {label!r}")
    return "".join(f"{label}: {value}\n" for label, value in info.items())


def _add(archive: zipfile.ZipFile, base: str, path: str, content: bytes | Path) -> tuple[str, int]:
    """Copy one file in; its SHA-256 and size are those of the bytes that went through."""
    member = zipfile.ZipInfo(f"{base}/{path}", EARLIEST)
    member.create_system = 3  # Unix, wherever this runs
    member.external_attr = 0o100644 << 16
    packed = PurePosixPath(path).suffix.lower() in PACKED_ALREADY
    member.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    member.file_size = content.stat().st_size if isinstance(content, Path) else len(content)
    digest, size = hashlib.sha256(), 0
    with _opened(content) as source, archive.open(member, "w") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _opened(content: bytes | Path) -> IO[bytes]:
    return content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
