"""Receipts: the untouched one is good, and of a changed one the changed part is named."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from anlan.proofs.checkpoint import cosign, sign, vkey
from anlan.proofs.cli import main
from anlan.proofs.merkle import root
from anlan.proofs.receipt import check, conclusion, make
from anlan.proofs.tests.trees import (
    LOG_KEY,
    LOG_VKEY,
    ORIGIN,
    OTHER_KEY,
    WITNESS_KEY,
    WITNESS_NAME,
    WITNESS_VKEY,
    entries,
    hashes_of,
    node_over,
)

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SIZE, INDEX = 11, 4
KEYS = [LOG_VKEY, WITNESS_VKEY]
PARTS = ["记录哈希", "包含证明", "检查点签名", "见证签名"]
Receipt = dict[str, Any]


def a_receipt(index: int = INDEX, size: int = SIZE, alg: str = "sha256") -> Receipt:
    all_entries = entries(size)
    node = node_over(hashes_of(all_entries, alg), alg)
    signed = sign(ORIGIN, size, root(size, node, alg), LOG_KEY, alg=alg)
    note = cosign(signed, WITNESS_KEY, WITNESS_NAME, AT)
    receipt = make(all_entries[index].decode(), index, size, node, note, alg)
    return dict(json.loads(json.dumps(receipt)))


def wrong(receipt: Receipt, keys: list[str] = KEYS) -> list[str]:
    """The parts that a check does not find in order."""
    return [found.path for found in check(receipt, keys) if found.kind != "ok"]


@pytest.mark.parametrize("alg", ["sha256", "sm3"])
@pytest.mark.parametrize(("index", "size"), [(0, 1), (4, 11), (10, 11), (255, 300)])
def test_an_untouched_receipt_holds(index: int, size: int, alg: str) -> None:
    findings = check(a_receipt(index, size, alg), KEYS)
    assert [(found.kind, found.path) for found in findings] == [("ok", part) for part in PARTS]
    assert f"第 {index + 1} 条，共 {size} 条" in findings[1].text
    assert "2026-11-23 09:00:00 UTC" in findings[3].text
    assert conclusion(findings) == "回执有效，记录在日志中。"


def change_leaf(receipt: Receipt) -> None:
    receipt["leaf"]["verb"] = "签退"


def add_to_leaf(receipt: Receipt) -> None:
    receipt["leaf"]["more"] = 1


def change_leaf_and_hash(receipt: Receipt) -> None:
    other = a_receipt(INDEX + 1)
    receipt["leaf"], receipt["hash"] = other["leaf"], other["hash"]


def change_hash(receipt: Receipt) -> None:
    receipt["hash"] = "0" * 64


def change_index(receipt: Receipt) -> None:
    receipt["index"] += 1


def index_beyond_the_log(receipt: Receipt) -> None:
    receipt["index"] = SIZE


def swap_proof(receipt: Receipt) -> None:
    receipt["proof"].reverse()


def shorten_proof(receipt: Receipt) -> None:
    receipt["proof"].pop()


def lengthen_proof(receipt: Receipt) -> None:
    receipt["proof"].append("0" * 64)


def other_algorithm(receipt: Receipt) -> None:
    receipt["alg"] = "sm3"


def change_size(receipt: Receipt) -> None:
    receipt["checkpoint"] = receipt["checkpoint"].replace("\n11\n", "\n12\n")


def rolled_back(receipt: Receipt) -> None:
    receipt["checkpoint"] = a_receipt(0, 3)["checkpoint"]


def another_log(receipt: Receipt) -> None:
    receipt["checkpoint"] = receipt["checkpoint"].replace(ORIGIN, "log.example.com/other")


def without_witness(receipt: Receipt) -> None:
    receipt["checkpoint"] = receipt["checkpoint"].rsplit("— ", 1)[0]


def tear_checkpoint(receipt: Receipt) -> None:
    receipt["checkpoint"] = receipt["checkpoint"][:-1]


def forge_everything_but_the_key(receipt: Receipt) -> None:
    leaves = hashes_of([*entries(SIZE)[:INDEX], b'{"id":"forged"}'])
    node = node_over(leaves)
    note = sign(ORIGIN, INDEX + 1, root(INDEX + 1, node), OTHER_KEY)
    receipt.update(make({"id": "forged"}, INDEX, INDEX + 1, node, note))


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (change_leaf, ["记录哈希"]),
        (add_to_leaf, ["记录哈希"]),
        (change_leaf_and_hash, ["包含证明"]),
        (change_hash, ["记录哈希", "包含证明"]),
        (change_index, ["包含证明"]),
        (index_beyond_the_log, ["包含证明"]),
        (swap_proof, ["包含证明"]),
        (shorten_proof, ["包含证明"]),
        (lengthen_proof, ["包含证明"]),
        (other_algorithm, ["记录哈希", "包含证明"]),
        (change_size, ["检查点签名", "见证签名"]),
        (rolled_back, ["包含证明"]),
        (another_log, ["检查点签名", "见证签名"]),
        (without_witness, ["见证签名"]),
        (tear_checkpoint, ["检查点签名"]),
        (forge_everything_but_the_key, ["检查点签名", "见证签名"]),
    ],
)
def test_what_was_tampered_with_is_named(
    tamper: Callable[[Receipt], None], named: list[str]
) -> None:
    receipt = a_receipt()
    tamper(receipt)
    assert wrong(receipt) == named
    assert conclusion(check(receipt, KEYS)) == "回执不可信，原因见上。"


@pytest.mark.parametrize("part", ["format", "leaf", "hash", "alg", "index", "proof", "checkpoint"])
@pytest.mark.parametrize("value", [None, True, 1.0, "", "ab", [1], {"a": 1}])
def test_a_receipt_of_another_shape_is_said_to_be_malformed(part: str, value: object) -> None:
    receipt = a_receipt()
    if part == "leaf" and isinstance(value, dict):
        return  # a leaf of another content, not of another shape
    assert wrong({**receipt, part: value})
    receipt.pop(part)
    assert wrong(receipt) == ["回执"]


def test_without_the_logs_key_the_proof_is_checked_and_the_receipt_is_not_yet_good() -> None:
    findings = check(a_receipt(), [])
    assert [(found.kind, found.path) for found in findings] == [
        ("ok", "记录哈希"),
        ("ok", "包含证明"),
        ("unchecked", "检查点签名"),
    ]
    assert conclusion(findings) == "证明成立，但签名未核对，还不能算有效。"
    assert wrong(a_receipt(), [WITNESS_VKEY]) == ["检查点签名"]


def test_a_witness_is_asked_for_only_if_its_key_is_given() -> None:
    assert wrong(a_receipt(), [LOG_VKEY]) == []
    unseen = vkey("witness.example.com/w2", OTHER_KEY.public_key(), kind=4)
    assert wrong(a_receipt(), [*KEYS, unseen]) == ["见证签名"]


def test_a_receipt_is_not_made_under_a_checkpoint_of_another_size() -> None:
    receipt = a_receipt()
    with pytest.raises(ValueError, match="not one of 12"):
        make(receipt["leaf"], 0, 12, node_over(hashes_of(entries(12))), receipt["checkpoint"])


def saved(path: Path, receipt: Receipt) -> str:
    path.write_text(json.dumps(receipt, ensure_ascii=False), "utf-8")
    return str(path)


def test_the_command_line_says_what_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path / "回执.json", a_receipt())
    assert main([path, "--key", LOG_VKEY, "--key", WITNESS_VKEY]) == 0
    told = capsys.readouterr().out
    assert "相符  包含证明：是日志 log.example.com/anlan 的第 5 条，共 11 条" in told
    assert "结论：回执有效，记录在日志中。" in told

    assert main([path]) == 1
    assert "未核  检查点签名：没有给出日志的公钥" in capsys.readouterr().out


def test_keys_come_from_a_file_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "receipt.json", a_receipt())
    keys = tmp_path / "keys.txt"
    keys.write_text(f"# 日志与见证\n{LOG_VKEY}\n\n  {WITNESS_VKEY}\n", "utf-8")
    assert main([path, "--keys", str(keys), "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["ok"]
    assert [found["path"] for found in record["findings"]] == PARTS
    assert main([path, "--keys", str(tmp_path / "gone.txt")]) == 1
    assert "读不到公钥文件" in capsys.readouterr().out


def test_a_file_that_is_no_receipt_is_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "receipt.json"
    twice = json.dumps(a_receipt()).replace('"index": 4', '"index": 3, "index": 4')
    for content in ("{", "[]", '{"format": "other"}', twice, "[" * 100_000):
        path.write_text(content)
        assert main([str(path), "--key", LOG_VKEY]) == 1
        assert "无效  回执：" in capsys.readouterr().out
    assert main([str(tmp_path / "gone.json")]) == 1
    assert "读不到这个文件" in capsys.readouterr().out


def test_an_auditor_needs_no_django(tmp_path: Path) -> None:
    path = saved(tmp_path / "receipt.json", a_receipt())
    code = (
        "import sys; from anlan.proofs.cli import main; code = main(sys.argv[1:]); "
        "sys.exit(2 if 'django' in sys.modules else code)"
    )
    ran = subprocess.run([sys.executable, "-c", code, path, "--key", LOG_VKEY], capture_output=True)
    assert ran.returncode == 0, ran.stderr
