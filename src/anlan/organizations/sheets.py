"""The ledger of organisations as the sheet that offices print."""

from django.db.models import QuerySet

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.lib.dates import local_date
from anlan.lib.spreadsheets import write_table
from anlan.organizations.models import Organization

_HEADERS = (
    "序号",
    "单位名称",
    "统一社会信用代码",
    "类型",
    "区县",
    "行业代码",
    "行业",
    "重点行业",
    "危化许可",
    "职工人数",
    "状态",
    "登记日期",
)


def ledger_sheet(rows: QuerySet[Organization], day: str) -> bytes:
    """Every row of the filtered ledger; contacts stay on screen."""
    table = (
        (
            at,
            o.name,
            o.uscc,
            o.get_kind_display(),
            codes.code_name(System.GB_T_2260, o.district),
            o.industry,
            codes.code_name(System.GB_T_4754, o.industry),
            codes.code_name(System.KEY_INDUSTRY, o.key_industry),
            "有" if o.hazardous else "无",
            o.headcount,
            o.get_status_display(),
            local_date(o.registered_at),
        )
        for at, o in enumerate(rows.defer("contact_phone").iterator(chunk_size=2000), start=1)
    )
    return write_table("单位台账", _HEADERS, table, subtitle=f"截至 {day}")
