"""The certificate ledger as the xlsx that offices print."""

from collections.abc import Iterable
from datetime import date

from anlan.archives.models import Certificate
from anlan.archives.queries import standing, standing_label
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.lib.dates import date_text
from anlan.lib.masking import mask_name
from anlan.lib.spreadsheets import Cell, write_table

HEADS = ("编号", "姓名", "单位", "班号", "班名", "行业", "学时", "发证日期", "有效期至", "状态")


def certificate_sheet(
    certificates: Iterable[Certificate], *, today: date, full_names: bool
) -> bytes:
    rows = [_row(one, today, full_names) for one in certificates]
    return write_table(
        "培训合格证明台账", HEADS, rows, subtitle=f"截至 {date_text(today)}，共 {len(rows)} 张"
    )


def _row(one: Certificate, today: date, full_names: bool) -> list[Cell]:
    enrolment = one.enrolment
    name = enrolment.person.name
    return [
        one.number,
        name if full_names else mask_name(name),
        enrolment.organization.name,
        enrolment.klass.number,
        enrolment.klass.title,
        code_name(System.KEY_INDUSTRY, enrolment.klass.industry),
        one.hours,
        one.issued_on,
        one.valid_until,
        standing_label(standing(one, today)),
    ]
