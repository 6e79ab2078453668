"""Spreadsheets: everything written is read again, everything odd is said in Chinese."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.lib import idnumber, phones
from anlan.lib.spreadsheets import BadSpreadsheet, Limits, annotate, read_table, write_table

HEADERS = ["姓名", "身份证号", "手机号", "岗位"]
# Whatever a cell may hold, without the control characters that no XML can carry.
cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=30
)
rows = st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=12)


def person(number: int) -> list[str]:
    birth = date(1970 + number % 30, 1 + number % 12, 1 + number % 28)
    id_number = idnumber.synthetic(idnumber.SYNTHETIC_REGION, birth, number % 1000)
    return [f"王{number}", id_number, phones.synthetic(number), "电工"]


def workbook(fill: Any) -> bytes:
    book = openpyxl.Workbook()
    fill(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@settings(max_examples=60, deadline=None)
@given(rows)
def test_everything_written_is_read_again(data: list[list[str]]) -> None:
    kept = [[cell.strip() for cell in row] for row in data]
    if not any(any(row) for row in kept):
        return
    table = read_table(write_table("花名册", HEADERS, data), expected=HEADERS)
    assert table.headers == tuple(HEADERS)
    assert table.rows == [row for row in kept if any(row)]


def test_a_formula_in_a_name_stays_a_name() -> None:
    content = write_table("表", HEADERS, [["=1+1", "+86", "@cmd", '=HYPERLINK("http://x")']])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    row = next(iter(sheet.iter_rows(min_row=3)))
    assert [cell.value for cell in row] == ["=1+1", "+86", "@cmd", '=HYPERLINK("http://x")']
    assert {cell.data_type for cell in row} == {"s"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_numbers_and_dates_are_written_as_such_and_read_as_text() -> None:
    moment = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    content = write_table(
        "成绩册",
        ["姓名", "成绩", "日期", "时间", "空"],
        [["王一", 90.5, date(2026, 11, 23), moment, None]],
    )
    assert read_table(content).rows == [["王一", "90.5", "2026-11-23", "2026-11-23 14:30", ""]]


def test_the_same_table_gives_the_same_bytes() -> None:
    assert write_table("表", HEADERS, [person(1)]) == write_table("表", HEADERS, [person(1)])


def test_a_printed_sheet_is_a4_with_its_head_repeated() -> None:
    content = write_table(
        "花名册", HEADERS, [person(1)], subtitle="单位：甲厂", footer=["班主任签字："]
    )
    sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$1:$3"
    assert "第 &P 页" in str(sheet.oddFooter.center.text)
    assert sheet["A6"].value == "班主任签字："


def test_a_bad_row_comes_back_with_its_problem_and_no_row_is_lost() -> None:
    table = read_table(write_table("花名册", HEADERS, [person(1), person(2), person(3)]))
    problems = {4: ["身份证号校验位不符", "手机号应为 11 位"]}
    back = read_table(annotate(table.headers, table.numbered(), problems))
    assert back.headers == (*HEADERS, "问题", "原行号")
    assert [row[:4] for row in back.rows] == table.rows
    assert [row[4] for row in back.rows] == ["", "身份证号校验位不符；手机号应为 11 位", ""]
    again = read_table(annotate(back.headers, back.numbered(), {}))
    assert again.headers == back.headers


def test_a_long_file_is_read_to_its_last_row() -> None:
    content = write_table("花名册", HEADERS, (person(number) for number in range(5_000)))
    table = read_table(content, expected=HEADERS)
    assert len(table.rows) == 5_000
    assert table.row_numbers[-1] == 5_002


def test_title_rows_are_skipped_and_row_numbers_are_those_of_excel() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["某某公司 2026 年花名册"])
        sheet.merge_cells("A1:D1")
        sheet.append(["填报单位：某某公司", None, "填报日期：2026-11-23"])
        sheet.append(HEADERS)
        sheet.append(person(1))
        sheet.append([])
        sheet.append(person(2))

    table = read_table(workbook(fill), expected=["姓名", "身份证号"])
    assert table.headers == tuple(HEADERS)
    assert (table.header_row, table.row_numbers) == (3, [4, 6])


def test_a_merged_cell_among_the_data_is_filled_and_said() -> None:
    def fill(sheet: Any) -> None:
        for row in (["姓名", "部门"], ["王一", "生产部"], ["王二", None], ["王三", None]):
            sheet.append(row)
        sheet.merge_cells("B2:B4")

    table = read_table(workbook(fill))
    assert [row[1] for row in table.rows] == ["生产部"] * 3
    assert table.notes == ("第 2–4 行第 2 列是合并单元格，已逐格填为“生产部”，请核对",)


def test_a_header_of_two_rows_is_read_by_its_lower_row() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["姓名", "成绩", None])
        sheet.append([None, "理论", "实操"])
        sheet.append(["王一", 80, 90])
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    table = read_table(workbook(fill))
    assert table.headers == ("姓名", "理论", "实操")
    assert table.rows == [["王一", "80", "90"]]


def test_an_id_number_that_excel_shortened_is_told_to_be_kept_as_text() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["姓名", "身份证号"])
        sheet.append(["王一", 370199199003071237])

    cell = read_table(workbook(fill)).rows[0][1]
    assert "E+17" in cell
    with pytest.raises(idnumber.BadIdNumber, match="设为“文本”格式"):
        idnumber.parse(cell)


def test_a_sheet_is_chosen_by_name_and_an_empty_first_one_is_passed_over() -> None:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    for name in ("一车间", "二车间"):
        sheet = book.create_sheet(name)
        sheet.append(["姓名", "岗位"])
        sheet.append([name, "电工"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_table(buffer.getvalue()).sheet == "一车间"
    chosen = read_table(buffer.getvalue(), sheet="二车间")
    assert chosen.rows == [["二车间", "电工"]]
    assert chosen.sheets == ("说明", "一车间", "二车间")
    with pytest.raises(BadSpreadsheet, match="没有名为“三车间”"):
        read_table(buffer.getvalue(), sheet="三车间")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_in_whatever_encoding_offices_save_it(encoding: str, delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in (HEADERS, person(1)))
    table = read_table(text.encode(encoding), filename="花名册.csv")
    assert (table.headers, table.rows) == (tuple(HEADERS), [person(1)])


def test_a_path_is_read_like_bytes(tmp_path: Path) -> None:
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(write_table("花名册", HEADERS, [person(1)]))
    assert read_table(path).rows == [person(1)]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "filename", "reason"),
    [
        (b"", "a.xlsx", "0 字节"),
        (b"PK\x03\x04 broken", "a.xlsx", "已损坏"),
        (b"%PDF-1.7", "a.pdf", "不是能读取的表格"),
        (b"%PDF-1.7", "a.xlsx", "不是能读取的表格"),
        (b"<html><table><tr>", "a.xls", "其实是网页"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "打开密码"),
        (OLE + b"\0" * 600, "a.xls", "已损坏"),
        (b"\n\n", "a.csv", "是空的"),
        ("姓名,手机".encode(), "a.csv", "只有表头"),
        (b"\xff\xff\x81", "a.csv", "编码无法识别"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(
    content: bytes, filename: str, reason: str
) -> None:
    with pytest.raises(BadSpreadsheet, match=reason) as refused:
        read_table(content, filename=filename)
    assert refused.value.next_step


def test_too_many_rows_or_bytes_are_refused() -> None:
    content = write_table("花名册", HEADERS, (person(number) for number in range(50)))
    with pytest.raises(BadSpreadsheet, match="超过上限 20 行"):
        read_table(content, limits=Limits(max_rows=20))
    with pytest.raises(BadSpreadsheet, match="超过上限 0 MB"):
        read_table(content, limits=Limits(max_bytes=100))
    with pytest.raises(BadSpreadsheet, match="超过上限 1 行"):
        read_table(b"a,b\n1,2\n", filename="a.csv", limits=Limits(max_rows=1))


def test_a_stray_cell_far_away_is_refused_before_it_fills_the_memory() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(HEADERS)
        sheet.append(person(1))
        sheet["XFD1048576"] = "x"

    with pytest.raises(BadSpreadsheet, match="第 1048576 行"):
        read_table(workbook(fill))


def test_a_zip_bomb_is_refused_whatever_size_it_declares() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 8_000_000)
    honest = buffer.getvalue()
    size = (8_000_000).to_bytes(4, "little")
    lying = honest.replace(size, (100).to_bytes(4, "little"))
    assert lying != honest
    for content in (honest, lying):
        with pytest.raises(BadSpreadsheet, match="解压后太大"):
            read_table(content, limits=Limits(max_unpacked_bytes=4_000_000))
