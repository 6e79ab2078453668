"""Every room has its page, and every link of the documents leads somewhere."""

import re
from pathlib import Path

from anlan.testing.floors import ROOT, floors

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:")
WITHOUT_PAGE = {"anlan.config", "anlan.foundation"}


def test_every_room_has_its_page() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "rooms").glob("*.md")}
    wanted = {room.rsplit(".", 1)[-1] for room in floors().keys() - WITHOUT_PAGE}
    assert sorted(wanted - pages) == []


def test_every_document_has_a_title() -> None:
    assert [path for path in DOCUMENTS if not path.read_text("utf-8").startswith("# ")] == []


def test_links_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)} → {target}"
        for path in DOCUMENTS
        for target in LINK.findall(FENCE.sub("", path.read_text("utf-8")))
        if not target.startswith(ELSEWHERE) and not _resolves(path, target)
    ]
    assert broken == []


def _resolves(path: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    found = (path.parent / file) if file else path
    if not found.exists():
        return False
    return not anchor or found.suffix != ".md" or anchor in _anchors(found)


def _anchors(path: Path) -> set[str]:
    """Headings as GitHub spells them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
