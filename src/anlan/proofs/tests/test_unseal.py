"""`anlan unseal` and folders of mixed evidence."""

import json
from pathlib import Path

import pytest

from anlan.proofs import cli, opened_copy
from anlan.proofs.part_keys import PartKeys, keys_file
from anlan.proofs.tests.sealed_class import (
    FILM,
    FILM_PATH,
    UID,
    a_sealed_class,
    all_keys,
    forged,
    key_for,
    person_path,
)
from anlan.proofs.tests.test_receipt import a_receipt
from anlan.proofs.tests.trees import LOG_VKEY


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "class.zip"
    path.write_bytes(a_sealed_class())
    return path


def write_keys(folder: Path, keys: PartKeys) -> Path:
    path = folder / "钥匙.json"
    path.write_bytes(keys_file(keys, made_at="2026-11-23T01:00:00Z"))
    return path


def unseal(archive: Path, keys: Path, folder: Path) -> int:
    return opened_copy.main([str(archive), "--keys", str(keys), "--to", str(folder)])


def test_everything_is_written_out_and_the_first_file_says_what_it_is(
    archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert unseal(archive, write_keys(tmp_path, all_keys()), folder) == 0
    assert (folder / "06-录像" / "01.mp4").read_bytes() == FILM
    assert json.loads((folder / "personal" / "001.json").read_bytes())["name"] == "赵明安"
    assert "非封存件" in (folder / opened_copy.NOTICE).read_text("utf-8")
    assert not (folder / opened_copy.CLOSED).exists()
    assert not list(folder.rglob("*.enc"))


def test_what_stays_closed_is_named_and_told_by_the_exit_code(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = person_path(1)
    some = PartKeys({UID: {path: key_for(path)}}, {UID: {FILM_PATH: "2031-11-24T00:00:00Z"}})
    folder = tmp_path / "out"
    assert unseal(archive, write_keys(tmp_path, some), folder) == 1
    said = (folder / opened_copy.CLOSED).read_text("utf-8")
    assert "2031-11-24 销毁" in said
    assert "personal/002.json.enc：没有钥匙" in said
    assert "2 件未开封" in capsys.readouterr().out


def test_a_folder_with_something_in_it_is_left_alone(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep")
    assert unseal(archive, write_keys(tmp_path, all_keys()), folder) == 1
    assert "不是空文件夹" in capsys.readouterr().out
    assert [one.name for one in folder.iterdir()] == ["mine.txt"]


def test_a_part_that_was_changed_is_not_written_as_if_it_were_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(members: dict[str, bytes]) -> None:
        members[FILM_PATH] = members[FILM_PATH][:-1] + b"?"

    archive = tmp_path / "class.zip"
    archive.write_bytes(forged(change))
    assert unseal(archive, write_keys(tmp_path, all_keys()), tmp_path / "out") == 1
    assert "没有开封完" in capsys.readouterr().out


def test_a_folder_of_archives_and_receipts_is_checked_one_by_one(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_keys(tmp_path, all_keys())  # a key file is no evidence and is passed over
    (tmp_path / "回执.json").write_text(json.dumps(a_receipt()), "utf-8")
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    assert cli.main([str(tmp_path), "--key", LOG_VKEY, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [Path(one["path"]).name for one in said] == ["class.zip", "回执.json"]
    assert all(one["ok"] for one in said)
