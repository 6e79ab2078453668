"""What a receipt opens is compared with the commitment; what it withholds is no fault."""

import json
from typing import Any

import pytest

from anlan.proofs import cli
from anlan.proofs.canonical import canonical, commitment, leaf_hash
from anlan.proofs.checkpoint import sign
from anlan.proofs.findings import Verdict
from anlan.proofs.merkle import root
from anlan.proofs.receipt import check, conclusion, make
from anlan.proofs.tests.trees import LOG_KEY, LOG_VKEY, ORIGIN, node_over

SALT = bytes(range(16))
PERSON = {"name": "赵明安", "id_number": "370102199001010017"}
LEAF = {
    "id": "e1",
    "verb": "signed_in",
    "commitments": {"learner": commitment(SALT, PERSON), "reason": commitment(SALT, "没电")},
}
NODE = node_over([leaf_hash(canonical(LEAF))])
OPENING = {"name": "learner", "salt": SALT.hex(), "value": PERSON}


def a_receipt(**more: Any) -> dict[str, Any]:
    note = sign(ORIGIN, 1, root(1, NODE), LOG_KEY)
    return dict(json.loads(json.dumps(make(LEAF, 0, 1, NODE, note, **more))))


def test_an_opening_shows_the_value_that_was_committed_to() -> None:
    findings = check(a_receipt(openings=[OPENING]), [LOG_VKEY])
    assert [f.kind for f in findings] == ["ok"] * 4
    assert "赵明安" in findings[3].text


def test_what_is_withheld_is_said_and_harms_nothing(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = a_receipt(openings=[OPENING], withheld=["reason"])
    findings = check(receipt, [LOG_VKEY])
    assert [f.kind for f in findings] == ["ok"] * 4 + ["withheld"]
    assert Verdict(tuple(findings)).ok
    assert conclusion(findings) == "回执有效，记录在日志中。"
    path = tmp_path / "r.json"
    path.write_text(json.dumps(receipt, ensure_ascii=False))
    assert cli.main([str(path), "--key", LOG_VKEY]) == 0
    assert "未开  承诺值 reason" in capsys.readouterr().out


def test_nothing_opened_and_nothing_withheld_says_nothing() -> None:
    assert len(check(a_receipt(), [LOG_VKEY])) == 3


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"openings": [OPENING | {"value": {"name": "别人"}}]}, "changed"),
        ({"openings": [OPENING | {"salt": "00" * 16}]}, "changed"),
        ({"openings": [OPENING | {"salt": "00"}]}, "changed"),
        ({"openings": [OPENING | {"name": "photo"}]}, "malformed"),
        ({"openings": [OPENING | {"salt": "xy"}]}, "malformed"),
        ({"openings": [{"name": "learner"}]}, "malformed"),
        ({"openings": 5}, "malformed"),
        ({"openings": [5]}, "malformed"),
        ({"withheld": ["photo"]}, "malformed"),
        ({"withheld": [["learner"]]}, "malformed"),
        ({"withheld": 5}, "malformed"),
    ],
)
def test_a_false_opening_is_named(more: dict[str, Any], kind: str) -> None:
    findings = check(a_receipt(**more), [LOG_VKEY])
    assert [(f.kind, f.path) for f in findings if f.kind != "ok"] == [(kind, "承诺值")]
    assert conclusion(findings) == "回执不可信，原因见上。"
