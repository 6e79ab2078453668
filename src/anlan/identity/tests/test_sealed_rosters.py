"""Roster files lie sealed from the moment they come in; those of earlier days are sealed later."""

import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.foundation.accounts.models import User
from anlan.foundation.files.jobs import sweep_removed
from anlan.foundation.files.models import BytesRemoved, StoredFile
from anlan.foundation.files.sealed import NotOpened
from anlan.foundation.files.services import keep
from anlan.identity import jobs, queries, services
from anlan.identity.models import Person, RosterUpload, UploadStatus
from anlan.identity.tests.builders import a_file, a_row, an_id, imported, uploaded
from anlan.lib.spreadsheets import read_table
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
ROWS = [a_row(1), a_row(2, id_number="37019919900101999"), a_row(3)]
CSV = f"姓名,身份证号\n王样,{an_id(5)}\n".encode()


def on_disk() -> bytes:
    """Everything in the file store, one after the other."""
    root = Path(settings.ANLAN_FILES)
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


def kept_in_clear(roster: RosterUpload, content: bytes = CSV, name: str = "旧.csv") -> StoredFile:
    """As an older version kept it."""
    file = keep([content], name=name, by=roster.by, at=NOW)
    RosterUpload.objects.filter(pk=roster.pk).update(file=file, file_key="", sha256="")
    roster.refresh_from_db()
    return file


def test_every_reader_opens_what_lies_sealed(cast: Cast, browser_of: Enter) -> None:
    plain = a_file(ROWS).read()
    roster = uploaded(ROWS, cast.enterprise, cast.safety_officer)
    assert roster.hash == hashlib.sha256(plain).hexdigest()
    assert roster.file.sha256 != roster.hash
    assert plain not in on_disk()
    client = browser_of(cast.safety_officer)
    url = f"/people/rosters/{roster.uid}/"
    assert an_id(1) in client.get(f"{url}columns").content.decode()
    assert a_row(3)[0] in client.get(f"{url}preview").content.decode()
    services.confirm_roster(roster, by=cast.safety_officer, at=NOW)
    assert jobs.import_rosters(NOW) == 1
    assert Person.objects.count() == 2
    copy = client.get(f"{url}annotated.xlsx").content
    assert read_table(copy, filename="a.xlsx").rows[0][1] == an_id(1)


def test_nothing_of_a_csv_s_numbers_lies_there(cast: Cast) -> None:
    file = SimpleUploadedFile("花名册.csv", CSV)
    services.upload_roster(file, cast.enterprise, by=cast.safety_officer, at=NOW)
    assert an_id(5).encode() not in on_disk()


def test_files_of_earlier_days_are_read_and_sealed_by_the_job(cast: Cast) -> None:
    first = uploaded(ROWS, cast.enterprise, cast.safety_officer)
    second = uploaded(ROWS, cast.enterprise, cast.safety_officer)
    clear = [kept_in_clear(first), kept_in_clear(second)]
    assert clear[0].sha256 == clear[1].sha256
    assert queries.table_of(first).rows == [["王样", an_id(5)]]
    bytes_of = clear[0].path
    assert jobs.seal_rosters(NOW) == 2
    assert jobs.seal_rosters(NOW) == 0
    for roster, old in ((first, clear[0]), (second, clear[1])):
        roster.refresh_from_db()
        old.refresh_from_db()
        assert old.removed_at == NOW
        assert roster.file_key
        assert roster.hash == old.sha256
        assert queries.table_of(roster).rows == [["王样", an_id(5)]]
    assert an_id(5).encode() in on_disk()
    long_ago = (NOW - timedelta(days=2)).timestamp()
    os.utime(bytes_of, (long_ago, long_ago))
    sweep_removed(NOW + timedelta(minutes=1))
    assert an_id(5).encode() not in on_disk()


def test_a_damaged_file_of_earlier_days_stays_and_holds_up_no_other(cast: Cast) -> None:
    broken = uploaded(ROWS, cast.enterprise, cast.safety_officer)
    lost = uploaded(ROWS, cast.enterprise, cast.safety_officer)
    whole = uploaded(ROWS, cast.enterprise, cast.safety_officer)
    bad, gone = kept_in_clear(broken, b"a,b\n1,2\n"), kept_in_clear(lost, b"c,d\n")
    kept_in_clear(whole)
    bad.path.chmod(0o600)
    bad.path.write_bytes(b"a,b\n1,3\n")
    gone.path.unlink()
    assert jobs.seal_rosters(NOW) == 1
    for roster in (broken, lost, whole):
        roster.refresh_from_db()
    assert [bool(one.file_key) for one in (broken, lost, whole)] == [False, False, True]
    assert StoredFile.objects.get(pk=bad.pk).removed_at is None


def test_an_altered_file_is_refused_aloud_and_ends_the_import(cast: Cast) -> None:
    roster = uploaded(ROWS, cast.enterprise, cast.safety_officer)
    services.confirm_roster(roster, by=cast.safety_officer, at=NOW)
    other = uploaded([a_row(9)], cast.enterprise, cast.safety_officer)
    RosterUpload.objects.filter(pk=roster.pk).update(file=other.file)
    roster.refresh_from_db()
    with pytest.raises(NotOpened):
        queries.table_of(roster)
    assert jobs.import_rosters(NOW) == 1
    roster.refresh_from_db()
    assert roster.status == UploadStatus.FAILED
    assert "打不开" in roster.failure
    assert not Person.objects.exists()


def test_file_and_key_end_together(cast: Cast) -> None:
    roster = imported(ROWS, cast.enterprise, cast.safety_officer)
    jobs.keep_clocks(NOW + timedelta(days=91))
    roster.refresh_from_db()
    assert roster.file_key == ""
    assert len(roster.hash) == 64
    with pytest.raises(BytesRemoved):
        queries.table_of(roster)
    assert jobs.seal_rosters(NOW + timedelta(days=91)) == 0
