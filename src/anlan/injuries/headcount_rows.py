"""An insured list's rows: one enterprise and month a row, or a column for each month.

What is wrong is said row by row; a row with one bad month is refused whole, so that what was taken
in and what wasn't never share a row. Asks the database nothing.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from anlan.injuries import cells
from anlan.injuries.fields import MONTHS_ACROSS, Part
from anlan.injuries.rows import Layout, Reading, Row, normal
from anlan.lib import uscc
from anlan.lib.spreadsheets import BadSpreadsheet, Table

MOST_PEOPLE = 999_999
_LABELS = {"month": "月份", "people": "参保人数", "uscc": "统一社会信用代码"}


class _Reader:
    def __init__(self, table: Table, layout: Layout, today: date) -> None:
        self.table, self.values, self.today = table, layout.values, today
        at = {heading: n for n, heading in reversed(list(enumerate(table.headers)))}
        self.places = {
            key: [at[part] for part in heading.split(" + ")]
            for key, heading in layout.mapping.items()
            if all(part in at for part in heading.split(" + "))
        }
        self.across = _months_across(table) if layout.mapping.get("people") == MONTHS_ACROSS else {}
        if layout.mapping.get("people") == MONTHS_ACROSS and not self.across:
            raise BadSpreadsheet(
                "表头里没有写明年月的列。", "请把各月的列名写成 2026-03 或 2026年3月。"
            )
        self.result = Reading(list(table.row_numbers))
        self.seen: dict[tuple[str, date], int] = {}

    def read(self) -> Reading:
        for number, row in self.table.numbered():
            problems: list[str] = []
            made = self._row(number, row, problems)
            if problems:
                self.result.problems[number] = problems
            else:
                self.result.good[number] = made
        return self.result

    def _row(self, number: int, row: list[str], problems: list[str]) -> Row:
        name = self._text("employer_name", row)[:200]
        code = self._code(row, problems)
        if not name and not code and not problems:
            problems.append("没有单位名称，也没有信用代码")
        people = self._people(row, problems)
        if not people and not problems:
            problems.append("没有参保人数")
        who = code or normal(name)
        for month in people:
            self._refuse_month(who, month, number, problems)
        said: dict[Part, dict[str, Any]] = {
            Part.CASE: {"employer_name": name},
            Part.LINK: {"uscc": code},
            Part.HEADCOUNT: {"people": people},
        }
        return Row(number, who, said)

    def _people(self, row: list[str], problems: list[str]) -> dict[date, int]:
        """People by month; months left blank are not told."""
        if self.across:
            told = {month: self._whole(row[at], problems) for at, month in self.across.items()}
        else:
            month = self._month(row, problems)
            at = self.places.get("people", [])
            told = {month: self._whole(row[at[0]], problems)} if month and at else {}
        return {month: people for month, people in told.items() if people is not None}

    def _whole(self, text: str, problems: list[str]) -> int | None:
        text = self._said("people", text)
        if not text:
            return None
        try:
            return cells.read_people(text, MOST_PEOPLE)
        except ValueError as wrong:
            self._odd("people", text, wrong, problems)
            return None

    def _month(self, row: list[str], problems: list[str]) -> date | None:
        text = self._said("month", self._text("month", row))
        if not text:
            problems.append("没有月份")
            return None
        try:
            return cells.read_month(text)
        except ValueError as wrong:
            self._odd("month", text, wrong, problems)
            return None

    def _code(self, row: list[str], problems: list[str]) -> str:
        text = self._said("uscc", self._text("uscc", row))
        try:
            return uscc.parse(text) if text else ""
        except ValueError as wrong:
            self._odd("uscc", text, wrong, problems)
            return ""

    def _odd(self, key: str, text: str, wrong: ValueError, problems: list[str]) -> None:
        problems.append(f"{_LABELS[key]}：{wrong}")
        self.result.note_odd(key, text)

    def _text(self, key: str, row: list[str]) -> str:
        return "-".join(row[at].strip() for at in self.places.get(key, []))

    def _said(self, key: str, text: str) -> str:
        """The cell, or nothing where the source says that this word means nothing."""
        told = self.values.get(key, {}).get(text.strip())
        if told is not None:
            self.result.note_odd(key, text.strip())
        return text.strip() if told is None else told

    def _refuse_month(self, who: str, month: date, number: int, problems: list[str]) -> None:
        if month > self.today:
            problems.append(f"月份 {month:%Y-%m} 晚于上传当月")
        first = self.seen.setdefault((who, month), number)
        if first != number:
            problems.append(f"单位和月份与第 {first} 行相同，只导入第 {first} 行")


def understand_headcounts(table: Table, layout: Layout, *, today: date) -> Reading:
    """Raises `BadSpreadsheet` where months should stand in the headings and none does."""
    return _Reader(table, layout, today).read()


def _months_across(table: Table) -> dict[int, date]:
    """Column → month, of every heading that is a month; of two alike the first."""
    found: dict[date, int] = {}
    twice: dict[date, list[str]] = defaultdict(list)
    for at, heading in enumerate(table.headers):
        month = cells.month_of_heading(heading)
        if month is not None:
            found.setdefault(month, at)
            twice[month].append(heading)
    doubled = [headings for headings in twice.values() if len(headings) > 1]
    if doubled:
        raise BadSpreadsheet(f"「{'」「'.join(doubled[0])}」是同一个月。", "请只留一列，再上传。")
    return {at: month for month, at in found.items()}
