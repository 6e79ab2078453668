"""可用性: can it be opened and read?"""

import io
import json
from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PdfReadError
from pypdf.generic import StreamObject
from python_calamine import CalamineError, CalamineWorkbook

from anlan.archives.quality.checks import (
    Check,
    Natures,
    Sample,
    judged,
    untested,
    whole,
)
from anlan.archives.services.enclosing import Enclosed
from anlan.foundation.ledger.part_keys import part_key
from anlan.proofs.bag import PAYLOAD
from anlan.proofs.parts import BadPart, open_part, read_header

NATURE = Natures.USABLE
FILMS = "06-录像/"
PDF_A = (b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>B</pdfaid:conformance>")
HEAD = 512


def usability(sample: Sample) -> Iterator[Check]:
    yield _pdfs(sample)
    yield _tables(sample)
    yield _records(sample)
    yield _parts(sample)
    yield _films(sample)
    yield untested(
        NATURE, "长期保存格式全项校验", "veraPDF 等专用工具", "本平台没有内置，请移交时检测"
    )


def _pdfs(sample: Sample) -> Check:
    found, pages, faults = sample.clear(".pdf"), 0, []
    for one in found:
        try:
            reader = PdfReader(io.BytesIO(whole(one.content)))
            pages += len(reader.pages)
            root = reader.root_object
            metadata = root["/Metadata"].get_object()
            said = metadata.get_data() if isinstance(metadata, StreamObject) else b""
            if not all(mark in said for mark in PDF_A) or "/OutputIntents" not in root:
                faults.append(f"{one.path} 没有声明 PDF/A-2b")
        except (PdfReadError, KeyError, AttributeError, ValueError) as failure:
            faults.append(f"{one.path} 打不开（{type(failure).__name__}）")
    method = "逐份打开，读页数、PDF/A-2b 声明与输出意图"
    return judged(NATURE, "版式文件可打开", method, faults, f"{len(found)} 份 PDF，{pages} 页")


def _tables(sample: Sample) -> Check:
    found, rows, faults = sample.clear(".xlsx"), 0, []
    for one in found:
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(whole(one.content)))
            rows += sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
        except CalamineError:
            faults.append(f"{one.path} 打不开")
    said = f"{len(found)} 份 xlsx，{rows} 行"
    return judged(NATURE, "表格可打开", "逐份打开并读出全部行", faults, said)


def _records(sample: Sample) -> Check:
    found, faults = sample.clear(".json"), []
    for one in found:
        try:
            json.loads(whole(one.content))
        except ValueError:
            faults.append(f"{one.path} 不是 JSON")
    return judged(NATURE, "结构化数据可读", "逐份按 JSON 解析", faults, f"{len(found)} 份 JSON")


def _parts(sample: Sample) -> Check:
    """Every encrypted part is opened again, by a key derived anew."""
    found, faults = [one for one in sample.files if one.key is not None], []
    for one in found:
        try:
            for _piece in _opened(one, sample):
                pass
        except BadPart as bad:
            faults.append(f"{one.path}：{bad}")
    method = "重新派生钥匙，逐件试开"
    return judged(NATURE, "加密件可开封", method, faults, f"{len(found)} 件")


def _films(sample: Sample) -> Check:
    """Not played, only looked at: does it begin as a film begins?"""
    films = [
        one
        for one in sample.files
        if one.path.startswith(FILMS) and not one.path.endswith("清单.json")
    ]
    faults = [
        f"{one.path} 不是可识别的视频" for one in films if not is_film(_head(one.piece.content))
    ]
    method = "读文件头，识别 MP4、WebM、TS、AVI、FLV 或分段清单；未逐帧播放"
    said = f"档案内 {len(films)} 段"
    return judged(NATURE, "录像可识别", method, faults, said)


def is_film(head: bytes) -> bool:
    """By its first bytes: the containers that cameras and phones write, or a segment list."""
    return (
        head[4:8] == b"ftyp"
        or head.startswith((b"\x1a\x45\xdf\xa3", b"FLV\x01", b"OggS", b"\x00\x00\x01\xba"))
        or (head[:4] == b"RIFF" and head[8:11] == b"AVI")
        or (head[:1] == b"\x47" and head[188:189] == b"\x47")
        or b"anlan-segments/1" in head
    )


def _opened(one: Enclosed, sample: Sample) -> Iterator[bytes]:
    if one.key is None:
        return
    header, _rest = read_header(_pieces(one.content))
    uid = sample.archive
    key = part_key(one.key, uid, PAYLOAD + one.path, header.alg)
    yield from open_part(_pieces(one.content), key)


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk


def _head(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content[:HEAD]
    with content.open("rb") as stream:
        return stream.read(HEAD)
