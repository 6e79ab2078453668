"""A bank file, sheet by sheet: which column is what, and what each row becomes."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.answers import chosen, judged, read_kind
from anlan.assessments.parsing.drafts import LETTERS, ItemDraft, Unusable, joined
from anlan.assessments.parsing.options import Choices, column_options, split_options
from anlan.lib.columns import Mapping, Wanted, guess
from anlan.lib.spreadsheets import (
    BadSpreadsheet,
    EmptySheet,
    Table,
    read_table,
    sheet_names,
)

COLUMNS = (
    Wanted(
        "stem",
        "题干",
        ("题目内容", "试题内容", "题目", "试题", "问题", "试题题干", "内容"),
        True,
    ),
    Wanted(
        "answer",
        "答案",
        ("题目答案", "正确答案", "标准答案", "参考答案", "试题答案", "正确选项"),
        True,
    ),
    Wanted("kind", "题型", ("试题类型", "题目类型", "类型", "题类")),
    Wanted(
        "options", "选项", ("题目选项", "试题选项", "备选项", "备选答案", "候选答案", "选项内容")
    ),
    Wanted("explanation", "解析", ("答案解析", "试题解析", "题目解析", "说明")),
    Wanted("basis", "依据", ("出处", "法规依据", "依据条款", "参考依据")),
    Wanted("topic", "知识点", ("章节", "作业种类", "考点", "分类", "类别")),
)
LETTER_COLUMNS = tuple(
    Wanted(
        letter,
        f"选项{letter}",
        (letter, f"{letter}选项", f"答案{letter}", f"选项{at}", f"选择{letter}", f"备选项{letter}"),
    )
    for at, letter in enumerate(LETTERS, start=1)
)
EXPECTED = [name for wanted in (*COLUMNS, *LETTER_COLUMNS) for name in wanted.names]

_NUMBER = re.compile(
    r"^\s*[（(【\[]?(\d{1,5})[）)】\]]?(\s*[.\uff0e、，,:：]\s*|\t+|\s+|(?=[\u4e00-\u9fff]))(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: a draft, or the sentence that says why it is none."""

    sheet: str
    row: int
    draft: ItemDraft | None = None
    problem: str = ""
    topic: str = ""


def read_bank(source: Path, filename: str) -> list[Row]:
    """Every row of every visible sheet. Raises `BadSpreadsheet` when the file can't be read."""
    rows: list[Row] = []
    for sheet in sheet_names(source, filename=filename):
        rows += _sheet_rows(source, filename, sheet)
    return rows


def cells_at(
    source: Path, filename: str, places: Collection[tuple[str, int]]
) -> dict[tuple[str, int], dict[str, str]]:
    """The cells of some rows by field, as they stand in the file: to mend and hand in again."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for sheet in {sheet for sheet, _row in places}:
        try:
            table = read_table(source, filename=filename, sheet=sheet, expected=EXPECTED)
        except BadSpreadsheet:
            continue
        columns = _columns(table)
        for number, cells in table.numbered():
            if (sheet, number) in places:
                found[sheet, number] = columns.pick(cells)
    return found


def _sheet_rows(source: Path, filename: str, sheet: str) -> Iterator[Row]:
    try:
        table = read_table(source, filename=filename, sheet=sheet, expected=EXPECTED)
    except EmptySheet:
        return
    except BadSpreadsheet as refused:
        yield Row(sheet, 1, problem=refused.message)
        return
    columns = _columns(table)
    if columns.missing_required:
        yield from _unread(table, columns)
        return
    previous: int | None = None
    for number, cells in table.numbered():
        stem, own = strip_number(columns.pick(cells).get("stem", ""), previous)
        previous = own if own is not None else previous
        yield _row(table.sheet, number, columns.pick(cells), stem)


def _columns(table: Table) -> Mapping:
    """Letter columns first: 「答案A」 is an option, 「答案」 is the answer."""
    letters = guess(table.headers, [w for w in LETTER_COLUMNS if _has_exactly(table, w)])
    taken = set(letters.columns.values())
    headers = ["" if at in taken else text for at, text in enumerate(table.headers)]
    found = guess(headers, COLUMNS)
    return Mapping({**found.columns, **letters.columns}, found.unmapped, found.missing)


def _has_exactly(table: Table, wanted: Wanted) -> bool:
    plain = {header.replace(" ", "").upper() for header in table.headers}
    return any(name in plain for name in wanted.names)


def _unread(table: Table, columns: Mapping) -> Iterator[Row]:
    """A sheet that is no bank: every row of it is named, its heading too."""
    missing = "、".join(f"「{wanted.label}」" for wanted in columns.missing_required)
    sentence = f"这张工作表没有{missing}列，未读取"
    for number in [table.header_row, *table.row_numbers]:
        yield Row(table.sheet, number, problem=sentence)


def _row(sheet: str, number: int, cells: dict[str, str], stem: str) -> Row:
    try:
        return Row(sheet, number, draft=read_row(cells, stem))
    except Unusable as why:
        return Row(sheet, number, problem=str(why))


def read_row(cells: dict[str, str], stem: str) -> ItemDraft:
    """A question from a row's cells by field. Raises `Unusable` with the reason."""
    if not stem:
        raise Unusable("题干是空的")
    answer = cells.get("answer", "")
    letters = {x: cells[x] for x in LETTERS if cells.get(x, "").strip()}
    has_options = bool(letters or cells.get("options", "").strip())
    kind = read_kind(cells.get("kind", ""), has_options=has_options, answer=answer)
    choices = _choices(letters, cells.get("options", ""))
    if kind == ItemKind.JUDGE:
        choices, right = judged(choices, answer)
    elif choices is None:
        raise Unusable("没有选项")
    else:
        right = chosen(choices, answer, kind)
    return ItemDraft(
        kind=kind,
        stem=stem,
        options=choices.texts,
        answer=right,
        explanation=cells.get("explanation", "").strip(),
        basis=cells.get("basis", "").strip()[:200],
        topic=cells.get("topic", "").strip()[:60],
    )


def _choices(letters: dict[str, str], cell: str) -> Choices | None:
    if letters:
        if len(letters) < 2:
            raise Unusable("选项不足两个")
        return column_options(letters)
    return split_options(cell) if cell.strip() else None


def strip_number(stem: str, previous: int | None) -> tuple[str, int | None]:
    """Take the question's own number off, not a figure that the sentence begins with.

    「1.5 米以上…」 stays whole; 「99.2003年…」 loses 99 because the row above had 98.
    """
    text = joined(stem)
    found = _NUMBER.match(text)
    if found is None:
        return text, None
    number, mark = int(found[1]), found[2]
    sure = bool(mark.strip() or "\t" in mark) and not text[found.end()].isdigit()
    if sure or (previous is not None and number == previous + 1):
        return text[found.end() :].strip(), number
    return text, None
