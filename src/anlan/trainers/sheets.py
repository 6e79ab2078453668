"""The ledger of trainers as the sheet that offices print."""

from django.db.models import QuerySet

from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.lib.spreadsheets import write_table
from anlan.trainers.models import Trainer
from anlan.trainers.queries import rates_of

HEADERS = (
    "序号",
    "姓名",
    "所属机构",
    "可授课行业",
    "资格",
    "资格有效期至",
    "已结班次",
    "参加考核人数",
    "首考合格人数",
    "评价份数",
    "评分合计",
    "状态",
)


def ledger_sheet(rows: QuerySet[Trainer], day: str) -> bytes:
    """Every row of the filtered ledger, with sums rather than rates, so that a sheet adds up."""
    trainers = list(rows)
    rates = rates_of(trainers)
    table = (
        (
            at,
            one.name,
            one.provider.name,
            "、".join(codes.code_name(System.KEY_INDUSTRY, code) for code in one.industries)
            or "不限",
            one.qualification,
            one.qualified_until,
            rates[one.pk].classes,
            rates[one.pk].sat,
            rates[one.pk].passed,
            rates[one.pk].ratings,
            rates[one.pk].rating_sum,
            one.get_status_display(),
        )
        for at, one in enumerate(trainers, start=1)
    )
    return write_table("师资台账", HEADERS, table, subtitle=f"截至 {day}")
