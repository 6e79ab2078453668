"""Cases and refused rows as spreadsheets."""

from django.db.models import QuerySet

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.injuries.models import Batch, Case
from anlan.injuries.queries import imports
from anlan.lib.spreadsheets import annotate, write_table

_HEADERS = (
    "序号",
    "受伤日期",
    "用人单位",
    "区县",
    "重点行业",
    "事故类别",
    "伤害程度",
    "受伤情形",
    "损失工作日",
    "来源",
)


def problem_sheet(batch: Batch) -> bytes:
    """The file's refused rows, each with what is wrong and its number. Raises `BadSpreadsheet`."""
    table = imports.table_of(batch)
    problems = {int(number): said for number, said in batch.problems.items()}
    rows = ((number, cells) for number, cells in table.numbered() if number in problems)
    return annotate(table.headers, rows, problems)


def type_name(case: Case) -> str:
    """The accident type by the list of the day it happened; a foreign code stands as it is."""
    if not case.type_code:
        return "未说明"
    system = codes.accident_type_system(case.injured_on)
    return codes.code_name(system, case.type_code, case.injured_on)


def ledger_sheet(rows: QuerySet[Case], day: str) -> bytes:
    """Every case of the filtered ledger, without people and without narratives."""
    table = (
        (
            at,
            c.injured_on,
            c.employer_name or "未说明",
            codes.code_name(System.GB_T_2260, c.district),
            codes.code_name(System.KEY_INDUSTRY, c.key_industry),
            type_name(c),
            c.get_severity_display(),
            c.get_circumstance_display(),
            c.lost_days,
            c.source.title if c.source else "快报",
        )
        for at, c in enumerate(rows.defer("narrative").iterator(chunk_size=2000), start=1)
    )
    title = "工伤案件台账"
    return write_table(title, _HEADERS, table, subtitle=f"截至 {day}，一件一人，按受伤日期")
