"""Time stamps of an authority made by `openssl ts`: true ones hold, all others are named."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anlan.proofs import cli, stamps
from anlan.proofs.canonical import canonical
from anlan.proofs.checkpoint import parse, sign
from anlan.proofs.merkle import root
from anlan.proofs.receipt import check, conclusion, make
from anlan.proofs.stamps import BadStamp
from anlan.proofs.tests.authority import Authority, needs_openssl
from anlan.proofs.tests.trees import LOG_KEY, LOG_VKEY, ORIGIN, entries, hashes_of, node_over

pytestmark = needs_openssl
NODE = node_over(hashes_of(entries(9)))
NOTE = sign(ORIGIN, 9, root(9, NODE), LOG_KEY)
BODY = parse(NOTE).body.encode()


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture(scope="module")
def token(tsa: Authority) -> bytes:
    return tsa.answer(stamps.request(BODY).as_bytes())


def a_receipt(*tokens: bytes) -> dict[str, Any]:
    told = [{"kind": "rfc3161", "token": base64.b64encode(one).decode()} for one in tokens]
    leaf = json.loads(entries(9)[4])
    return make(leaf, 4, 9, NODE, NOTE, timestamps=told)


def test_a_stamp_says_when_and_by_whom(tsa: Authority, token: bytes) -> None:
    stamped = stamps.verify(token, BODY, stamps.authorities_at(tsa.root))
    assert stamped.authority == tsa.name
    assert abs(stamped.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert stamps.claimed(token) == stamped


def test_a_bare_token_is_as_good(tsa: Authority, token: bytes) -> None:
    bare = tsa.bare(token)
    assert bare != token
    assert stamps.verify(bare, BODY, stamps.authorities_at(tsa.root)).authority == tsa.name


def test_another_text_another_authority_and_no_root_are_refused(
    tsa: Authority, token: bytes, tmp_path: Path
) -> None:
    ours = stamps.authorities_at(tsa.root)
    others = stamps.authorities_at(Authority(tmp_path / "two").root)
    leaf_only = stamps.authorities_at(tsa.folder / "tsa.pem")
    for body, trusted, words in (
        (BODY + b"x", ours, "另一段文字"),
        (BODY, others, "不是所给机构签发"),
        (BODY, leaf_only, "根证书"),
    ):
        with pytest.raises(BadStamp, match=words):
            stamps.verify(token, body, trusted)


def test_the_answer_to_another_question_is_refused(tsa: Authority, token: bytes) -> None:
    with pytest.raises(BadStamp, match="不是这次请求"):
        stamps.require_answer(token, stamps.request(BODY))
    asked = stamps.request(BODY)
    stamps.require_answer(tsa.answer(asked.as_bytes()), asked)


def test_no_flipped_byte_gives_another_time(tsa: Authority, token: bytes) -> None:
    """A flip may fall where nothing is signed, but time and text are never others."""
    roots = stamps.authorities_at(tsa.root)
    true = stamps.verify(token, BODY, roots)
    chance = random.Random(1)
    for _ in range(150):
        broken = bytearray(token)
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        try:
            assert stamps.verify(bytes(broken), BODY, roots).at == true.at
        except BadStamp:
            continue


@pytest.mark.parametrize("junk", [b"", b"\x30", b"\x30\x03\x02\x01\x02", bytes(70_000)])
def test_what_is_no_token_is_refused_in_words(junk: bytes) -> None:
    with pytest.raises(BadStamp, match="读不出来"):
        stamps.claimed(junk)


def test_a_receipt_with_a_stamp_holds_with_and_without_asking(tsa: Authority, token: bytes) -> None:
    roots = stamps.authorities_at(tsa.root)
    findings = check(a_receipt(token), [LOG_VKEY], roots)
    assert [f.kind for f in findings] == ["ok"] * 4
    assert tsa.name in findings[3].text
    assert conclusion(findings) == "回执有效，记录在日志中。"
    assert len(check(a_receipt(token), [LOG_VKEY])) == 3


@pytest.mark.parametrize("stamp", [None, {"kind": "rfc3161", "token": 5}, {"kind": "rfc3161"}])
def test_a_missing_or_spoilt_stamp_is_named_when_asked(tsa: Authority, stamp: object) -> None:
    receipt = a_receipt()
    receipt["timestamps"] = [stamp] if stamp else []
    found = check(receipt, [LOG_VKEY], stamps.authorities_at(tsa.root))
    wrong = [(f.kind, f.path) for f in found if f.kind != "ok"]
    assert wrong == [("changed" if stamp else "removed", "时间戳")]


def test_the_command_checks_stamps_against_a_certificate(
    tsa: Authority, token: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "receipt.json"
    path.write_bytes(canonical(a_receipt(token)))
    assert cli.main([str(path), "--key", LOG_VKEY, "--tsa", str(tsa.root)]) == 0
    assert f"时间戳：{tsa.name} 证明检查点在" in capsys.readouterr().out
    assert cli.main([str(path), "--key", LOG_VKEY, "--tsa", str(path)]) == 1
    assert "PEM" in capsys.readouterr().out
