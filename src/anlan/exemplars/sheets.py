"""The ranking as a spreadsheet, each figure with its parts, the definitions under the table."""

from collections.abc import Iterable, Iterator

from anlan.exemplars.definitions import DEFINITIONS
from anlan.exemplars.queries.indicators import NO_DATA, Value, Values
from anlan.exemplars.texts import UNVERIFIED
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.lib.spreadsheets import Cell, write_table
from anlan.organizations.models import Organization

HEADERS = ("序号", "企业", "统一社会信用代码", "区县", "重点行业")


def ranking_sheet(
    rows: Iterable[tuple[Organization, Values]], *, year: int, computed: str
) -> bytes:
    """Share, numerator, denominator and remark of every indicator; 缺数据 where nobody knows."""
    headers = [*HEADERS]
    for one in DEFINITIONS:
        headers += [f"{one.name}（{one.unit}）", "分子", "分母", "备注"]
    footer = [
        f"{d.name}：分子 {d.numerator} 分母 {d.denominator} 取自 {d.source}" for d in DEFINITIONS
    ]
    table = (_cells(n, *row) for n, row in enumerate(rows, start=1))
    subtitle = f"{year} 年，数据截至 {computed}；缺数据不是零，未核实的为企业自报"
    return write_table("企业安全指标", headers, table, subtitle=subtitle, footer=footer)


def _cells(n: int, body: Organization, values: Values) -> list[Cell]:
    place = code_name(System.GB_T_2260, body.district)
    trade = code_name(System.KEY_INDUSTRY, body.key_industry)
    found: list[Cell] = [n, body.name, body.uscc, place, trade]
    for one in DEFINITIONS:
        found += _of(values.get(one.key, Value(one.key)))
    return found


def _of(value: Value) -> Iterator[Cell]:
    share = value.share
    if share is None or value.numerator is None:
        yield from (NO_DATA, None, None, value.note)
        return
    yield round(share * 100, 1) if value.denominator is not None else round(share)
    yield float(value.numerator)
    yield None if value.denominator is None else float(value.denominator)
    waiting = "" if value.verified or UNVERIFIED in value.note else UNVERIFIED
    yield "；".join(one for one in (value.note, waiting) if one)
