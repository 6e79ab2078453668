"""The ticket ledger as the xlsx that offices keep."""

from collections.abc import Iterable

from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.lib.dates import local_date
from anlan.lib.spreadsheets import Cell, write_table
from anlan.supervision.models import Ticket

HEADERS = [
    "疑点",
    "等级",
    "状态",
    "班号",
    "班名",
    "培训机构",
    "区县",
    "核实人员",
    "材料",
    "发现",
    "核实期限",
    "结案",
]


def ticket_sheet(tickets: Iterable[Ticket]) -> bytes:
    """The filtered ledger; tickets carry `found` (pieces of evidence)."""
    return write_table("疑点工单台账", HEADERS, (_row(one) for one in tickets))


def _row(ticket: Ticket) -> list[Cell]:
    klass = ticket.klass
    return [
        ticket.get_kind_display(),
        ticket.get_severity_display(),
        ticket.get_status_display(),
        klass.number if klass else "",
        klass.title if klass else "",
        ticket.provider.name,
        code_name(System.GB_T_2260, ticket.district),
        ticket.assignee.name if ticket.assignee else "",
        ticket.found,  # type: ignore[attr-defined]
        local_date(ticket.found_at),
        local_date(ticket.due_at),
        local_date(ticket.closed_at) if ticket.closed_at else None,
    ]
