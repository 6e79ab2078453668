"""Every row of a sheet is new, the same, or refused with a reason; whatever is in it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from anlan.assessments.models import Bank, BankUploadStatus
from anlan.assessments.services import confirm_upload, import_upload, read_upload, upload_bank
from anlan.assessments.tests.builders import HEADERS, a_bank, a_file
from anlan.testing.cast import NOW, Cast, the_cast

CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "单选题",
            "判断题",
            "多选题",
            "简答题",
            "A",
            "AB",
            "对",
            "×",
            "**A.甲**B.乙",
            "##A甲##B乙",
            "甲|乙|丙",
        ]
    ),
    st.text(max_size=12),
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), min_size=1, max_size=12)


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""').replace("\x00", "") + '"'

    lines = [",".join(map(cell, row)) for row in (HEADERS, *rows)]
    return "\r\n".join(lines).encode("utf-8", "replace")


class EveryRow(TestCase):
    def setUp(self) -> None:
        self.cast: Cast = the_cast()

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ROWS)
    def test_is_new_the_same_or_refused(self, rows: list[tuple[str, ...]]) -> None:
        bank: Bank = a_bank(self.cast.provider)
        by = self.cast.class_manager
        upload = upload_bank(bank, a_file(as_csv(rows), by, "随机.csv"), by=by, at=NOW)
        read_upload(upload, at=NOW)
        assert not bank.items.exists(), "nothing is stored before it is confirmed"
        filled = sum(any(cell.replace("\x00", "").strip() for cell in row) for row in rows)
        if upload.status == BankUploadStatus.FAILED:
            assert upload.failure
            return
        sizes = upload.rows_new + upload.rows_same + upload.rows_bad
        assert upload.rows_total == sizes
        assert upload.rows_total >= min(filled, 1)
        assert all(problem["text"] for problem in upload.problems)
        confirm_upload(upload, take_near=True, by=by, at=NOW)
        import_upload(upload, at=NOW)
        assert bank.items.count() == upload.rows_new
        assert upload.rows_total == upload.rows_new + upload.rows_same + upload.rows_bad
