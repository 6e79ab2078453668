"""Rosters as spreadsheets: the template, the roster itself, an upload with its problems."""

from collections.abc import Mapping

from django.db.models import QuerySet

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.identity import queries
from anlan.identity.models import Employment, RosterUpload
from anlan.identity.rosters import TEMPLATE_HEADERS
from anlan.lib.spreadsheets import Table, annotate, write_table
from anlan.organizations.models import Organization

_EXAMPLE = (
    "张三（示例，请删除本行）",
    "370199199001011234",
    "15400000001",
    "一线员工",
    "钳工",
    "一车间",
)


def template_sheet() -> bytes:
    """Headers and one example row; the example's ID number is a wrong one on purpose."""
    return write_table("", TEMPLATE_HEADERS, [_EXAMPLE], sheet="花名册")


def roster_sheet(organization: Organization, rows: QuerySet[Employment]) -> bytes:
    """Who works there, with the template's headers, so that it can be mended and sent again."""
    table = (
        (
            job.person.name,
            job.person.id_number,
            job.person.phone,
            codes.code_name(System.OCCUPATION_ROLE, job.role),
            job.trade,
            job.department,
        )
        for job in rows
    )
    return write_table(f"{organization.name}花名册", TEMPLATE_HEADERS, table, sheet="花名册")


def annotated_sheet(upload: RosterUpload) -> bytes:
    """The uploaded rows again with what is wrong beside each. Raises `BadSpreadsheet`."""
    table = queries.table_of(upload)
    if upload.rows_done:
        problems = {int(number): said for number, said in upload.problems.items()}
    else:
        problems = queries.problems_of(queries.reading_of(upload, table))
    return annotate(table.headers, table.numbered(), problems)


def bad_rows_sheet(table: Table, problems: Mapping[int, list[str]]) -> bytes:
    """Only the rows that can't be used, each with what is wrong."""
    rows = [(number, cells) for number, cells in table.numbered() if number in problems]
    return annotate(table.headers, rows, problems)
