"""Where pictures stand in a workbook: floating over a row, or inside a cell as WPS keeps them.

Office Open XML: workbook → sheet → drawing → anchor (a row from 0) → media. WPS writes
`=DISPIMG("ID_…",1)` into the cell and the picture into `xl/cellimages.xml`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from anlan.assessments.parsing.packages import Package, attribute, local, xml_root
from anlan.lib.refusals import BadInput

BOOK = "xl/workbook.xml"
IN_CELLS = "xl/cellimages.xml"
IN_CELL = re.compile(r"""=?\s*(?:_xlfn\.)?DISPIMG\s*\(\s*["']([\w-]+)["'][^)]*\)""", re.I)


@dataclass
class Drawings:
    """Pictures by (sheet, row from 1) and by the identifiers that cells name."""

    on_rows: dict[tuple[str, int], list[bytes]] = field(default_factory=dict)
    in_cells: dict[str, bytes] = field(default_factory=dict)

    def of(self, sheet: str, row: int, cells: Mapping[str, str]) -> list[bytes]:
        named = [name for text in cells.values() for name in IN_CELL.findall(text)]
        inside = [self.in_cells[name] for name in named if name in self.in_cells]
        return [*self.on_rows.get((sheet, row), ()), *inside]


def drawings_in(content: bytes) -> Drawings:
    """All pictures of an xlsx; none for any other file or one without pictures."""
    if not content.startswith(b"PK") or b"xl/media/" not in content:
        return Drawings()
    found, package = Drawings(), Package(content)
    try:
        for sheet, part in _sheets(package):
            for drawing in _related(package, part, "drawing").values():
                _read_anchors(found, package, sheet, drawing)
        if package.has(IN_CELLS):
            _read_cells(found, package)
    except BadInput:
        raise
    except (KeyError, ValueError):
        raise BadInput("表格里的图片读不出来。", "请用 Excel 或 WPS 重新保存后上传。") from None
    return found


def _sheets(package: Package) -> Iterator[tuple[str, str]]:
    """(name, part) of every sheet."""
    parts = _related(package, BOOK, "worksheet")
    for element in xml_root(package.read(BOOK), BOOK).iter():
        if local(element.tag) == "sheet" and attribute(element, "id") in parts:
            yield element.attrib["name"], parts[attribute(element, "id")]


def _related(package: Package, part: str, kind: str) -> dict[str, str]:
    """Relation id → part, of one kind."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if not package.has(relations):
        return {}
    found = {}
    for element in xml_root(package.read(relations), relations):
        if element.get("Type", "").endswith(f"/{kind}") and element.get("TargetMode") != "External":
            target = element.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            found[element.get("Id", "")] = path
    return found


def _read_anchors(found: Drawings, package: Package, sheet: str, drawing: str) -> None:
    if not package.has(drawing):
        return
    media = _related(package, drawing, "image")
    for anchor in xml_root(package.read(drawing), drawing):
        row = next((e.text for e in anchor.iter() if local(e.tag) == "row"), None)
        for content in _pictures(package, anchor, media):
            if row is not None:
                found.on_rows.setdefault((sheet, int(row) + 1), []).append(content)


def _read_cells(found: Drawings, package: Package) -> None:
    media = _related(package, IN_CELLS, "image")
    for one in xml_root(package.read(IN_CELLS), IN_CELLS):
        name = next((e.get("name", "") for e in one.iter() if local(e.tag) == "cnvpr"), "")
        for content in _pictures(package, one, media):
            found.in_cells[name] = content


def _pictures(package: Package, element: Element, media: Mapping[str, str]) -> Iterator[bytes]:
    for blip in element.iter():
        if local(blip.tag) == "blip":
            part = media.get(attribute(blip, "embed"), "")
            if package.has(part):
                yield package.read(part)
