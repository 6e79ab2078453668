"""A certificate among a hundred thousand is found by an index, on both databases.

The table here is small; the plan is asked with sequential scans forbidden where the database would
otherwise prefer one for a small table, so a scan in it means that no index serves the question.
"""

from datetime import date

import pytest
from django.db import connection
from django.db.models import QuerySet

from anlan.archives import numbers, queries
from anlan.archives.models import Certificate, CertificateNumber, CertificateStatus
from anlan.testing.cast import Cast

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _years(db: None) -> None:
    CertificateNumber.objects.bulk_create(
        CertificateNumber(year=year, last=99_999) for year in (2024, 2025, 2026)
    )


def plan(found: QuerySet[Certificate]) -> str:
    """What the database means to do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return found.explain()


def scans_the_table(text: str) -> bool:
    """Sequentially; a walk along an index is none."""
    lines = [line for line in text.splitlines() if "archives_certificate" in line]
    assert lines, text
    if connection.vendor == "postgresql":
        return any("Seq Scan on archives_certificate" in line for line in lines)
    return any("SCAN archives_certificate" in line and "INDEX" not in line for line in lines)


def listed(text: str = "", standing: str = "") -> QuerySet[Certificate]:
    by = queries.Filters(text=text, standing=standing)
    return queries.filtered(Certificate.objects.all(), by, TODAY)[:30]


def test_the_public_page_finds_a_number_by_its_index(db: None) -> None:
    found = queries._whole(Certificate.objects.filter(number=numbers.write(2026, 77_777)))
    assert not scans_the_table(plan(found)), plan(found)


@pytest.mark.parametrize("typed", ["AL2026-077777-1", "al2026-0777", "077777", "77777"])
def test_the_ledger_finds_a_number_or_its_beginning_by_the_index(db: None, typed: str) -> None:
    assert not scans_the_table(plan(listed(typed))), plan(listed(typed))


def test_the_ledgers_first_page_walks_along_an_index_and_sorts_nothing(db: None) -> None:
    text = plan(listed())
    assert not scans_the_table(text), text
    assert "Sort" not in text
    assert "TEMP B-TREE" not in text


def test_the_revocation_list_reads_only_what_is_revoked(db: None) -> None:
    text = plan(queries.revoked_certificates())
    assert not scans_the_table(text), text
    assert "certificate_revoked" in text or "certificate_by_standing" in text


def test_the_totals_are_read_off_an_index(db: None) -> None:
    valid = Certificate.objects.filter(status=CertificateStatus.VALID, valid_until__lt=TODAY)
    assert not scans_the_table(plan(valid)), plan(valid)


def test_a_scan_would_be_noticed(db: None) -> None:
    """What has no index: the test can fail."""
    assert scans_the_table(plan(Certificate.objects.filter(hours=12)))


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("AL2026-000123-7", ["AL2026-000123-7"]),
        ("al 2026 000123 7", ["AL2026-000123-7"]),
        ("AL2026-0001", ["AL2026-0001"]),
        ("2026-0001", ["AL2026-0001"]),
        ("123", ["AL2025-000123", "AL2026-000123"]),
        ("00123-7", ["AL2025-000123-7", "AL2026-000123-7"]),
        ("赵明", []),
    ],
)
def test_what_a_searcher_types_is_read_as_the_beginning_of_a_number(
    typed: str, begins: list[str]
) -> None:
    assert numbers.beginnings(typed, [2025, 2026]) == begins


def test_search_by_number_and_by_name_find_their_rows(cast: Cast) -> None:
    assert list(listed("AL2026-0777")) == []
    assert list(listed("赵明")) == []
