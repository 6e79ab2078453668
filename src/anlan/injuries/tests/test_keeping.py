"""Uploaded files lie sealed, copies have a reason, their time ends; who read a narrative is known."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import BytesRemoved
from anlan.foundation.ledger.models import Entry
from anlan.injuries.jobs import forget_uploads
from anlan.injuries.models import Batch, BatchStatus, Case, NarrativeRead
from anlan.injuries.queries import imports
from anlan.injuries.services import keeping, undoing
from anlan.injuries.services.reading import note_read
from anlan.injuries.tests.builders import a_file, a_line, imported, uploaded
from anlan.lib.refusals import BadInput
from anlan.lib.spreadsheets import BadSpreadsheet
from anlan.testing.cast import NOW, Cast, an_id_number

Enter = Callable[[User], Client]
NUMBER = an_id_number(7)
LINES = [a_line(1, id_number=NUMBER), a_line(2, id_number="123")]


def lines_of(batch: Batch, verb: str) -> list[str]:
    return list(
        Entry.objects.filter(subject=batch.subject, verb=verb).values_list("leaf", flat=True)
    )


def test_the_file_lies_sealed_and_its_hash_is_of_what_was_handed_in(cast: Cast) -> None:
    batch = imported(LINES, cast.city_official)
    stored, plain = batch.file.path.read_bytes(), a_file(LINES).read()
    assert NUMBER.encode() in plain
    assert NUMBER.encode() not in stored
    assert imports.content_of(batch) == plain
    assert batch.sha256 == batch.hash == hashlib.sha256(plain).hexdigest()
    batch.sha256 = "0" * 64
    with pytest.raises(BadSpreadsheet, match="打不开"):
        imports.content_of(batch)


def test_a_file_kept_before_sealing_is_still_read(cast: Cast) -> None:
    batch = imported(LINES, cast.city_official)
    plain = imports.content_of(batch)
    batch.file.path.chmod(0o600)
    batch.file.path.write_bytes(plain)
    Batch.objects.update(file_key="", sha256="")
    batch.refresh_from_db()
    assert imports.content_of(batch) == plain
    assert batch.hash == batch.file.sha256


def test_a_copy_has_a_reason_and_a_line(cast: Cast, browser_of: Enter) -> None:
    batch = imported(LINES, cast.city_official)
    browser = browser_of(cast.city_official)
    for name in ("problems", "original"):
        url = reverse(f"injuries:{name}", args=[batch.uid])
        assert browser.get(url).status_code == 405
        assert browser.post(url, {"reason": " "}).status_code == 422
        assert browser_of(cast.district_official).post(url, {"reason": "x"}).status_code == 404
    assert not lines_of(batch, "batch_copied")
    answer = browser.post(reverse("injuries:original", args=[batch.uid]), {"reason": "核对原件"})
    assert answer.content == imports.content_of(batch)
    browser.post(reverse("injuries:problems", args=[batch.uid]), {"reason": "交单位改正"})
    first, second = lines_of(batch, "batch_copied")
    assert "核对原件" in first
    assert "未能导入的行" in second


def test_the_file_goes_when_its_time_is_over_and_the_hash_stays(cast: Cast) -> None:
    by = cast.city_official
    batch = imported(LINES, by)
    left = uploaded([a_line(9)], by, name="left.csv")
    assert forget_uploads(NOW + timedelta(days=90)) == 0
    at = NOW + timedelta(days=90, seconds=1)
    assert forget_uploads(at) == 2
    assert forget_uploads(at) == 0
    batch.refresh_from_db()
    left.refresh_from_db()
    assert (batch.status, left.status) == (BatchStatus.DONE, BatchStatus.DISCARDED)
    assert batch.file_key == left.file_key == ""
    assert len(batch.hash) == 64
    with pytest.raises(BytesRemoved):
        imports.content_of(batch)
    with pytest.raises(BytesRemoved):
        keeping.take_copy(batch, keeping.REFUSED, reason="x", by=by, at=at)
    assert len(lines_of(batch, "batch_file_removed")) == 1
    undoing.undo_batch(batch, by=by, at=at)
    assert not Case.objects.filter(withdrawn_at=None).exists()


def test_the_page_says_that_a_file_is_gone(cast: Cast, browser_of: Enter) -> None:
    batch = imported(LINES, cast.city_official)
    url = reverse("injuries:batch", args=[batch.uid])
    browser = browser_of(cast.city_official)
    assert "下载原文件" in browser.get(url).content.decode()
    forget_uploads(NOW + timedelta(days=91))
    page = browser.get(url).content.decode()
    assert "按保管期限销毁" in page
    assert "下载原文件" not in page


def test_reading_a_narrative_is_noted_once_a_day(cast: Cast, browser_of: Enter) -> None:
    line = a_line(1, uscc=cast.enterprise.uscc, narrative="滑倒")
    imported([line, a_line(2, uscc=cast.enterprise.uscc)], cast.city_official)
    case, silent = Case.objects.order_by("source_key")
    url = reverse("injuries:case", args=[case.uid])
    for _ in range(2):
        browser_of(cast.district_official).get(url)
    browser_of(cast.safety_officer).get(url)  # sees the case, not its narrative
    browser_of(cast.district_official).get(reverse("injuries:case", args=[silent.uid]))
    assert [(r.case, r.by) for r in NarrativeRead.objects.all()] == [(case, cast.district_official)]
    (entry,) = Entry.objects.filter(verb="narrative_read")
    assert entry.subject == f"{case.subject}/narrative"
    assert note_read(case, by=cast.city_official, at=NOW)
    assert not note_read(case, by=cast.city_official, at=NOW)
    assert note_read(case, by=cast.city_official, at=NOW + timedelta(days=1))
    page = browser_of(cast.city_official).get(url).content.decode()
    assert "谁看过经过描述" in page


def test_what_is_asked_for_must_be_one_of_the_two(cast: Cast) -> None:
    batch = imported(LINES, cast.city_official)
    with pytest.raises(BadInput):
        keeping.take_copy(batch, "database", reason="x", by=cast.city_official, at=NOW)
    assert not lines_of(batch, "batch_copied")
