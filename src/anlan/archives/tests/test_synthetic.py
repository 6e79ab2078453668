"""What leaves the house about invented people says that they are invented."""

import io
import zipfile

import openpyxl
import pytest
from django.test import Client

from anlan.archives.models import Archive
from anlan.testing.builders import a_closed_class, the_worker_seals
from anlan.testing.cast import Cast


def test_every_table_in_a_synthetic_class_s_archive_is_marked(cast: Cast) -> None:
    klass = a_closed_class(cast, learners=1)
    the_worker_seals()
    stored = Archive.objects.get(klass=klass, enrolment=None).file
    with zipfile.ZipFile(stored.path) as bag:
        tables = [name for name in bag.namelist() if name.endswith(".xlsx")]
        assert len(tables) >= 3
        for name in tables:
            sheet = openpyxl.load_workbook(io.BytesIO(bag.read(name))).active
            assert sheet is not None
            head = [
                str(cell) for row in sheet.iter_rows(max_row=3, values_only=True) for cell in row
            ]
            assert any("演示数据" in text for text in head), name


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_demonstration_s_exports_say_so_in_their_names(
    cast: Cast, settings: object, demonstration: bool
) -> None:
    settings.ANLAN_DEMONSTRATION = demonstration  # type: ignore[attr-defined]
    browser = Client()
    browser.force_login(cast.city_official, backend="django.contrib.auth.backends.ModelBackend")
    name = browser.get("/classes/ledger.xlsx")["Content-Disposition"]
    marked = "".join(f"%{byte:02X}" for byte in "演示数据".encode())
    assert (marked in name) is demonstration
