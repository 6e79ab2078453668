"""A file comes in pieces, is broken off and goes on; its hash is that of the whole."""

import base64
import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from anlan.foundation.files import hashing, receiving, uploads
from anlan.foundation.files.jobs import forget_expired_uploads, forget_stray_drafts
from anlan.foundation.files.models import StoredFile, Upload
from anlan.foundation.files.removal import sweep_removed
from anlan.foundation.files.tests.conftest import FOR, Enter, Tus, upload_at
from anlan.foundation.files.turns import Turn
from anlan.foundation.rules.models import Rule
from anlan.lib.refusals import BadInput, Refused
from anlan.testing.cast import Cast

FILM = bytes(range(251)) * 400
HASH = hashlib.sha256(FILM).hexdigest()


def on_disk() -> list[Path]:
    return [path for path in Path(settings.ANLAN_FILES).rglob("*") if path.is_file()]


def a_whole_upload(tus: Tus, content: bytes = FILM) -> Upload:
    where = tus.opened(len(content))
    assert tus.patch(where, 0, content).status_code == 204
    return upload_at(where)


def test_the_server_says_what_it_can(tus: Tus) -> None:
    answer = tus.client.options("/files/uploads/")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert int(answer["Tus-Max-Size"]) == 64 * 1024**3


def test_a_file_in_pieces_is_kept_under_the_hash_of_the_whole(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    assert tus.offset(where) == 0
    for begin in range(0, len(FILM), 30_000):
        answer = tus.patch(where, begin, FILM[begin : begin + 30_000])
        assert answer.status_code == 204
    assert int(answer["Upload-Offset"]) == len(FILM)
    stored = upload_at(where).file
    assert stored is not None
    assert (stored.sha256, stored.size, stored.name) == (HASH, len(FILM), "上午.mp4")
    assert stored.path.read_bytes() == FILM
    assert on_disk() == [stored.path]  # renamed, nothing left beside it


@given(cuts=st.lists(st.integers(1, len(FILM) - 1), max_size=6, unique=True), lost=st.booleans())
@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
def test_however_it_is_cut_and_whoever_continues_the_hash_is_true(
    tus: Tus, cuts: list[int], lost: bool
) -> None:
    """`lost`: every piece is received by a process that has never seen the upload."""
    where = tus.opened(len(FILM))
    edges = [0, *sorted(cuts), len(FILM)]
    for begin, end in pairwise(edges):
        if lost:
            hashing.forget(UUID(where.rpartition("/")[2]))
        tus.patch(where, begin, FILM[begin:end])
    stored = upload_at(where).file
    assert stored is not None
    assert stored.sha256 == HASH


def test_going_on_reads_nothing_again_in_the_same_process(
    tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:50_000])

    def refuse(*_: object) -> None:
        raise AssertionError("the draft was read again")

    monkeypatch.setattr(hashing, "_read", refuse)
    assert tus.patch(where, 50_000, FILM[50_000:]).status_code == 204
    assert upload_at(where).sha256 == HASH


def test_a_broken_connection_keeps_what_came(tus: Tus, cast: Cast) -> None:
    upload = upload_at(tus.opened(len(FILM)))

    def broken() -> Iterator[bytes]:
        yield FILM[:10_000]
        yield FILM[10_000:20_000]

    uploads.receive(upload, broken(), offset=0, at=now())
    assert tus.offset(f"/files/uploads/{upload.uid}") == 20_000
    uploads.receive(upload, [FILM[20_000:]], offset=20_000, at=now())
    assert upload.file is not None
    assert upload.file.sha256 == HASH


def test_what_a_killed_process_wrote_beyond_its_word_is_written_anew(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10_000])
    draft = receiving.draft_of(upload_at(where))
    with draft.open("ab") as file:
        file.write(b"x" * 5_000)
    assert tus.offset(where) == 10_000
    tus.patch(where, 10_000, FILM[10_000:])
    assert upload_at(where).sha256 == HASH


@pytest.mark.parametrize("offset", [0, 9_999, 10_001, len(FILM) - 1])
def test_another_offset_than_the_servers_is_refused(tus: Tus, offset: int) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10_000])
    assert tus.patch(where, offset, FILM[offset:]).status_code == 409
    assert tus.offset(where) == 10_000


def test_two_senders_at_once_are_refused_and_a_silent_one_gives_way(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    other = Turn(receiving.draft_of(upload_at(where)))
    other.take()
    answer = tus.patch(where, 0, FILM)
    assert answer.status_code == 423
    assert "自动接着传" in answer.json()["next_step"]
    assert tus.offset(where) == 0
    long_ago = now().timestamp() - 60
    os.utime(other.place, (long_ago, long_ago))
    assert tus.patch(where, 0, FILM).status_code == 204
    assert upload_at(where).sha256 == HASH


def test_a_sender_that_was_overtaken_writes_nothing_more(tus: Tus) -> None:
    upload = upload_at(tus.opened(len(FILM)))
    turn = Turn(receiving.draft_of(upload))
    first, second = FILM[:10_000], FILM[10_000:20_000]

    def overtaken() -> Iterator[bytes]:
        yield first
        turn.take(silent_seconds=0)
        yield b"y" * 10_000

    uploads.receive(upload, overtaken(), offset=0, at=now())
    turn.give_back()
    assert upload.offset == 0  # not acknowledged: the other one had taken over before
    assert b"y" * 100 not in receiving.draft_of(upload).read_bytes()
    uploads.receive(upload, [first, second], offset=0, at=now())
    assert upload.offset == 20_000


def test_more_than_was_announced_is_refused(tus: Tus) -> None:
    where = tus.opened(100)
    answer = tus.patch(where, 0, FILM[:101])
    assert answer.status_code == 413
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", ["sha256", "sha1", "md5"])
def test_a_piece_with_a_right_checksum_is_taken_a_damaged_one_not(tus: Tus, name: str) -> None:
    where = tus.opened(len(FILM))
    told = base64.b64encode(hashlib.new(name, FILM[:5_000]).digest()).decode()
    damaged = tus.patch(where, 0, b"?" + FILM[1:5_000], **{"Upload-Checksum": f"{name} {told}"})
    assert damaged.status_code == 460
    assert tus.offset(where) == 0
    right = tus.patch(where, 0, FILM[:5_000], **{"Upload-Checksum": f"{name} {told}"})
    assert right.status_code == 204
    assert tus.patch(where, 5_000, FILM[5_000:]).status_code == 204
    assert upload_at(where).sha256 == HASH


def test_an_unknown_checksum_is_refused(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    assert tus.patch(where, 0, FILM, **{"Upload-Checksum": "crc32 AAAA"}).status_code == 422
    assert tus.offset(where) == 0


def test_giving_up_removes_everything(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10_000])
    assert tus.ask("DELETE", where).status_code == 204
    assert tus.ask("HEAD", where).status_code == 404
    assert not Upload.objects.exists()
    assert on_disk() == []


def test_a_client_that_knows_only_post_may_say_what_it_means(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    kind = "application/offset+octet-stream"
    headers = {"Upload-Offset": "0", "Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "PATCH"}
    answer = tus.client.generic("POST", where, FILM, content_type=kind, headers=headers)
    assert answer.status_code == 204
    assert upload_at(where).sha256 == HASH


def test_only_the_owner_may_touch_it(tus: Tus, cast: Cast, browser_of: Enter) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10_000])
    for user in (cast.rival_manager, cast.city_official, cast.outsider):
        other = Tus(browser_of(user), user)
        assert other.ask("HEAD", where).status_code == 404
        assert other.patch(where, 10_000, FILM[10_000:]).status_code == 404
        assert other.ask("DELETE", where).status_code == 404
    assert tus.offset(where) == 10_000


def test_nobody_uploads_without_a_permit_of_the_page(tus: Tus, cast: Cast) -> None:
    stranger = uploads.permit(by=cast.outsider, purpose=FOR, endings=[".mp4"])
    for token in ("made-up", stranger):
        assert tus.begin(100, token=token).status_code == 422
    assert not Upload.objects.exists()
    assert on_disk() == []


def test_a_page_that_forgot_the_protocol_is_told(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    kind = "application/offset+octet-stream"
    bare = tus.client.generic(
        "PATCH", where, FILM, content_type=kind, headers={"Upload-Offset": "0"}
    )
    assert bare.status_code == 412
    wrong = tus.client.generic(
        "PATCH", where, FILM, headers={"Upload-Offset": "0", "Tus-Resumable": "1.0.0"}
    )
    assert wrong.status_code == 415
    assert tus.patch(where, 0, FILM, **{"Upload-Offset": "x"}).status_code == 422
    assert tus.ask("GET", where).status_code == 405
    assert tus.offset(where) == 0


@pytest.mark.parametrize(
    ("length", "name", "status", "said"),
    [
        (0, "上午.mp4", 422, "空文件"),
        (65 * 1024**3, "上午.mp4", 413, "超过 64 GB"),
        (100, "名单.xlsx", 422, "不支持"),
    ],
)
def test_what_could_not_be_used_is_refused_before_the_first_byte(
    tus: Tus, length: int, name: str, status: int, said: str
) -> None:
    answer = tus.begin(length, name)
    assert answer.status_code == status
    assert said in answer.json()["message"]
    assert not Upload.objects.exists()


def test_a_disk_without_room_is_told_before_the_first_byte(
    tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others have begun is promised to them."""
    Rule.objects.filter(key="upload.gb_max").update(value=10**6)
    tus.opened(1024**2)
    free = 5 * 1024**3
    monkeypatch.setattr("anlan.foundation.files.store.Store.free", lambda _self: free)
    most = free - 1024**3 - 1024**2
    answer = tus.begin(most + 1)
    assert answer.status_code == 507
    assert "放不下" in answer.json()["message"]
    assert Upload.objects.count() == 1
    assert tus.begin(most).status_code == 201


def test_too_many_unfinished_ones_are_refused(tus: Tus) -> None:
    Rule.objects.filter(key="upload.open_max").update(value=2)
    tus.opened(100)
    tus.opened(100)
    answer = tus.begin(100)
    assert answer.status_code == 409
    assert "2 份文件没有传完" in answer.json()["message"]
    assert Upload.objects.count() == 2


def test_a_disk_that_fails_says_so_and_keeps_what_it_had(
    tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10_000])
    with monkeypatch.context() as broken:

        def full(*_: object) -> int:
            raise OSError(28, os.strerror(28))

        broken.setattr(os, "pwrite", full)
        # the turn's own small file is written before; only the film doesn't fit
        broken.setattr("anlan.foundation.files.turns._write", lambda *_a, **_k: None)
        broken.setattr("anlan.foundation.files.turns.Turn.mine", lambda self: self.alone())
        answer = tus.patch(where, 10_000, FILM[10_000:])
    assert answer.status_code == 507
    assert "存储空间不足" in answer.json()["message"]
    assert tus.offset(where) == 10_000
    assert tus.patch(where, 10_000, FILM[10_000:]).status_code == 204
    assert upload_at(where).sha256 == HASH


def test_a_whole_upload_is_taken_once_by_whom_and_for_what_it_was_meant(
    tus: Tus, cast: Cast
) -> None:
    upload = a_whole_upload(tus)
    for by, purpose in ((cast.rival_manager, FOR), (cast.class_manager, "film/other")):
        with pytest.raises(BadInput, match="没有找到"):
            uploads.finished_upload(upload.uid, by=by, purpose=purpose, at=now())
    found = uploads.finished_upload(upload.uid, by=cast.class_manager, purpose=FOR, at=now())
    stored = uploads.take(found, at=now())
    assert stored.sha256 == HASH
    with pytest.raises(Refused, match="已经归档"):
        uploads.take(found, at=now())
    with pytest.raises(Refused, match="已经归档"):
        uploads.finished_upload(upload.uid, by=cast.class_manager, purpose=FOR, at=now())
    where = f"/files/uploads/{upload.uid}"
    assert tus.ask("HEAD", where).status_code == 410
    assert tus.ask("DELETE", where).status_code == 410
    assert stored.path.read_bytes() == FILM


def test_half_a_file_is_not_taken(tus: Tus, cast: Cast) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10_000])
    uid = upload_at(where).uid
    with pytest.raises(Refused, match="还没有传完"):
        uploads.finished_upload(uid, by=cast.class_manager, purpose=FOR, at=now())
    assert not StoredFile.objects.exists()


def test_a_crash_between_bytes_and_row_is_mended(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tus.opened(len(FILM))

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(StoredFile, "save", crash)
        with pytest.raises(KeyboardInterrupt):
            tus.patch(where, 0, FILM)
    assert not StoredFile.objects.exists()
    stored = uploads.finish(upload_at(where), at=now())
    assert stored.sha256 == HASH
    assert stored.path.read_bytes() == FILM
    assert StoredFile.objects.count() == 1


def test_what_nobody_goes_on_with_is_forgotten(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10_000])
    later = now() + timedelta(hours=71)
    assert forget_expired_uploads(later) == 0
    assert tus.offset(where) == 10_000
    assert forget_expired_uploads(later + timedelta(hours=2)) == 1
    assert not Upload.objects.exists()
    assert on_disk() == []


def test_an_expired_upload_takes_nothing_more(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    Upload.objects.update(expires_at=now() - timedelta(seconds=1))
    assert tus.ask("HEAD", where).status_code == 410
    assert tus.patch(where, 0, FILM).status_code == 410
    assert not StoredFile.objects.exists()


def test_a_draft_that_was_lost_is_told_so_that_the_client_begins_anew(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10])
    receiving.draft_of(upload_at(where)).unlink()
    assert tus.ask("HEAD", where).status_code == 410
    assert tus.patch(where, 10, FILM[10:]).status_code == 410
    assert not StoredFile.objects.exists()


def test_a_whole_file_that_nobody_takes_is_forgotten_too(tus: Tus) -> None:
    upload = a_whole_upload(tus)
    assert forget_expired_uploads(now() + timedelta(hours=73)) == 1
    assert not Upload.objects.exists()
    stored = StoredFile.objects.get()
    assert stored.removed_at is not None
    assert sweep_removed(now() + timedelta(hours=2)) == 1
    assert on_disk() == []
    assert upload.sha256 == stored.sha256


def test_throwing_away_what_was_taken_meanwhile_leaves_the_file(tus: Tus) -> None:
    upload = a_whole_upload(tus)
    stored = uploads.take(Upload.objects.get(pk=upload.pk), at=now())
    uploads.discard(upload, at=now())  # it still believes that nobody took it
    stored.refresh_from_db()
    assert stored.removed_at is None


def test_another_site_cannot_send_in_somebodys_name(tus: Tus, cast: Cast) -> None:
    where = tus.opened(len(FILM))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.class_manager, backend="django.contrib.auth.backends.ModelBackend")
    assert Tus(strict, cast.class_manager).patch(where, 0, FILM).status_code == 403
    assert Tus(strict, cast.class_manager).begin(len(FILM)).status_code == 403
    assert tus.offset(where) == 0


def test_a_taken_file_outlives_its_upload(tus: Tus) -> None:
    stored = uploads.take(a_whole_upload(tus), at=now())
    forget_expired_uploads(now() + timedelta(days=9))
    assert not Upload.objects.exists()
    stored.refresh_from_db()
    assert stored.removed_at is None
    assert stored.path.read_bytes() == FILM


def test_drafts_of_killed_processes_are_swept_after_a_day(tus: Tus) -> None:
    where = tus.opened(len(FILM))
    tus.patch(where, 0, FILM[:10])
    root = Path(settings.ANLAN_FILES)
    old, young = root / "incoming-old", root / "incoming-young"
    lost = root / "uploads" / f"{UUID(int=7)}.part"
    for path in (old, young, lost, *(root / "uploads").glob("*")):
        path.touch()
        if path != young:
            os.utime(path, (1, 1))
    assert forget_stray_drafts(now()) == 2
    assert not old.exists()
    assert not lost.exists()
    assert young.exists()
    assert tus.patch(where, 10, FILM[10:]).status_code == 204
