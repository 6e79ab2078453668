"""A signed paper sheet is scanned and filed back to its register."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.attendance.models import Sheet
from anlan.attendance.services import file_sheet, keep_sheet
from anlan.attendance.tests.builders import a_morning, a_scan, after, lines
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import BadInput
from anlan.testing.cast import Cast


def test_the_sheet_is_filed_with_its_hash_in_the_ledger(cast: Cast) -> None:
    register, scan = a_morning(), a_scan()
    sheet = file_sheet(register, scan, by=cast.class_manager, at=after(300))
    assert (sheet.register, sheet.file) == (register, scan)
    data = json.loads(Entry.objects.get(verb="sheet_filed").leaf)["data"]
    assert data == {"sha256": scan.sha256, "size": scan.size}
    assert lines(register) == ["sheet_filed"]


def test_a_scan_or_a_photograph_is_kept_and_nothing_else(cast: Cast) -> None:
    kept = keep_sheet(
        SimpleUploadedFile("签到表.JPG", b"jpg"), by=cast.class_manager, at=after(300)
    )
    assert kept.name == "签到表.JPG"
    with pytest.raises(BadInput, match="不支持"):
        keep_sheet(SimpleUploadedFile("签到表.exe", b"MZ"), by=cast.class_manager, at=after(300))
    assert StoredFile.objects.count() == 1
    assert not Sheet.objects.exists()
