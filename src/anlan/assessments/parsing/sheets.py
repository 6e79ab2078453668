"""Banks in spreadsheets: which column is what, and each row a question or a reason."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from anlan.assessments.models import ItemKind
from anlan.assessments.parsing.answers import chosen, judged, read_kind
from anlan.assessments.parsing.coded import codes_in
from anlan.assessments.parsing.drafts import LETTERS, ItemDraft, Unusable, joined
from anlan.assessments.parsing.drawings import IN_CELL, Drawings, drawings_in
from anlan.assessments.parsing.options import (
    Choices,
    column_options,
    exact_options,
    split_options,
)
from anlan.assessments.parsing.pictures import Album
from anlan.assessments.parsing.rows import Row
from anlan.assessments.parsing.texts import checked
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
        ("题目内容", "试题内容", "题目", "试题", "问题", "试题题干", "内容", "题干（原文）"),
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
    Wanted("risk", "事故类型", ("事故类别", "伤害类型", "风险类型")),
    Wanted("difficulty", "难度", ("难易程度", "难易度", "难度等级")),
    Wanted("roles", "培训对象", ("适用对象", "适用人员")),
    Wanted("trades", "工种", ("适用工种",)),
    Wanted("industry", "行业", ("适用行业", "所属行业")),
)
AS_IT_IS = "题干（原文）"  # heads the sheets that we write: nothing in them is to be guessed
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


def read_bank(source: Path, filename: str, album: Album | None = None) -> Iterator[Row]:
    """Every row of every visible sheet. Raises `BadSpreadsheet` when the file can't be read."""
    album = album or Album()
    sheets = sheet_names(source, filename=filename)
    drawings = drawings_in(source.read_bytes())
    for sheet in sheets:
        yield from _sheet_rows(source, filename, sheet, drawings, album)


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


def _sheet_rows(
    source: Path, filename: str, sheet: str, drawings: Drawings, album: Album
) -> Iterator[Row]:
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
    exact = AS_IT_IS in table.headers
    for number, row in table.numbered():
        cells = columns.pick(row)
        pictures = drawings.of(table.sheet, number, cells)
        cells = {key: IN_CELL.sub("", text) for key, text in cells.items()}
        stem, own = cells.get("stem", ""), None
        if not exact:
            stem, own = strip_number(stem, previous)
        previous = own if own is not None else previous
        try:
            draft = read_row(cells, stem, exact=exact)
            yield Row(sheet, number, replace(draft, picture=album.keep(pictures)))
        except Unusable as why:
            yield Row(sheet, number, problem=str(why))


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


def read_row(cells: dict[str, str], stem: str, *, exact: bool = False) -> ItemDraft:
    """A question from a row's cells by field. Raises `Unusable` with the reason.

    `exact`: the sheet was written by us, options carry no letters of their own.
    """
    stem = checked(stem, "题干")
    if not stem:
        raise Unusable("题干是空的")
    answer = cells.get("answer", "")
    letters = {x: checked(cells[x], f"选项 {x}") for x in LETTERS if cells.get(x, "").strip()}
    has_options = bool(letters or cells.get("options", "").strip())
    kind = read_kind(cells.get("kind", ""), has_options=has_options, answer=answer)
    choices = _choices(letters, cells.get("options", ""), exact)
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
        explanation=checked(cells.get("explanation", ""), "解析"),
        **codes_in(cells),
    )


def _choices(letters: dict[str, str], cell: str, exact: bool) -> Choices | None:
    if letters:
        if len(letters) < 2:
            raise Unusable("选项不足两个")
        return exact_options(letters) if exact else column_options(letters)
    if not cell.strip():
        return None
    found = split_options(cell)
    return replace(found, texts=tuple(checked(text, "选项") for text in found.texts))


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
