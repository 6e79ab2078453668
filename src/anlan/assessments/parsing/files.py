"""Which kind of bank file this is, and everything in it, row by row."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from anlan.assessments.parsing.aiken import read_aiken
from anlan.assessments.parsing.drafts import Unusable
from anlan.assessments.parsing.gift import read_gift
from anlan.assessments.parsing.lines import read_lines
from anlan.assessments.parsing.moodle import read_moodle
from anlan.assessments.parsing.packages import Package, local, xml_root
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.qti import asked_of, items_in
from anlan.assessments.parsing.rows import Format, Reading, Row, draft_of
from anlan.assessments.parsing.sheets import read_bank
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.text import decoded

ENDINGS = (".xlsx", ".xls", ".csv", ".txt", ".gift", ".xml", ".zip", ".jsonl")
SHEETS = (".xlsx", ".xls", ".csv")
MOST_ROWS = 50_000
_ASKED_EVERY = 500
_SYSTEM_FILES = ("imsmanifest.xml", "manifest.xml")
_HIDDEN = ("__MACOSX/", ".")
_AIKEN = re.compile(r"^\s*[A-Z]\s*[.)\uff0e）、][^\n]*\n\s*ANSWER\s*[:：]", re.M | re.I)
Tell = Callable[[int], None]
Fetch = Callable[[str], bytes | None]


def read_file(
    source: Path, filename: str, album: Album | None = None, tell: Tell | None = None
) -> Reading:
    """All rows of a bank file, in its order; `tell` hears how many there are so far.

    Raises `BadInput` for a file that is no bank at all. A row that can't be used is no error.
    """
    album = album or Album()
    ending = PurePosixPath(filename.lower()).suffix
    format_, rows = _opened(source, filename, ending, album)
    kept: list[Row] = []
    for row in rows:
        kept.append(row)
        if len(kept) > MOST_ROWS:
            raise BadInput(f"文件里的题目超过 {MOST_ROWS} 道。", "请分成几个文件上传。")
        if tell and len(kept) % _ASKED_EVERY == 0:
            tell(len(kept))
    if not kept:
        raise BadInput("这个文件里没有题目。", "请检查文件内容后重新上传。")
    return Reading(format_, kept)


def _opened(source: Path, filename: str, ending: str, album: Album) -> tuple[Format, Iterator[Row]]:
    if ending in SHEETS:
        return Format.SHEET, read_bank(source, filename, album)
    if ending not in ENDINGS:
        raise BadInput(f"不支持「{filename}」这种文件。", f"可以上传：{'、'.join(ENDINGS)}。")
    content = source.read_bytes()
    if ending == ".zip":
        return _package(Package(content), album)
    if ending == ".xml":
        return _xml(content, filename, album)
    text = readable(content)
    if ending == ".jsonl":
        return Format.JSONL, read_lines(text)
    return _text(text, album, lambda _address: None)


def _text(text: str, album: Album, fetch: Fetch, sheet: str = "") -> tuple[Format, Iterator[Row]]:
    """Aiken has a line `ANSWER:` below one of its options; GIFT has braces."""
    if _AIKEN.search(text):
        return Format.AIKEN, read_aiken(text, album, sheet)
    if "{" not in text and "::" not in text:
        raise BadInput(
            "没有认出这个文本文件的格式。",
            "GIFT 的答案写在花括号里；Aiken 每题以 ANSWER: 结尾。也可以改用 xlsx。",
        )
    return Format.GIFT, read_gift(text, album, fetch, sheet)


def _xml(content: bytes, name: str, album: Album) -> tuple[Format, Iterator[Row]]:
    root = xml_root(content, name)
    if local(root.tag) == "quiz":
        return Format.MOODLE, read_moodle(root, album)
    found = list(items_in(root))
    if not found:
        raise BadInput(
            f"「{name}」不是题库文件（根元素是 {local(root.tag)[:30]}）。",
            "可以上传 Moodle XML 或 QTI 2.1、3.0 的题目。",
        )
    return Format.QTI, _qti_rows(found, "", album, lambda _address: None)


def _qti_rows(items: list[Element], sheet: str, album: Album, fetch: Fetch) -> Iterator[Row]:
    for number, item in enumerate(items, start=1):
        try:
            yield Row(sheet, number, draft_of(asked_of(item, fetch), album))
        except Unusable as why:
            yield Row(sheet, number, problem=str(why))


def _package(package: Package, album: Album) -> tuple[Format, Iterator[Row]]:
    """A QTI content package, or GIFT or Aiken with pictures beside it."""
    names = [name for name in package.names if not name.startswith(_HIDDEN)]
    texts = [name for name in names if name.lower().endswith((".txt", ".gift"))]
    documents = [name for name in names if name.lower().endswith(".xml")]
    if not documents and len(texts) >= 1:
        return Format.GIFT, _text_rows(package, texts, album)
    if not documents:
        raise BadInput("压缩包里没有题目文件。", "应含 QTI 的 xml 文件，或 GIFT 文本和图片。")
    return Format.QTI, _document_rows(package, documents, album)


def _text_rows(package: Package, names: list[str], album: Album) -> Iterator[Row]:
    for name in sorted(names):

        def fetch(address: str, name: str = name) -> bytes | None:
            return package.beside(name, address.removeprefix("@@PLUGINFILE@@/"))

        sheet = name if len(names) > 1 else ""
        yield from _text(readable(package.read(name)), album, fetch, sheet)[1]


def _document_rows(package: Package, names: list[str], album: Album) -> Iterator[Row]:
    """Items of all documents; tests and manifests hold none, a broken document is named."""
    for name in sorted(names):
        if PurePosixPath(name).name.lower() in _SYSTEM_FILES:
            continue

        def fetch(address: str, name: str = name) -> bytes | None:
            return package.beside(name, address)

        content = package.read(name)
        try:
            root = xml_root(content, name)
        except Refused as refused:
            yield Row(name, 1, problem=refused.message.rstrip("。"))
            continue
        if local(root.tag) == "quiz":
            yield from (replace(row, sheet=name) for row in read_moodle(root, album))
        else:
            yield from _qti_rows(list(items_in(root)), name, album, fetch)


def readable(content: bytes) -> str:
    """The file's text; refuses what is no text."""
    text = decoded(content)
    if text is None:
        raise BadInput("文件的文字编码无法识别。", "请存为 UTF-8 编码后上传。")
    return text
