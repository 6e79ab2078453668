"""The example in the description of the formats holds, as it says."""

import json
import re
from pathlib import Path

from anlan.proofs.receipt import check

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "receipt-format.md"


def test_the_written_example_holds_under_the_written_keys() -> None:
    text = DOCUMENT.read_text("utf-8")
    (receipt,) = re.findall(r"```json\n(.*?)```", text, re.S)
    (keys,) = re.findall(r"```text\n(.*?)```", text, re.S)
    findings = check(json.loads(receipt), keys.split())
    assert [found.kind for found in findings] == ["ok"] * 4
