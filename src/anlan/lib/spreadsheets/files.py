"""What kind of file this is, and whether it is safe to open.

A few kilobytes of xlsx can unpack to gigabytes, and one stray cell at XFD1048576 makes a dense grid
of seventeen billion cells. Both are measured here, before the reader sees the file. Not measured:
very many cells that repeat one very long shared text.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from anlan.lib.refusals import BadInput

Kind = Literal["xlsx", "xls", "csv"]

_CHUNK = 1 << 18
_MEGABYTE = 1 << 20
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# A cell that holds something; `<c r="A1" s="3"/>` is only formatted and does not count.
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^>]*(?<!/)>")


class BadSpreadsheet(BadInput):
    """The file can't be read as a table; message and next step say why, in Chinese."""


class EmptySheet(BadSpreadsheet):
    """The sheet holds nothing at all, as the spare ones of every new workbook."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is accepted. Rows count from the top of the sheet, titles included."""

    max_bytes: int = 20 * _MEGABYTE
    max_unpacked_bytes: int = 300 * _MEGABYTE
    max_rows: int = 50_000
    max_columns: int = 200


def load(source: bytes | Path, limits: Limits) -> bytes:
    """The file's bytes, refused when there are none or too many."""
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size == 0:
        raise BadSpreadsheet("这个文件是空的（0 字节）", "请重新保存后再上传")
    if size > limits.max_bytes:
        raise BadSpreadsheet(
            f"文件有 {size / _MEGABYTE:.1f} MB，超过上限 {limits.max_bytes // _MEGABYTE} MB",
            "请删去图片等无关内容，或分成几个文件上传",
        )
    return source.read_bytes() if isinstance(source, Path) else source


def kind_of(content: bytes, filename: str) -> Kind:
    """Judge by content first, by name only where content can't tell."""
    if content.startswith(b"PK"):
        return "xlsx"
    if content.startswith(_OLE_MAGIC):
        if _ENCRYPTED_STREAM in content:
            raise password_protected()
        return "xls"
    head = content[:2048].lower()
    if b"<html" in head or b"<table" in head or head.lstrip().startswith(b"<?xml"):
        raise BadSpreadsheet(
            "这个文件其实是网页，只是扩展名像表格", "请用 Excel 或 WPS 打开，另存为 xlsx 后上传"
        )
    suffix = Path(filename).suffix.lower()
    if suffix in {".csv", ".txt", ".tsv"}:
        return "csv"
    raise wrong_type()


def wrong_type() -> BadSpreadsheet:
    return BadSpreadsheet("这个文件不是能读取的表格", "请上传 xlsx、xls 或 csv 文件")


def password_protected() -> BadSpreadsheet:
    return BadSpreadsheet("这个表格设了打开密码，无法读取", "请去掉密码另存后再上传")


def too_far(row: int, column: int, limits: Limits) -> BadSpreadsheet | None:
    """The refusal for content beyond the limits, if row or column (counted from 1) is."""
    if row > limits.max_rows:
        return BadSpreadsheet(
            f"表格一直用到第 {row} 行，超过上限 {limits.max_rows} 行",
            "数据没有这么多时，请删除下方残留的内容；确有这么多时，请分成几个文件上传",
        )
    if column > limits.max_columns:
        return BadSpreadsheet(
            f"表格一直用到第 {column} 列，超过上限 {limits.max_columns} 列",
            "请删除右侧残留的内容后再上传",
        )
    return None


def guard_xlsx(content: bytes, limits: Limits) -> None:
    """Unpack for measuring only, believing no size that the archive declares."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise BadSpreadsheet("表格文件已损坏，打不开", "请用 Excel 或 WPS 重新保存后上传") from None
    if not any(entry.filename.lstrip("/").startswith("xl/") for entry in entries):
        raise wrong_type()
    budget = limits.max_unpacked_bytes
    for entry in entries:
        tail = b""
        for chunk in _unpacked(content, entry):
            budget -= len(chunk)
            if budget < 0:
                raise BadSpreadsheet(
                    "表格解压后太大，无法读取", "请只保留需要的工作表和列，另存后再上传"
                )
            tail = _scan_cells(tail + chunk, limits)


def _unpacked(content: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    if entry.flag_bits & 0x1:
        raise password_protected()
    header = content[entry.header_offset : entry.header_offset + 30]
    if len(header) < 30 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise BadSpreadsheet("表格文件已损坏，打不开", "请用 Excel 或 WPS 重新保存后上传")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = entry.header_offset + 30 + name_length + extra_length
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
    else:
        yield from _inflated(packed)


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), _CHUNK):
            feed: bytes = bytes(packed[at : at + _CHUNK])
            while feed:
                yield inflater.decompress(feed, _CHUNK * 4)
                feed = inflater.unconsumed_tail
    except zlib.error:
        raise BadSpreadsheet("表格文件已损坏，打不开", "请用 Excel 或 WPS 重新保存后上传") from None


def _scan_cells(buffer: bytes, limits: Limits) -> bytes:
    """Refuse a filled cell beyond the limits; hand back the unfinished tag at the end."""
    cut = buffer.rfind(b"<")
    whole, tail = (buffer[:cut], buffer[cut:]) if cut >= 0 else (buffer, b"")
    for letters, digits in _FILLED_CELL.findall(whole):
        if len(letters) > 1 or len(digits) > 4:  # nearer ones are cheap to open
            refusal = too_far(int(digits), _column_number(letters), limits)
            if refusal is not None:
                raise refusal
    return tail if len(tail) < _MEGABYTE else b""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
