"""A witness signs what continues what it saw; a fork, a rollback and a false tile are shouted."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.proofs import cli, keys, published
from anlan.proofs.checkpoint import verify
from anlan.proofs.cosign_cli import BETRAYED, DONE, UNREACHABLE, WRONG_USE
from anlan.proofs.notes import WITNESS, vkey
from anlan.proofs.sm2 import Sm2PrivateKey
from anlan.proofs.tests.served_log import ServedLog, a_served_log
from anlan.proofs.tests.trees import LOG_VKEY, ORIGIN, OTHER_KEY

NAME = "witness.example.com/w1"
Out = pytest.CaptureFixture[str]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ServedLog]:
    with a_served_log(tmp_path / "site") as served:
        yield served


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The witness's own folder, with its key."""
    folder = tmp_path / "witness"
    assert cosign(folder, "--new-key") == DONE
    return folder


def cosign(house: Path, *words: str) -> int:
    return cli.main(["cosign", *words, "--key-file", str(house / "w1.key"), "--name", NAME])


def visit(house: Path, log: ServedLog, *words: str) -> int:
    return cosign(house, log.url, "--log-key", LOG_VKEY, *words)


def own_vkey(house: Path) -> str:
    return vkey(NAME, keys.read(house / "w1.key").public_key(), WITNESS)


def evidence(house: Path) -> list[dict[str, str]]:
    return [json.loads(path.read_text("utf-8")) for path in house.glob("*evidence*")]


def state(house: Path) -> str:
    return (house / "w1.state.json").read_text("utf-8")


def test_a_new_key_is_the_owner_s_alone_and_never_replaced(tmp_path: Path, capsys: Out) -> None:
    house, path = tmp_path, tmp_path / "w1.key"
    assert cosign(house, "--new-key") == DONE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_text()
    assert cosign(house, "--new-key") == WRONG_USE
    assert path.read_text() == before
    assert own_vkey(house) in capsys.readouterr().out


def test_a_growing_log_is_signed_at_every_visit(house: Path, log: ServedLog) -> None:
    for size in (3, 3, 256, 300, 1000):
        log.publish(size)
        assert visit(house, log) == DONE
    signed = [verify(note, [LOG_VKEY, own_vkey(house)]) for note in log.posted]
    assert [one.size for one in signed] == [3, 256, 300, 1000]
    assert all([by.name for by in one.cosigned_by] == [NAME] for one in signed)


def test_an_unchanged_log_is_left_alone(house: Path, log: ServedLog, capsys: Out) -> None:
    log.publish(5)
    visit(house, log)
    before = state(house)
    assert visit(house, log) == DONE
    assert "没有变化" in capsys.readouterr().out
    assert (state(house), len(log.posted)) == (before, 1)


def test_the_round_s_checkpoint_is_signed_before_the_newest(house: Path, log: ServedLog) -> None:
    early = log.publish(4)
    log.publish(9)
    (log.folder / "checkpoint").rename(log.folder / "newest")
    (log.folder / "checkpoint").mkdir()
    (log.folder / "checkpoint" / "round").write_text(early)
    assert visit(house, log) == UNREACHABLE  # a folder now; the round was signed all the same
    assert [verify(note, [LOG_VKEY]).size for note in log.posted] == [4]


def test_the_first_visit_wants_a_key_that_somebody_has_compared(
    house: Path, log: ServedLog, capsys: Out
) -> None:
    log.publish(3)
    (log.folder / "key").write_text(LOG_VKEY + "\n")
    assert cosign(house, log.url) == WRONG_USE
    said = capsys.readouterr().err
    assert LOG_VKEY in said
    assert "--log-key" in said
    assert (log.posted, list(house.glob("*.json"))) == ([], [])


def test_a_pinned_key_needs_no_repeating_and_suffers_no_other(
    house: Path, log: ServedLog, capsys: Out
) -> None:
    log.publish(3)
    visit(house, log)
    log.publish(4)
    assert cosign(house, log.url) == DONE
    other = vkey(ORIGIN, OTHER_KEY.public_key())
    assert cosign(house, log.url, "--log-key", other) == WRONG_USE
    assert "与状态文件里记住的不同" in capsys.readouterr().err


def test_a_rolled_back_log_is_shouted(house: Path, log: ServedLog, capsys: Out) -> None:
    log.publish(9)
    visit(house, log)
    before = state(house)
    log.begin_again()
    log.publish(7)
    assert visit(house, log) == BETRAYED
    assert "倒退：曾签出 9 条，现在只有 7 条" in capsys.readouterr().err
    assert (state(house), len(log.posted)) == (before, 1)
    assert [one["kind"] for one in evidence(house)] == ["倒退"]


@pytest.mark.parametrize("size", [9, 10, 600])
def test_a_forked_log_is_shouted_with_both_notes_kept(
    house: Path, log: ServedLog, size: int, capsys: Out
) -> None:
    log.publish(9)
    visit(house, log)
    log.begin_again()
    log.publish(size, history="another")
    assert visit(house, log) == BETRAYED
    assert "分叉" in capsys.readouterr().err
    (kept,) = evidence(house)
    sizes = [verify(kept[name], [LOG_VKEY]).size for name in ("seen", "offered")]
    assert (sizes, len(log.posted)) == ([9, size], 1)


def test_a_fork_behind_what_was_seen_is_shouted_too(house: Path, log: ServedLog) -> None:
    log.publish(9)
    visit(house, log)
    folder, honest = log.folder, (log.folder / "checkpoint").read_text()
    log.site = house.parent / "elsewhere"
    log.folder.mkdir(parents=True)
    log.size = 0
    forked = log.publish(5, history="another")
    (folder / "checkpoint").unlink()
    (folder / "checkpoint").mkdir()
    (folder / "checkpoint" / "round").write_text(forked)
    assert visit(house, log) == BETRAYED
    assert evidence(house)[0]["offered"] == forked
    assert evidence(house)[0]["seen"].startswith(honest)


def test_tiles_that_do_not_lead_to_the_root_are_shouted(house: Path, log: ServedLog) -> None:
    log.publish(300)
    tile = log.folder / "tile" / "0" / "000"
    content = bytearray(tile.read_bytes())
    content[40] ^= 1
    tile.write_bytes(content)
    log.sign(bytes(32))
    assert visit(house, log) == BETRAYED
    assert evidence(house)[0]["kind"] == "不符"
    assert log.posted == []


@pytest.mark.parametrize("spoil", ["missing", "short"])
def test_a_log_that_hides_its_tiles_is_not_signed(house: Path, log: ServedLog, spoil: str) -> None:
    log.publish(300)
    tile = log.folder / "tile" / "0" / "001.p" / "44"
    if spoil == "missing":
        tile.unlink()
    else:
        tile.write_bytes(tile.read_bytes()[:-32])
    assert visit(house, log) == (UNREACHABLE if spoil == "missing" else BETRAYED)
    assert log.posted == []


def test_somebody_else_s_signature_is_not_the_log_s(house: Path, log: ServedLog) -> None:
    log.key = OTHER_KEY
    log.publish(3)
    assert visit(house, log) == UNREACHABLE
    assert log.posted == []


def test_a_signature_that_was_not_delivered_is_sent_again(
    house: Path, log: ServedLog, capsys: Out
) -> None:
    log.publish(3)
    log.refuse_with = 403
    assert visit(house, log) == UNREACHABLE
    assert "403：不收。" in capsys.readouterr().err
    log.refuse_with = 0
    assert visit(house, log) == DONE
    assert [verify(note, [LOG_VKEY]).size for note in log.posted] == [3]


def test_a_spoilt_state_is_not_taken_for_a_fresh_start(house: Path, log: ServedLog) -> None:
    log.publish(3)
    visit(house, log)
    (house / "w1.state.json").write_text("{")
    log.publish(4)
    assert visit(house, log) == WRONG_USE
    assert len(log.posted) == 1


def test_a_log_that_is_away_gets_a_plain_answer(house: Path, capsys: Out) -> None:
    assert cosign(house, "http://127.0.0.1:9", "--log-key", LOG_VKEY) == UNREACHABLE
    assert "连不上" in capsys.readouterr().err
    assert cosign(house, "file:///etc/passwd", "--log-key", LOG_VKEY) == WRONG_USE


@pytest.mark.parametrize("end", ["", "/", "/log", "/log/", "/log//"])
def test_the_log_is_found_by_the_site_s_address_and_by_its_own(end: str) -> None:
    assert published.at(f"https://anlan.example.cn{end}") == "https://anlan.example.cn/log/"


def test_an_answer_without_end_is_not_read(house: Path, log: ServedLog, capsys: Out) -> None:
    (log.folder / "checkpoint").write_bytes(b"x" * 100_000)
    assert visit(house, log) == UNREACHABLE
    assert "超过" in capsys.readouterr().err


def test_a_log_under_sm3_and_sm2_is_witnessed_with_sm2(tmp_path: Path) -> None:
    house, key = tmp_path / "w", Sm2PrivateKey.generate()
    log_key = vkey(ORIGIN, key.public_key())
    assert cosign(house, "--new-key", "--sm2") == DONE
    with a_served_log(tmp_path / "site", "sm3", key) as log:
        for size in (4, 700):
            log.publish(size)
            assert cosign(house, log.url, "--log-key", log_key) == DONE
    last = verify(log.posted[-1], [log_key, own_vkey(house)])
    assert (last.size, last.alg, [by.name for by in last.cosigned_by]) == (700, "sm3", [NAME])
