"""An insured list goes in: every row accounted for, wide or long, once, and it can be taken back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.foundation.accounts.models import User
from anlan.injuries.jobs import import_batches
from anlan.injuries.models import Batch, BatchStatus, Case, Source, SourceKind, WaitingHeadcount
from anlan.injuries.queries import naming as queries
from anlan.injuries.services import naming, undoing, uploads
from anlan.injuries.services.uploads import Matching
from anlan.injuries.tests.builders import counts
from anlan.lib.refusals import BadInput, Refused
from anlan.organizations.headcount_queries import insured_on
from anlan.organizations.models import InsuredHeadcount
from anlan.testing.cast import NOW, Cast

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LATER, LAST = NOW + timedelta(days=1), NOW + timedelta(days=2)
LONG = {"employer_name": "单位名称", "uscc": "信用代码", "month": "月份", "people": "参保人数"}
WIDE = {"employer_name": "单位名称", "uscc": "信用代码", "people": "*"}


def sent(
    rows: Sequence[Sequence[object]], by: User, *, mapping: dict[str, str], at: datetime = NOW
) -> Batch:
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    file = SimpleUploadedFile("参保.csv", text.encode())
    source = Source.objects.filter(title="参保名册").first()
    batch = uploads.upload_batch(
        file, source=source, title="参保名册", kind=SourceKind.HEADCOUNTS, by=by, at=at
    )
    uploads.choose_columns(batch, Matching(mapping, []), by=by, at=at)
    return batch


def brought_in(rows: Sequence[Sequence[object]], by: User, **words: Any) -> Batch:
    """Tried, then imported: both say the same."""
    at = words.get("at", NOW)
    batch = sent(rows, by, **words)
    uploads.try_batch(batch)
    expected = counts(batch)
    uploads.confirm_batch(batch, by=by, at=at)
    import_batches(at)
    batch.refresh_from_db()
    assert batch.status == BatchStatus.DONE
    assert counts(batch) == expected
    assert sum(counts(batch)) == batch.rows_total
    return batch


def a_list(cast: Cast, *more: Sequence[object], people: object = 120) -> list[Sequence[object]]:
    head = ("单位名称", "信用代码", "月份", "参保人数")
    return [head, ("写错的名字", cast.enterprise.uscc, "2026-03", people), *more]


def test_good_rows_become_denominators_and_bad_ones_are_said(cast: Cast) -> None:
    rows = a_list(
        cast,
        (cast.rival_enterprise.name, "", "2026年4月", "1234人"),
        ("没有人数的厂", "", "202603", ""),
        ("月份不对的厂", "", "2026-13", 3),
        ("代码不对的厂", "91370100MA3C", "2026-03", 3),
        ("", "", "2026-03", 3),
        ("还没到的厂", "", "2027-01", 3),
        ("泉化", cast.enterprise.uscc, "2026-03-31", 99),
        ("小数的厂", "", "2026-03", 2.5),
    )
    batch = brought_in(rows, cast.city_official, mapping=LONG)
    assert counts(batch) == (2, 0, 0, 7)
    said = {int(n): "；".join(lines) for n, lines in batch.problems.items()}
    expected = [
        "没有参保人数",
        "月份：",
        "统一社会信用代码：",
        "没有单位名称",
        "月份 2027-01 晚于",
        "与第 2 行相同",
        "参保人数：",
    ]
    assert all(words in said[n] for n, words in zip(sorted(said), expected, strict=True))
    assert insured_on(MARCH) == {cast.enterprise.pk: 120}
    assert insured_on(APRIL) == {cast.rival_enterprise.pk: 1234}
    assert not Case.objects.exists()


def test_a_column_for_each_month_and_blank_cells_say_nothing(cast: Cast) -> None:
    rows = [
        ("单位名称", "信用代码", "2026-03", "2026年4月", "合计"),
        ("甲", cast.enterprise.uscc, 100, 110, 210),
        ("乙", cast.rival_enterprise.uscc, "", 50, 50),
        ("丙", "", 7, "七", 7),
    ]
    batch = brought_in(rows, cast.city_official, mapping=WIDE)
    assert counts(batch) == (2, 0, 0, 1)
    assert insured_on(MARCH) == {cast.enterprise.pk: 100}
    assert insured_on(APRIL) == {cast.enterprise.pk: 110, cast.rival_enterprise.pk: 50}
    assert batch.source is not None
    assert batch.source.mapping["people"] == "*"


def test_again_nothing_doubles_and_what_was_known_when_stays(cast: Cast) -> None:
    by, one = cast.city_official, cast.enterprise.pk
    first = brought_in(a_list(cast), by, mapping=LONG)
    again = brought_in(a_list(cast), by, mapping=LONG, at=LATER)
    assert counts(again) == (0, 0, 1, 0)
    second = brought_in(a_list(cast, people=130), by, mapping=LONG, at=LATER)
    assert counts(second) == (0, 1, 0, 0)
    assert insured_on(MARCH) == {one: 130}
    assert insured_on(MARCH, known_at=NOW) == {one: 120}
    with pytest.raises(Refused, match="后来"):
        undoing.undo_batch(first, by=by, at=LAST)
    first.refresh_from_db()
    assert first.status == BatchStatus.DONE
    undoing.undo_batch(second, by=by, at=LAST)
    assert insured_on(MARCH) == {one: 120}
    undoing.undo_batch(first, by=by, at=LAST)
    assert not InsuredHeadcount.objects.exists()


def test_an_unknown_enterprise_waits_until_somebody_says_who_it_is(cast: Cast) -> None:
    by, one = cast.city_official, cast.enterprise
    rows = a_list(cast, ("泉化新材料厂", "", "2026-04", 77), ("别处的厂", "", "2026-04", 5))
    batch = brought_in(rows, by, mapping=LONG)
    assert (counts(batch), batch.rows_unplaced) == ((3, 0, 0, 0), 2)
    assert insured_on(APRIL) == {}
    again = brought_in(rows, by, mapping=LONG, at=LATER)
    assert counts(again) == (0, 0, 3, 0)
    assert {w.name: w.months for w in queries.waiting_names()} == {"泉化新材料厂": 1, "别处的厂": 1}
    source = batch.source
    assert source is not None
    decision = naming.name_employer(source, "泉化新材料厂", one, by=by, at=LATER)
    assert insured_on(APRIL) == {one.pk: 77}
    assert insured_on(APRIL, known_at=NOW) == {}
    with pytest.raises(Refused, match="核对单位名称"):
        undoing.undo_batch(batch, by=by, at=LAST)
    later = brought_in(a_list(cast, ("泉化新材料厂", "", "2026-04", 80)), by, mapping=LONG, at=LAST)
    assert (counts(later), later.rows_unplaced) == ((0, 1, 1, 0), 0)
    undoing.undo_batch(later, by=by, at=LAST)
    naming.undo_naming(decision, by=by, at=LAST)
    assert insured_on(APRIL) == {}
    batch.refresh_from_db()
    undoing.undo_batch(batch, by=by, at=LAST)
    assert not WaitingHeadcount.objects.exists()


def test_a_list_without_its_columns_is_refused_and_nothing_is_kept(cast: Cast) -> None:
    by = cast.city_official
    for mapping, said in (
        ({"people": "参保人数", "month": "月份"}, "信用代码或单位名称"),
        ({"employer_name": "单位名称", "people": "参保人数"}, "月份"),
        ({"employer_name": "单位名称", "month": "月份"}, "参保人数"),
    ):
        with pytest.raises(BadInput, match=said):
            sent(a_list(cast), by, mapping=mapping)
    assert not InsuredHeadcount.objects.exists()
    batch = sent(a_list(cast), by, mapping=WIDE)
    with pytest.raises(Refused, match="年月"):
        uploads.try_batch(batch)
