"""What the stories of insured lists and checks begin with."""

from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.foundation.accounts.models import User
from anlan.identity.models import InsuredCheck, InsuredList
from anlan.identity.services import insured_checks, insured_lists
from anlan.lib.spreadsheets import read_table, write_table
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW

LIST_HEADERS = ("身份证号", "统一社会信用代码", "参保日期", "停保日期")
CHECK_HEADERS = ("姓名", "身份证号", "备注")
TODAY = date(2026, 11, 23)
AS_OF = date(2026, 10, 31)
Rows = Sequence[Sequence[str]]


def a_list_file(rows: Rows, name: str = "参保.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, write_table("", LIST_HEADERS, rows))


def a_check_file(rows: Rows, name: str = "本厂.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, write_table("", CHECK_HEADERS, rows))


def uploaded_list(rows: Rows, by: User, *, whole: bool = True, as_of: date = AS_OF) -> InsuredList:
    return insured_lists.upload_list(a_list_file(rows), as_of=as_of, whole=whole, by=by, at=NOW)


def a_list(rows: Rows, by: User, *, whole: bool = True, as_of: date = AS_OF) -> InsuredList:
    """A list through upload, confirmation and import."""
    made = uploaded_list(rows, by, whole=whole, as_of=as_of)
    insured_lists.confirm_list(made, by=by, at=NOW)
    insured_lists.import_list(made, at=NOW)
    return made


def started_check(rows: Rows, organization: Organization, by: User) -> InsuredCheck:
    made = insured_checks.upload_check(a_check_file(rows), organization, by=by, at=NOW)
    insured_checks.start_check(made, made.mapping, sheet=made.sheet, by=by, at=NOW)
    return made


def a_check(rows: Rows, organization: Organization, by: User) -> InsuredCheck:
    """A file through upload and comparison."""
    made = started_check(rows, organization, by)
    insured_checks.run_check(made, at=NOW)
    return made


def result_of(check: InsuredCheck) -> list[list[str]]:
    """The rows that the uploader takes away."""
    content = insured_checks.take_check(check, by=check.by, at=NOW)
    return read_table(content, filename="x.xlsx", sheet="核对结果").rows


def words_of(check: InsuredCheck) -> list[tuple[str, str]]:
    """Result and explanation of every row."""
    return [(row[3], row[4]) for row in result_of(check)]
