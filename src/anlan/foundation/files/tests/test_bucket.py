"""The city keeps its files in a bucket: the same promises, and no trust in the bucket's bytes."""

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test import RequestFactory
from django.utils.timezone import now
from moto import mock_aws

from anlan.foundation.files import s3, uploads
from anlan.foundation.files.jobs import sweep_removed, trim_cache
from anlan.foundation.files.models import BytesRemoved, StoredFile
from anlan.foundation.files.places import PlaceFailed
from anlan.foundation.files.removal import mark_removed
from anlan.foundation.files.responses import stream
from anlan.foundation.files.services import NotKept, keep
from anlan.foundation.files.store import NotReachable, WrongBytes, the_store
from anlan.foundation.files.tests.conftest import FOR, Tus, upload_at
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
FILM = bytes(range(200)) * 5
HASH = hashlib.sha256(FILM).hexdigest()
KEY = f"anlan/{HASH[:2]}/{HASH[2:4]}/{HASH}"


@pytest.fixture
def bucket(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, and the settings that lead there."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    settings.ANLAN_STORAGE = "s3://city/anlan"
    settings.ANLAN_CACHE = tmp_path / "cache"
    with mock_aws():
        s3.client_of.cache_clear()
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="city")
        yield client
    s3.client_of.cache_clear()


def names(bucket: Any) -> list[str]:
    return [one["Key"] for one in bucket.list_objects_v2(Bucket="city").get("Contents", [])]


def in_cache(settings: Any) -> list[Path]:
    return [path for path in Path(settings.ANLAN_CACHE).rglob("*") if path.is_file()]


def test_a_kept_file_lies_in_the_bucket_and_comes_back_by_its_hash(
    bucket: Any, settings: Any
) -> None:
    stored = keep([FILM], name="上午.mp4", by=None, at=NOW)
    assert names(bucket) == [KEY]
    assert bucket.head_object(Bucket="city", Key=KEY)["Metadata"] == {"sha256": HASH}
    assert in_cache(settings) == []  # nothing is left where it was written
    assert stored.path.read_bytes() == FILM
    assert in_cache(settings) == [stored.path]
    assert not list(Path(settings.ANLAN_FILES).rglob("*"))


def test_a_second_look_is_served_from_the_cache(bucket: Any) -> None:
    stored = keep([FILM], name="上午.mp4", by=None, at=NOW)
    assert stored.path.read_bytes() == FILM
    bucket.delete_object(Bucket="city", Key=KEY)
    assert stored.path.read_bytes() == FILM


def test_a_large_file_goes_up_in_parts_and_is_whole(
    bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PART", 5 * 1024**2)  # the least that S3 takes
    content = os.urandom(11 * 1024**2)
    stored = keep([content], name="全天.mp4", by=None, at=NOW)
    [key] = names(bucket)
    assert bucket.head_object(Bucket="city", Key=key)["ETag"].endswith('-3"')
    assert stored.path.read_bytes() == content
    assert bucket.list_multipart_uploads(Bucket="city").get("Uploads", []) == []


def test_one_wrong_byte_in_the_bucket_is_refused_aloud(bucket: Any, settings: Any) -> None:
    stored = keep([FILM], name="上午.mp4", by=None, at=NOW)
    bucket.put_object(Bucket="city", Key=KEY, Body=b"?" + FILM[1:])
    with pytest.raises(WrongBytes, match="与登记的哈希") as told:
        _ = stored.path
    assert HASH[:12] in told.value.message
    assert in_cache(settings) == []


def test_a_file_that_vanished_from_the_bucket_is_refused_aloud(bucket: Any) -> None:
    stored = keep([FILM], name="上午.mp4", by=None, at=NOW)
    bucket.delete_object(Bucket="city", Key=KEY)
    with pytest.raises(WrongBytes, match="已缺失"):
        _ = stored.path
    with pytest.raises(WrongBytes, match="已缺失"):
        stream(RequestFactory().get("/", headers={"Range": "bytes=0-9"}), stored)


def test_a_range_comes_straight_from_the_bucket(bucket: Any, settings: Any) -> None:
    stored = keep([FILM], name="上午.mp4", by=None, at=NOW)
    answer = stream(RequestFactory().get("/", headers={"Range": "bytes=100-149"}), stored)
    assert answer.status_code == 206
    assert b"".join(answer) == FILM[100:150]
    assert in_cache(settings) == []
    _ = stored.path
    again = stream(RequestFactory().get("/", headers={"Range": "bytes=100-"}), stored)
    assert b"".join(again) == FILM[100:]


def test_a_bucket_that_is_away_keeps_nothing_half(
    bucket: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ANLAN_STORAGE = "s3://elsewhere/anlan"
    with pytest.raises(NotKept, match="对象存储暂时连不上") as told:
        keep([FILM], name="上午.mp4", by=None, at=NOW)
    assert told.value.status == 507
    assert "重新提交" in told.value.next_step
    assert not StoredFile.objects.exists()
    assert in_cache(settings) == []


def test_a_bucket_that_breaks_off_between_parts_is_left_clean(
    bucket: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PART", 5 * 1024**2)
    part = s3.S3Place._part

    def breaks(self: s3.S3Place, where: dict[str, Any], number: int, content: bytes) -> Any:
        if number == 2:
            raise PlaceFailed("gone")
        return part(self, where, number, content)

    monkeypatch.setattr(s3.S3Place, "_part", breaks)
    with pytest.raises(NotKept):
        keep([bytes(11 * 1024**2)], name="全天.mp4", by=None, at=NOW)
    assert names(bucket) == []
    assert bucket.list_multipart_uploads(Bucket="city").get("Uploads", []) == []
    assert in_cache(settings) == []


def test_reading_from_a_bucket_that_is_away_is_told(bucket: Any, settings: Any) -> None:
    stored = keep([FILM], name="上午.mp4", by=None, at=NOW)
    settings.ANLAN_STORAGE = "s3://elsewhere/anlan"
    with pytest.raises((NotReachable, WrongBytes)):
        _ = stored.path


def test_an_upload_goes_up_when_it_is_whole(bucket: Any, settings: Any, tus: Tus) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:400])
    assert names(bucket) == []
    tus.patch(where, 400, FILM[400:])
    assert names(bucket) == [KEY]
    assert in_cache(settings) == []
    stored = upload_at(where).file
    assert stored is not None
    assert stored.path.read_bytes() == FILM


def test_an_upload_that_found_the_bucket_away_is_finished_later(
    bucket: Any, settings: Any, tus: Tus, cast: Cast
) -> None:
    where = tus.opened(len(FILM))
    settings.ANLAN_STORAGE = "s3://elsewhere/anlan"
    assert tus.patch(where, 0, FILM).status_code == 507
    assert not StoredFile.objects.exists()
    settings.ANLAN_STORAGE = "s3://city/anlan"
    upload = upload_at(where)
    assert upload.offset == len(FILM)
    found = uploads.finished_upload(upload.uid, by=cast.class_manager, purpose=FOR, at=now())
    assert uploads.take(found, at=now()).sha256 == HASH
    assert names(bucket) == [KEY]


def test_the_cache_is_bounded_and_what_was_used_last_stays(bucket: Any, settings: Any) -> None:
    old, young = (keep([FILM + mark], name="a.mp4", by=None, at=NOW) for mark in (b"1", b"2"))
    for hours, one in ((5, old), (3, young)):
        stamp = now().timestamp() - hours * 3600
        os.utime(one.path, (stamp, stamp))
    settings.ANLAN_CACHE_GB = (len(FILM) + 1) / 1024**3
    assert trim_cache(now()) == 1
    assert [path.name for path in in_cache(settings)] == [young.sha256]
    assert len(names(bucket)) == 2
    assert old.path.read_bytes() == FILM + b"1"


def test_removed_bytes_leave_the_bucket_and_the_cache(bucket: Any, settings: Any) -> None:
    stored = keep([FILM], name="上午.mp4", by=None, at=NOW)
    _ = stored.path
    later = now() + timedelta(hours=2)
    assert mark_removed([stored], at=later) == [stored]
    assert sweep_removed(later) == 1
    assert names(bucket) == []
    assert in_cache(settings) == []
    stored.refresh_from_db()
    with pytest.raises(BytesRemoved, match="已按保管期限销毁"):
        _ = stored.path
    assert stored.sha256 == HASH
    assert sweep_removed(later) == 0


def test_the_place_can_be_asked_what_lies_there(bucket: Any) -> None:
    assert the_store().place.standing("nothing") is None
    keep([FILM], name="上午.mp4", by=None, at=NOW)
    standing = the_store().place.standing(KEY.removeprefix("anlan/"))
    assert standing is not None
    assert (standing.size, standing.sha256) == (len(FILM), HASH)
