"""What shipped data cites stands in docs/law.md: as checked, or as not checked."""

import csv
import json
import re
from collections.abc import Iterator

from anlan.testing.floors import PACKAGE, ROOT

STANDARD = re.compile(
    r"(?:GBZ/T|GBZ|GB/T|GB|AQ/T|AQ|JGJ/T|JGJ|TSG|JT/T|XF|DA/T) ?\d+(?:\.\d+)?(?:-\d{4})?"
)
NAMED = re.compile(r"《([^》]+)》")
# A law that is cited without brackets, with its article.
BARE = re.compile(r"([\u4e00-\u9fff]+?(?:法|条例|办法|规定)) ?第[一二三四五六七八九十百零]+条")


def cited() -> Iterator[str]:
    """Every text of the shipped data that says what something rests on."""
    rules = json.loads((PACKAGE / "foundation/rules/data/rules.json").read_text("utf-8"))
    yield from (row["clause"] for row in rules)
    bank = (PACKAGE / "assessments/data/items.jsonl").read_text("utf-8")
    yield from (json.loads(line)["basis"] for line in bank.splitlines())
    checklists = json.loads((PACKAGE / "assessments/data/checklists.json").read_text("utf-8"))
    yield from (row["basis"] for row in checklists)
    consent = json.loads((PACKAGE / "identity/data/face_consent.json").read_text("utf-8"))
    yield from (row["basis"] for row in consent)
    for path in sorted((PACKAGE / "visits/data").glob("*.csv")):
        with path.open(encoding="utf-8") as lines:
            yield from (row["clause"] for row in csv.DictReader(lines))
    for path in sorted(PACKAGE.glob("*/personal_data.py")):
        yield from re.findall(r'"([^"\n]*第[^"\n]*条[^"\n]*)"', path.read_text("utf-8"))


def test_everything_that_is_cited_is_told_to_be_checked_or_not() -> None:
    told = (ROOT / "docs" / "law.md").read_text("utf-8")
    works = {
        work
        for text in cited()
        for pattern in (STANDARD, NAMED, BARE)
        for work in pattern.findall(text)
    }
    assert len(works) > 100  # the walk sees something
    assert sorted(work for work in works if work not in told) == []
