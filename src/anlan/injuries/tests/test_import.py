"""A file of cases goes in: every row accounted for, once, and it can be taken back."""

from datetime import date, timedelta

import pytest

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.identity.services import register_person
from anlan.injuries.jobs import import_batches
from anlan.injuries.models import Appraisal, Batch, BatchStatus, Case, CaseVersion, Recognition
from anlan.injuries.queries import cases as queries
from anlan.injuries.services import case_writing, importing, undoing, uploads
from anlan.injuries.services.uploads import Matching
from anlan.injuries.tests.builders import HEADINGS, a_file, a_line, counts, imported, uploaded
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast, an_id_number

LATER = NOW + timedelta(hours=1)
LAST = NOW + timedelta(hours=2)


def said(batch: Batch, row: int) -> str:
    return "；".join(batch.problems[str(row)])


def test_good_rows_go_in_and_bad_rows_are_said(cast: Cast) -> None:
    lines = [
        a_line(1),
        a_line(2, injured_on="2026-02-30"),
        a_line(3, injured_on=""),
        a_line(4, injured_on="2027-01-01"),
        a_line(1),
        a_line(6, id_number="123"),
        a_line(7, **{"recognition.applied_on": "2026-01-01"}),
        a_line(8, injured_on="46085", severity="不知道"),
        a_line(9, 编号=""),
        a_line(10, **{"recognition.decided_on": "2026-12-25"}),
    ]
    batch = imported(lines, cast.city_official)
    assert batch.status == BatchStatus.DONE
    assert counts(batch) == (2, 0, 0, 8)
    assert sum(counts(batch)) == batch.rows_total == batch.rows_done == len(lines)
    assert "不存在" in said(batch, 3)
    assert "没有受伤日期" in said(batch, 4)
    assert "晚于" in said(batch, 5)
    assert "与第 2 行相同" in said(batch, 6)
    assert "18 位" in said(batch, 7)
    assert "早于受伤日期" in said(batch, 8)
    assert "编号列" in said(batch, 10)
    assert "晚于上传当天" in said(batch, 11)
    serial = Case.objects.get(source_key="A8")
    assert (serial.injured_on, serial.severity) == (date(2026, 3, 4), "unknown")


def test_the_dry_run_counts_and_writes_no_case(cast: Cast) -> None:
    imported([a_line(1), a_line(2)], cast.city_official)
    batch = uploaded(
        [a_line(1), a_line(2, severity="重伤"), a_line(3), a_line(4, injured_on="x")],
        cast.city_official,
        at=LATER,
    )
    uploads.try_batch(batch)
    assert counts(batch) == (1, 1, 1, 1)
    assert Case.objects.count() == 2
    assert not CaseVersion.objects.exists()
    assert Case.objects.get(source_key="A2").severity == "minor"


def test_the_same_file_again_makes_no_double(cast: Cast) -> None:
    lines = [a_line(n, name="x.csv.gz", narrative="滑倒") for n in range(1, 4)]
    imported(lines, cast.city_official)
    again = imported(lines, cast.city_official, name="again.csv.gz", at=LATER)
    assert counts(again) == (0, 0, 3, 0)
    assert Case.objects.count() == 3
    assert not CaseVersion.objects.exists()


def test_rows_without_a_number_are_told_apart_by_all_they_say(cast: Cast) -> None:
    lines = [a_line(1), a_line(1), a_line(2)]
    for at, expected in ((NOW, (3, 0, 0, 0)), (LATER, (0, 0, 3, 0))):
        batch = uploaded(lines, cast.city_official, at=at)
        matching = Matching({"injured_on": "受伤日期"}, [])
        uploads.choose_columns(batch, matching, by=cast.city_official, at=at)
        uploads.try_batch(batch)
        assert counts(batch) == expected
        if at == NOW:
            uploads.confirm_batch(batch, by=cast.city_official, at=at)
            from_job(batch)


def from_job(batch: Batch) -> None:
    import_batches(NOW)
    batch.refresh_from_db()


def test_a_later_file_changes_cases_and_what_they_said_is_kept(cast: Cast) -> None:
    applied = {"recognition.applied_on": "2026-03-10", "recognition.accepted_on": "2026-03-20"}
    imported([a_line(1, **applied)], cast.city_official)
    case = Case.objects.get()
    assert case.recognition.due_on == date(2026, 5, 19)
    decided = {"recognition.decided_on": "2026-05-01", "recognition.outcome": "认定工伤"}
    second = imported(
        [a_line(1, severity="重伤", **applied, **decided, **{"appraisal.grade": "九级"})],
        cast.city_official,
        at=LATER,
    )
    assert counts(second) == (0, 1, 0, 0)
    case = Case.objects.get()
    assert (case.severity, case.recognition.status) == ("serious", "decided")
    assert case.appraisals.get().grade == 9
    version = CaseVersion.objects.get()
    assert version.values["severity"] == "minor"
    assert version.values["recognition.decided_on"] is None
    assert (version.since, version.replaced_at, version.batch) == (NOW, LATER, second)


def test_undoing_gives_back_what_stood_before(cast: Cast) -> None:
    by = cast.city_official
    first = imported([a_line(1, **{"recognition.accepted_on": "2026-03-20"})], by)
    second = imported(
        [
            a_line(
                1,
                severity="死亡",
                **{"recognition.accepted_on": "2026-03-20", "recognition.decided_on": "2026-04-01"},
                **{"appraisal.grade": "一级"},
            ),
            a_line(2),
        ],
        by,
        at=LATER,
    )
    with pytest.raises(Refused, match="后来又有变动"):
        undoing.undo_batch(first, by=by, at=LAST)
    first.refresh_from_db()
    assert first.status == BatchStatus.DONE
    undoing.undo_batch(second, by=by, at=LAST)
    case = queries.counted().get()
    assert (case.source_key, case.severity) == ("A1", "minor")
    record = Recognition.objects.get(case=case)
    assert (record.status, record.decided_on) == ("accepted", None)
    assert record.due_on == date(2026, 5, 19)
    assert not Appraisal.objects.exists()
    assert Case.objects.get(source_key="A2").withdrawn_at == LAST
    said_then = CaseVersion.objects.order_by("id").last()
    assert said_then is not None
    assert said_then.values["severity"] == "death"
    undoing.undo_batch(first, by=by, at=LAST)
    assert not queries.counted().exists()


def test_what_was_undone_can_be_imported_again(cast: Cast) -> None:
    batch = imported([a_line(1)], cast.city_official)
    undoing.undo_batch(batch, by=cast.city_official, at=LATER)
    again = imported([a_line(1)], cast.city_official, at=LAST)
    assert counts(again) == (1, 0, 0, 0)
    with pytest.raises(NotAllowed):
        undoing.undo_batch(batch, by=cast.city_official, at=LAST)
    assert queries.counted().count() == 1


def test_one_ledger_line_a_file_with_its_counts_and_hash(cast: Cast) -> None:
    batch = imported([a_line(n) for n in range(5)], cast.city_official)
    (entry,) = Entry.objects.filter(subject=batch.subject)
    assert batch.sha256 in entry.leaf
    assert '"new":5' in entry.leaf.replace(" ", "")
    assert not Entry.objects.filter(subject__startswith="injury/").exists()
    assert Notice.objects.filter(user=cast.city_official, title__contains="新增 5").exists()


def test_a_killed_import_goes_on_where_it_was(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    batch = uploaded([a_line(n) for n in range(5)], cast.city_official)
    uploads.confirm_batch(batch, by=cast.city_official, at=NOW)
    real = case_writing._write_new
    calls = []

    def dies_at_the_second(*words: object) -> None:
        calls.append(words)
        if len(calls) == 2:
            raise SystemExit
        real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(case_writing, "_write_new", dies_at_the_second)
    with pytest.raises(SystemExit):
        import_batches(NOW)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_done, Case.objects.count()) == (BatchStatus.IMPORTING, 2, 2)
    import_batches(LATER)
    batch.refresh_from_db()
    assert (counts(batch), Case.objects.count()) == ((5, 0, 0, 0), 5)


def test_enterprise_by_code_then_by_name_and_person_by_number(cast: Cast) -> None:
    number = an_id_number(7)
    person, _ = register_person(name="王七", id_number=number, by=None, at=NOW)
    lines = [
        a_line(1, employer_name="写错的名字", uscc=cast.enterprise.uscc, id_number=number),
        a_line(2, employer_name="泉化新材料(演示) 有限公司"),
        a_line(3, employer_name="没有登记的厂"),
    ]
    imported(lines, cast.city_official)
    by_code, by_name, unknown = Case.objects.order_by("source_key")
    assert by_code.organization == by_name.organization == cast.enterprise
    assert (by_code.district, by_code.key_industry) == ("370112", "hazchem")
    assert (by_code.person, by_code.sex, by_code.age) == (person, "m", 36)
    assert (unknown.organization, unknown.employer_name) == (None, "没有登记的厂")
    assert not Case.objects.filter(source_key__contains=number).exists()


def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_kept(cast: Cast) -> None:
    by = cast.city_official
    with pytest.raises(BadInput):
        uploads.upload_batch(a_file([a_line(1)]), source=None, title=" ", by=by, at=NOW)
    with pytest.raises(BadInput):
        uploads.upload_batch(a_file([], name="x.csv"), source=None, title="空", by=by, at=NOW)
    batch = uploaded([a_line(1)], by)
    with pytest.raises(BadInput, match="受伤日期"):
        uploads.choose_columns(batch, Matching({"place": "单位名称"}, []), by=by, at=NOW)
    with pytest.raises(BadInput, match="没有"):
        uploads.choose_columns(batch, Matching({"injured_on": "哪来的列"}, []), by=by, at=NOW)
    batch.source.refresh_from_db()  # type: ignore[union-attr]
    assert batch.source is not None
    assert batch.source.mapping["injured_on"] == "受伤日期"
    assert Batch.objects.count() == 1


def test_neither_id_numbers_nor_former_narratives_lie_open(cast: Cast) -> None:
    by, number = cast.city_official, an_id_number(7)
    for at, narrative in ((NOW, "王某滑倒"), (LATER, "王某从梯子上滑倒")):
        batch = uploaded([a_line(1, id_number=number, narrative=narrative)], by, at=at)
        uploads.choose_columns(batch, Matching(HEADINGS, ["身份证号"]), by=by, at=at)
        uploads.confirm_batch(batch, by=by, at=at)
        import_batches(at)
        batch.refresh_from_db()
    assert counts(batch) == (0, 1, 0, 0)
    case, version = Case.objects.get(), CaseVersion.objects.get()
    assert number not in case.source_key
    assert "王某" not in str(version.values)
    undoing.undo_batch(batch, by=by, at=LAST)
    case.refresh_from_db()
    assert case.narrative == "王某滑倒"
    assert "王某" not in str(list(CaseVersion.objects.values_list("values", flat=True)))
