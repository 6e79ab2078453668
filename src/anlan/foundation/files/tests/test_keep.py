"""Files are kept whole, or not at all."""

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import NotKept, keep
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db


def on_disk() -> list[Path]:
    return [path for path in Path(settings.ANLAN_FILES).rglob("*") if path.is_file()]


def test_a_file_lies_under_its_hash() -> None:
    stored = keep([b"abc", b"def"], name="说明.pdf", by=None, at=NOW)
    assert stored.sha256 == hashlib.sha256(b"abcdef").hexdigest()
    assert (stored.size, stored.content_type) == (6, "application/pdf")
    assert on_disk() == [stored.path]
    assert stored.path.read_bytes() == b"abcdef"


def test_equal_bytes_lie_once() -> None:
    first, second = (keep([b"abc"], name=name, by=None, at=NOW) for name in ("一.png", "二.png"))
    assert first.path == second.path
    assert len(on_disk()) == 1


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "存储空间不足"), (errno.EDQUOT, "存储空间不足"), (errno.EIO, "磁盘写入失败")],
)
def test_a_disk_that_fails_is_told_plainly_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def fails(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(NotKept) as told:
        keep([b"abc"], name="录像.mp4", by=None, at=NOW)
    assert said in told.value.message
    assert "重新上传" in told.value.next_step
    assert told.value.status == 507
    assert on_disk() == []
    assert not StoredFile.objects.exists()


def test_a_sender_who_breaks_off_leaves_nothing_behind() -> None:
    def broken() -> Iterator[bytes]:
        yield b"abc"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep(broken(), name="录像.mp4", by=None, at=NOW)
    assert on_disk() == []
    assert not StoredFile.objects.exists()
