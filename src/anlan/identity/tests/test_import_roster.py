"""A roster goes in: every row is imported or said to be wrong, once, however often it is sent."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.identity import jobs, queries, services
from anlan.identity.models import Employment, Person, RosterUpload, UploadStatus
from anlan.identity.sheets import annotated_sheet
from anlan.identity.tests.builders import a_file, a_row, an_id, imported, uploaded
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.spreadsheets import BadSpreadsheet
from anlan.organizations.models import Status
from anlan.testing.cast import NOW, Cast


def counts(roster: RosterUpload) -> tuple[int, int, int, int]:
    return roster.rows_new, roster.rows_updated, roster.rows_same, roster.rows_bad


def said(roster: RosterUpload, row: int) -> str:
    return "；".join(roster.problems[str(row)])


def test_good_rows_go_in_and_bad_rows_are_said(cast: Cast) -> None:
    rows = [
        a_row(1),
        a_row(2, id_number=an_id(2)[:17] + ("0" if an_id(2)[17] != "0" else "1")),
        a_row(3, name=""),
        a_row(4, phone="123"),
        a_row(5, phone=""),
        a_row(6, id_number="3.70199E+17", name="王2"),
    ]
    roster = imported(rows, cast.enterprise, cast.safety_officer)
    assert roster.status == UploadStatus.DONE
    assert counts(roster) == (2, 0, 0, 4)
    assert "校验位" in said(roster, 3)
    assert "姓名为空" in said(roster, 4)
    assert "11 位" in said(roster, 5)
    assert "科学计数法" in said(roster, 7)
    assert "数字" in said(roster, 7)
    assert Employment.objects.filter(organization=cast.enterprise).count() == 2


def test_one_line_for_the_roster_and_one_for_each_new_person(cast: Cast) -> None:
    roster = imported([a_row(1), a_row(2)], cast.enterprise, cast.safety_officer)
    verbs = list(Entry.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["roster_uploaded", "person_registered", "person_registered", "roster_imported"]
    last = Entry.objects.get(verb="roster_imported")
    assert last.subject == cast.enterprise.subject
    assert roster.hash in last.leaf
    assert not any(an_id(n) in entry.leaf for entry in Entry.objects.all() for n in (1, 2))
    assert Notice.objects.filter(user=cast.safety_officer, title__contains="新增 2 人").exists()


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    rows = [a_row(n) for n in range(30)]
    imported(rows, cast.enterprise, cast.safety_officer)
    lines = Entry.objects.filter(verb="person_registered").count()
    again = imported(rows, cast.enterprise, cast.safety_officer)
    assert counts(again) == (0, 0, 30, 0)
    assert Person.objects.count() == Employment.objects.count() == 30
    assert Entry.objects.filter(verb="person_registered").count() == lines


def test_what_changed_is_brought_up_to_date_and_blanks_keep_what_is_known(cast: Cast) -> None:
    imported([a_row(1), a_row(2)], cast.enterprise, cast.safety_officer)
    changed = [a_row(1, role="班组长", department=""), a_row(2, trade="", phone="")]
    roster = imported(changed, cast.enterprise, cast.safety_officer)
    assert counts(roster) == (0, 1, 1, 0)
    jobs_now = {job.person.name: job for job in Employment.objects.select_related("person")}
    assert jobs_now[a_row(1)[0]].role == "team_leader"
    assert jobs_now[a_row(1)[0]].department == "一车间"
    assert jobs_now[a_row(2)[0]].trade == "钳工"
    assert jobs_now[a_row(2)[0]].person.phone


def test_repeats_in_the_file_name_both_rows(cast: Cast) -> None:
    rows = [a_row(1), a_row(2), a_row(1), a_row(2, name="赵别名")]
    roster = imported(rows, cast.enterprise, cast.safety_officer)
    assert counts(roster) == (1, 0, 0, 3)
    assert "第 2 行重复" in said(roster, 4)
    assert "第 5 行相同而姓名不同" in said(roster, 3)
    assert "第 3 行相同而姓名不同" in said(roster, 5)


def test_one_person_in_two_enterprises_is_one_record(cast: Cast) -> None:
    imported([a_row(1)], cast.enterprise, cast.safety_officer)
    roster = imported([a_row(1)], cast.rival_enterprise, cast.rival_officer)
    assert counts(roster) == (1, 0, 0, 0)
    assert Person.objects.count() == 1
    assert Employment.objects.count() == 2


def test_a_number_registered_under_another_name_is_not_taken_over(cast: Cast) -> None:
    imported([a_row(1)], cast.enterprise, cast.safety_officer)
    roster = imported([a_row(1, name="赵顶替")], cast.rival_enterprise, cast.rival_officer)
    assert counts(roster) == (0, 0, 0, 1)
    assert "王*" in said(roster, 2)
    assert "赵*" in said(roster, 2)
    assert not Employment.objects.filter(organization=cast.rival_enterprise).exists()


def test_a_strangers_roster_cannot_carry_a_log_in_away(cast: Cast) -> None:
    imported([a_row(1)], cast.enterprise, cast.safety_officer)
    theirs = a_row(1, phone="15400009999")
    roster = imported([theirs], cast.rival_enterprise, cast.rival_officer)
    assert Person.objects.get().phone == a_row(1)[2]
    assert any("未改动" in note for note in roster.notes)
    imported([a_row(2)], cast.enterprise, cast.safety_officer)
    mended = imported([a_row(2, phone="15400008888")], cast.enterprise, cast.safety_officer)
    assert counts(mended) == (0, 1, 0, 0)
    assert Person.objects.get(name=a_row(2)[0]).phone == "15400008888"


def test_a_shared_phone_is_imported_and_said(cast: Cast) -> None:
    rows = [a_row(1), a_row(2, phone=a_row(1)[2])]
    roster = imported(rows, cast.enterprise, cast.safety_officer)
    assert counts(roster) == (2, 0, 0, 0)
    assert any("同一个手机号" in note for note in roster.notes)


def test_merged_cells_are_filled_and_said(cast: Cast) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["泉化新材料职工花名册"])
    sheet.merge_cells("A1:D1")
    sheet.append(["序号", "姓 名*", "公民身份号码", "所在车间"])
    for at, serial in enumerate((1, 2, 3), start=1):
        sheet.append([at, a_row(serial)[0], an_id(serial), "二车间" if at == 1 else None])
    sheet.merge_cells("D3:D5")
    buffer = BytesIO()
    book.save(buffer)
    roster = services.upload_roster(
        SimpleUploadedFile("花名册.xlsx", buffer.getvalue()),
        cast.enterprise,
        by=cast.safety_officer,
        at=NOW,
    )
    assert roster.header_row == 2
    assert any("合并单元格" in note for note in roster.notes)
    services.confirm_roster(roster, by=cast.safety_officer, at=NOW)
    services.import_roster(roster, at=NOW)
    assert counts(roster) == (3, 0, 0, 0)
    assert set(Employment.objects.values_list("department", flat=True)) == {"二车间"}
    assert any("合并单元格" in note for note in roster.notes)


def test_a_csv_saved_by_chinese_excel_goes_in(cast: Cast) -> None:
    text = f"姓名,身份证号\r\n{a_row(1)[0]},{an_id(1)}\r\n"
    roster = services.upload_roster(
        SimpleUploadedFile("名单.csv", text.encode("gb18030")),
        cast.enterprise,
        by=cast.safety_officer,
        at=NOW,
    )
    services.confirm_roster(roster, by=cast.safety_officer, at=NOW)
    assert counts(services.import_roster(roster, at=NOW)) == (1, 0, 0, 0)


def test_the_annotated_file_holds_every_row_and_can_be_sent_again(cast: Cast) -> None:
    bad_number = an_id(2)[:17] + ("0" if an_id(2)[17] != "0" else "1")
    roster = imported(
        [a_row(1), a_row(2, id_number=bad_number)], cast.enterprise, cast.safety_officer
    )
    book = openpyxl.load_workbook(BytesIO(annotated_sheet(roster)))
    sheet = book.active
    assert sheet is not None
    assert sheet.max_row == 3
    assert "校验位" in str(sheet["G3"].value)
    sheet["B3"].value = an_id(2)
    buffer = BytesIO()
    book.save(buffer)
    again = services.upload_roster(
        SimpleUploadedFile("核对结果.xlsx", buffer.getvalue()),
        cast.enterprise,
        by=cast.safety_officer,
        at=NOW,
    )
    services.confirm_roster(again, by=cast.safety_officer, at=NOW)
    assert counts(services.import_roster(again, at=NOW)) == (1, 0, 1, 0)


def test_the_job_imports_and_a_killed_import_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.identity.services.rosters.AT_ONCE", 10)
    rows = [a_row(n) for n in range(25)] + [a_row(3)]
    roster = uploaded(rows, cast.enterprise, cast.safety_officer)
    services.confirm_roster(roster, by=cast.safety_officer, at=NOW)

    calls: list[int] = []

    def killed_in_the_second_batch(*args: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return services.enrol_people(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("anlan.identity.services.rosters.enrol_people", killed_in_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        jobs.import_rosters(NOW)
    roster.refresh_from_db()
    assert (roster.status, roster.rows_done) == (UploadStatus.IMPORTING, 10)
    assert Person.objects.count() == 10
    assert jobs.import_rosters(NOW) == 1
    roster.refresh_from_db()
    assert (roster.status, roster.rows_done) == (UploadStatus.DONE, 26)
    assert counts(roster) == (25, 0, 0, 1)
    assert jobs.import_rosters(NOW) == 0


def test_a_lost_file_ends_as_failed_and_is_not_tried_for_ever(cast: Cast) -> None:
    roster = uploaded([a_row(1)], cast.enterprise, cast.safety_officer)
    services.confirm_roster(roster, by=cast.safety_officer, at=NOW)
    roster.file.path.unlink()
    assert jobs.import_rosters(NOW) == 1
    roster.refresh_from_db()
    assert roster.status == UploadStatus.FAILED
    assert "重新上传" in roster.failure
    assert jobs.import_rosters(NOW) == 0
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("花名册.docx", b"PK", BadInput),
        ("花名册.xlsx", b"not a workbook", BadSpreadsheet),
        ("花名册.xlsx", b"", BadInput),
    ],
)
def test_files_that_are_no_roster_are_refused(
    cast: Cast, name: str, content: bytes, kind: type[Refused]
) -> None:
    with pytest.raises(kind):
        services.upload_roster(
            SimpleUploadedFile(name, content), cast.enterprise, by=cast.safety_officer, at=NOW
        )
    assert not RosterUpload.objects.exists()
    assert not Entry.objects.exists()


def test_a_huge_upload_is_refused_by_its_size(cast: Cast) -> None:
    upload = a_file([a_row(1)])
    upload.size = 2 * 1024**3
    with pytest.raises(BadInput, match="20 MB"):
        services.upload_roster(upload, cast.enterprise, by=cast.safety_officer, at=NOW)
    assert not RosterUpload.objects.exists()


def test_an_enterprise_that_is_not_approved_uploads_nothing(cast: Cast) -> None:
    cast.enterprise.status = Status.PENDING
    cast.enterprise.save()
    with pytest.raises(Refused, match="没有通过审核"):
        uploaded([a_row(1)], cast.enterprise, cast.safety_officer)


def test_columns_must_be_named_and_a_confirmed_roster_stays_as_it_is(cast: Cast) -> None:
    by = cast.safety_officer
    roster = uploaded([a_row(1)], cast.enterprise, by)
    with pytest.raises(BadInput, match="身份证号"):
        services.choose_columns(roster, {"name": 0}, sheet="", by=by, at=NOW)
    with pytest.raises(BadInput, match="两个项目"):
        services.choose_columns(roster, {"name": 0, "id_number": 0}, sheet="", by=by, at=NOW)
    services.confirm_roster(roster, by=by, at=NOW)
    with pytest.raises(NotAllowed):
        services.choose_columns(roster, {"name": 0, "id_number": 1}, sheet="", by=by, at=NOW)
    services.discard_roster(roster, by=by, at=NOW)
    assert jobs.import_rosters(NOW) == 0
    assert not Person.objects.exists()


cells = st.fixed_dictionaries(
    {
        "serial": st.integers(0, 12),
        "name": st.sampled_from(["", "王小样", "李 样例", "王5"]),
        "phone": st.sampled_from(["", "15400000001", "123", "1.54E+10"]),
        "broken": st.booleans(),
        "role": st.sampled_from(["", "班组长", "专职安全管理人员", "操作工"]),
    }
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(cells, min_size=1, max_size=25))
def test_every_row_is_counted_once_whatever_is_in_the_file(
    cast: Cast, told: list[dict[str, object]]
) -> None:
    Employment.objects.all().delete()
    Person.objects.all().delete()
    rows = [
        a_row(
            int(str(t["serial"])),
            name=str(t["name"]),
            phone=str(t["phone"]),
            role=str(t["role"]),
            **({"id_number": "37019919900101999"} if t["broken"] else {}),
        )
        for t in told
    ]
    first = imported(rows, cast.enterprise, cast.safety_officer)
    assert first.rows_total == len(rows) == sum(counts(first))
    assert Person.objects.count() == Employment.objects.count() == first.rows_new
    second = imported(rows, cast.enterprise, cast.safety_officer)
    assert counts(second) == (0, 0, first.rows_new, first.rows_bad)
    assert second.problems == first.problems
    preview = queries.problems_of(queries.reading_of(second, queries.table_of(second)))
    assert len(preview) == second.rows_bad
