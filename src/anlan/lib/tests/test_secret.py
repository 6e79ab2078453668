"""The signing key is made once, and nobody but its owner reads it."""

import os
import stat
from pathlib import Path

import pytest

from anlan.lib.secret import load_secret


def test_the_first_start_makes_a_key_and_every_later_one_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "django.key"
    key = load_secret(path)
    assert len(key) >= 60
    assert load_secret(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_secret(tmp_path / "another.key") != key


def test_who_comes_second_at_the_first_start_takes_the_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, link, first = tmp_path / "django.key", os.link, []

    def overtaken(draft: Path, place: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        first.append(load_secret(path))
        link(draft, place)

    monkeypatch.setattr(os, "link", overtaken)
    assert load_secret(path) == first[0] != ""
    assert list(tmp_path.iterdir()) == [path]


def test_a_start_that_breaks_off_leaves_no_empty_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(handle: int) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", disk_full)
        with pytest.raises(OSError, match="no space"):
            load_secret(tmp_path / "django.key")
    assert list(tmp_path.iterdir()) == []
    assert load_secret(tmp_path / "django.key")
