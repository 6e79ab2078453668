"""The tamper matrix of a sealed class: whatever is done to it, `verify` names what.

`tampered` is somebody who changes a file; `forged` one who also makes every manifest anew, so that
only receipts, parts and the published key can tell.
"""

import json
from pathlib import Path

import pytest

from anlan.proofs.canonical import canonical
from anlan.proofs.cli import main
from anlan.proofs.findings import Verdict
from anlan.proofs.part_keys import PartKeys, keys_file
from anlan.proofs.tests.sealed_class import (
    FILM,
    FILM_PATH,
    UID,
    Change,
    Members,
    a_sealed_class,
    all_keys,
    forged,
    key_for,
    leaves,
    ledger_of,
    part,
    person,
    person_path,
    receipts_of,
    tampered,
    unpacked,
)
from anlan.proofs.tests.trees import LOG_VKEY, OTHER_KEY
from anlan.proofs.verdict import Means, verify

LEDGER, RECEIPTS, MANIFEST = "data/ledger.jsonl", "data/receipts.json", "manifest-sha256.txt"
ROSTER, SCORES, FILMS = (
    "data/02-花名册/花名册.pdf",
    "data/04-考核/成绩册.xlsx",
    "data/06-录像/录像清单.json",
)
WITH_KEY = Means([LOG_VKEY])
WITH_ALL = Means([LOG_VKEY], all_keys())


def verdict_on(content: bytes, folder: Path, means: Means = WITH_KEY) -> Verdict:
    path = folder / "class.zip"
    path.write_bytes(content)
    return verify(path, means)


def named(verdict: Verdict) -> set[tuple[str, str]]:
    assert not verdict.ok
    assert all(finding.text for finding in verdict.findings)
    return {(finding.kind, finding.path) for finding in verdict.findings}


def flip(path: str, at: int = -1) -> Change:
    def change(members: Members) -> None:
        raw = bytearray(members[path])
        raw[at if at >= 0 else len(raw) // 2] ^= 1
        members[path] = bytes(raw)

    return change


def remove(path: str) -> Change:
    def change(members: Members) -> None:
        del members[path]

    return change


def swap(one: str, other: str) -> Change:
    def change(members: Members) -> None:
        members[one], members[other] = members[other], members[one]

    return change


def truncate(path: str) -> Change:
    def change(members: Members) -> None:
        members[path] = members[path][:-1000]

    return change


def replace(path: str, content: bytes) -> Change:
    def change(members: Members) -> None:
        members[path] = content

    return change


def rewritten_ledger() -> bytes:
    """The closing says that one more has passed; the line's own hash is made anew."""
    changed = leaves()
    closing = json.loads(changed[3])
    closing["data"]["passed"] = 3
    changed[3] = canonical(closing)
    return ledger_of(changed)


@pytest.mark.parametrize("means", [Means(), WITH_KEY, WITH_ALL], ids=["nothing", "key", "all"])
def test_an_untouched_archive_passes(means: Means, tmp_path: Path) -> None:
    verdict = verdict_on(a_sealed_class(), tmp_path, means)
    assert verdict.ok
    kinds = {finding.kind for finding in verdict.findings}
    assert (
        kinds - {"ok"}
        == {
            0: {"unchecked", "withheld"},
            1: {"withheld"},
            2: set(),
        }[len(means.vkeys) + bool(means.keys.keys)]
    )
    assert verdict.proved == bool(means.vkeys)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (flip(ROSTER), {("changed", ROSTER)}),
        (flip(person_path(1)), {("changed", person_path(1))}),
        (flip(FILM_PATH), {("changed", FILM_PATH)}),
        (remove(ROSTER), {("removed", ROSTER)}),
        (swap(ROSTER, SCORES), {("changed", ROSTER), ("changed", SCORES)}),
        (truncate(FILM_PATH), {("changed", FILM_PATH), ("changed", "bag-info.txt")}),
        (replace("data/另加.pdf", b"%PDF"), {("added", "data/另加.pdf")}),
    ],
    ids=["document", "part", "film", "removed", "swapped", "truncated", "added"],
)
def test_a_change_is_named(change: Change, expected: set[tuple[str, str]], tmp_path: Path) -> None:
    found = named(verdict_on(tampered(change), tmp_path))
    assert expected <= found
    assert {path for _kind, path in found} <= {path for _kind, path in expected} | {"bag-info.txt"}


@pytest.mark.parametrize("path", [LEDGER, RECEIPTS, MANIFEST, "tagmanifest-sha256.txt"])
def test_a_flipped_byte_in_what_proves_is_named(path: str, tmp_path: Path) -> None:
    found = {path for _kind, path in named(verdict_on(tampered(flip(path)), tmp_path))}
    also = {MANIFEST: ROSTER, "tagmanifest-sha256.txt": "bag-info.txt"}
    assert path in found or also[path] in found


@pytest.mark.parametrize("at", range(0, 1200, 37))
def test_whatever_byte_of_a_part_is_flipped_its_key_tells(at: int, tmp_path: Path) -> None:
    size = len(unpacked(a_sealed_class())[person_path(1)])
    content = forged(flip(person_path(1), at % size))
    verdict = verdict_on(content, tmp_path, WITH_ALL)
    assert {path for _kind, path in named(verdict)} == {person_path(1)}


@pytest.mark.parametrize(
    ("change", "means", "kind", "path", "says"),
    [
        (replace(LEDGER, ledger_of(leaves()[:3])), Means(), "removed", LEDGER, "entry-3"),
        (replace(LEDGER, rewritten_ledger()), Means(), "changed", LEDGER, "第 4 行"),
        (swap(person_path(1), person_path(2)), Means(), "changed", person_path(1), "调换"),
        (truncate(FILM_PATH), Means(), "changed", FILM_PATH, "第 1 段"),
        (remove(FILM_PATH), Means(), "removed", FILM_PATH, "第 1 段"),
        (flip(FILM_PATH), WITH_ALL, "changed", FILM_PATH, "解不开"),
        (replace(FILMS, b"[]\n"), WITH_ALL, "removed", FILMS, "录像清单"),
        (replace(RECEIPTS, b"{}\n"), WITH_KEY, "malformed", RECEIPTS, "receipts.json"),
    ],
    ids=["removed line", "rewritten line", "swapped parts", "cut film", "no film", "film bytes",
         "film off the list", "receipts"],
)  # fmt: skip
def test_a_forger_who_makes_the_manifests_anew_is_caught(
    change: Change, means: Means, kind: str, path: str, says: str, tmp_path: Path
) -> None:
    verdict = verdict_on(forged(change), tmp_path, means)
    assert (kind, path) in named(verdict)
    assert any(says in one.text for one in verdict.findings if one.path == path)


def test_another_film_under_the_same_name_is_caught_by_the_ledger(tmp_path: Path) -> None:
    other = FILM[::-1]

    def change(members: Members) -> None:
        members[FILM_PATH] = part(FILM_PATH, other)

    assert ("changed", FILM_PATH) in named(verdict_on(forged(change), tmp_path, WITH_ALL))


def test_a_log_grown_anew_by_another_hand_is_caught_by_the_key_alone(tmp_path: Path) -> None:
    def change(members: Members) -> None:
        members[LEDGER] = ledger = rewritten_ledger()
        grown = [canonical(json.loads(line)["leaf"]) for line in ledger.splitlines()]
        members[RECEIPTS] = receipts_of(grown, OTHER_KEY)

    content = forged(change)
    assert verdict_on(content, tmp_path, Means()).ok  # it agrees with itself
    assert not verdict_on(content, tmp_path, Means()).proved
    assert named(verdict_on(content, tmp_path)) == {("changed", RECEIPTS)}


def test_receipts_cannot_be_taken_away_from_whoever_asks_for_them(tmp_path: Path) -> None:
    content = forged(remove(RECEIPTS))
    assert verdict_on(content, tmp_path, Means()).ok
    verdict = verdict_on(content, tmp_path)
    assert named(verdict) >= {("unchecked", RECEIPTS)}
    text = json.loads(receipts_of(leaves()))
    text["entries"] = [one for one in text["entries"] if one["entry"] != "entry-3"]
    for left, kind in ([], "added"), (["entry-3"], "unchecked"):
        text["uncovered"] = left
        verdict = verdict_on(forged(replace(RECEIPTS, canonical(text))), tmp_path)
        assert (kind, LEDGER) in named(verdict)
        assert any("第 4 行" in one.text for one in verdict.findings)


def test_a_part_of_another_archive_does_not_fit(tmp_path: Path) -> None:
    other = part(person_path(1), person(1), uid="6f0f2a52-0000-4000-8000-000000000009")
    verdict = verdict_on(forged(replace(person_path(1), other)), tmp_path)
    assert named(verdict) == {("changed", person_path(1))}
    assert "另一份档案" in verdict.findings[0].text


def test_a_person_s_record_that_opens_nothing_is_named(tmp_path: Path) -> None:
    record = json.loads(person(1))
    record["openings"][0]["value"]["name"] = "钱大勇"
    forgery = part(person_path(1), canonical(record))
    verdict = verdict_on(forged(replace(person_path(1), forgery)), tmp_path, WITH_ALL)
    assert named(verdict) == {("changed", person_path(1))}
    assert "承诺" in verdict.findings[0].text


def test_destroyed_keys_are_said_and_are_no_fault(tmp_path: Path) -> None:
    paths = (person_path(1), person_path(2), FILM_PATH)
    gone = PartKeys({UID: {}}, {UID: dict.fromkeys(paths, "2031-11-24T00:00:00Z")})
    verdict = verdict_on(a_sealed_class(), tmp_path, Means([LOG_VKEY], gone))
    assert verdict.ok
    assert verdict.proved
    said = [one.text for one in verdict.findings if one.kind == "withheld"]
    assert len(said) == 3
    assert all("2031-11-24" in text for text in said)


def test_a_wrong_key_is_told_from_a_changed_part(tmp_path: Path) -> None:
    wrong = PartKeys({UID: {person_path(1): key_for(person_path(2))}})
    verdict = verdict_on(a_sealed_class(), tmp_path, Means([], wrong))
    assert named(verdict) == {("changed", person_path(1))}
    assert "钥匙拿错" in verdict.findings[0].text


def test_the_command_takes_log_keys_and_part_keys_and_sums_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, keys, vkeys = tmp_path / "class.zip", tmp_path / "钥匙.json", tmp_path / "log.key"
    archive.write_bytes(a_sealed_class())
    keys.write_bytes(keys_file(all_keys(), made_at="2026-11-23T01:00:00Z"))
    vkeys.write_text(LOG_VKEY + "\n")
    assert main([str(archive)]) == 0
    assert "出处未核" in capsys.readouterr().out
    assert main([str(archive), "--keys", str(vkeys), "--keys", str(keys)]) == 0
    said = capsys.readouterr().out
    assert "开封 3 件" in said
    assert "签名有效" in said
    archive.write_bytes(forged(replace(LEDGER, rewritten_ledger())))
    assert main([str(archive), "--keys", str(vkeys)]) == 1
    assert "台账第 4 行" in capsys.readouterr().out
