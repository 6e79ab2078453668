"""What a page shows as a spreadsheet, with definition, filters and vintage in the sheet itself."""

from collections.abc import Sequence
from datetime import datetime

from anlan.insights.distribution.counting import HIDDEN, Cell, Counter, Table
from anlan.insights.distribution.dimensions import DIMENSIONS
from anlan.insights.distribution.rating import Line, Rate
from anlan.insights.distribution.vintages import AGES, Month
from anlan.insights.distribution.words import definition_lines, period_text, vintage_text
from anlan.lib.spreadsheets import write_table

Row = Sequence[str | int | float | None]
RATE_WORDS = (
    "率：每千人年 = 例数 ÷ 参保人年 × 1000；人年为各月参保人数之和 ÷ 12，"
    "分子分母同取有参保人数的月份。",
    "率的分子不含上下班途中、突发疾病死亡、职业病（筛选了受伤情形的除外）；"
    "区间为泊松精确 95% 区间。",
    "没有参保人数的写「缺分母」，不按零计。",
)


def list_sheet(counter: Counter, name: str, lines: Sequence[Line], as_of: datetime) -> bytes:
    """Counts by one dimension; with rates where insured people are counted by it."""
    label = DIMENSIONS[name].label
    if lines:
        headers = [
            label,
            "例数",
            "不进率",
            "人年",
            "进率例数",
            "发生率‰",
            "下限",
            "上限",
            "重伤例数",
            "千人重伤率‰",
            "死亡例数",
            "千人死亡率‰",
        ]
        rows: list[Row] = [
            [
                line.group.label,
                _count(line.cases),
                _count(line.outside),
                round(line.person_years, 1) if line.person_years else "缺分母",
                *_with_limits(line.all),
                *_short(line.serious),
                *_short(line.death),
            ]
            for line in lines
        ]
        return _sheet(counter, f"工伤分布：{label}", headers, rows, as_of, RATE_WORDS)
    found = counter.by(name)
    rows = [[group.label, _count(cell)] for group, cell in found.in_order()]
    rows.append(["合计", _count(found.total)])
    return _sheet(counter, f"工伤分布：{label}", [label, "例数"], rows, as_of)


def table_sheet(counter: Counter, table: Table, names: tuple[str, str], as_of: datetime) -> bytes:
    first, second = (DIMENSIONS[name].label for name in names)
    headers = [f"{first} \\ {second}", *(column.label for column in table.columns), "合计"]
    rows: list[Row] = [
        [group.label, *map(_count, line), _count(total)]
        for group, line, total in zip(table.rows, table.cells, table.row_totals, strict=True)
    ]
    rows.append(["合计", *map(_count, table.column_totals), _count(table.total)])
    return _sheet(counter, f"工伤分布：{first}与{second}", headers, rows, as_of)


def vintage_sheet(counter: Counter, months: Sequence[Month], as_of: datetime) -> bytes:
    headers = ["受伤月份", *(age_label(age) for age in AGES), "现值", "现值 ÷ 首报"]
    rows: list[Row] = [
        [
            month.group.label,
            *("" if cell is None else _count(cell) for cell in month.by_age),
            _count(month.now),
            None if month.growth is None else round(month.growth, 2),
        ]
        for month in months
    ]
    words = ("空白：那一天还没有到，或平台当时还没有任何案件。",)
    return _sheet(counter, "工伤分布：首报与现值", headers, rows, as_of, words)


def age_label(age: int) -> str:
    return "当月末所知" if age == 0 else f"{age} 个月后"


def _sheet(
    counter: Counter,
    title: str,
    headers: Sequence[str],
    rows: Sequence[Row],
    as_of: datetime,
    more: Sequence[str] = (),
) -> bytes:
    subtitle = (
        f"单位：例 · {period_text(counter.question)} · {vintage_text(counter.question, as_of)}"
    )
    footer = [*definition_lines(counter, as_of), *more]
    return write_table(title, headers, rows, subtitle=subtitle, footer=footer)


def _count(cell: Cell) -> str | int:
    return HIDDEN if cell.count is None else cell.count


def _with_limits(rate: Rate) -> list[str | int | float | None]:
    if rate.value is None:
        return [None, rate.why, None, None]
    return [
        rate.events,
        *(None if x is None else round(x, 3) for x in (rate.value, rate.low, rate.high)),
    ]


def _short(rate: Rate) -> list[str | int | float | None]:
    return [None, rate.why] if rate.value is None else [rate.events, round(rate.value, 3)]
