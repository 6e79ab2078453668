"""The ledger of venues as the sheet that offices print."""

from django.db.models import QuerySet

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.lib.spreadsheets import write_table
from anlan.resources.models import Venue

HEADERS = ("序号", "场地", "所属机构", "类型", "区县", "地址", "面积（㎡）", "设备", "状态")


def ledger_sheet(rows: QuerySet[Venue], day: str) -> bytes:
    """Every row of the filtered ledger."""
    table = (
        (
            at,
            one.name,
            one.owner.name,
            one.get_kind_display(),
            codes.code_name(System.GB_T_2260, one.district),
            one.address,
            float(one.area_m2),
            "、".join(one.equipment),
            "已停用" if one.retired_at else "在用",
        )
        for at, one in enumerate(rows, start=1)
    )
    return write_table("场地台账", HEADERS, table, subtitle=f"截至 {day}")
