"""A checklist as a spreadsheet, and back: what is exported can be imported again."""

from collections.abc import Iterable

from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import all_codes
from anlan.hazards.models import Grade
from anlan.lib.refusals import BadInput
from anlan.lib.spreadsheets import read_table, write_table
from anlan.visits.models import Checklist, Item, MeasureKey
from anlan.visits.queries.checklists import risk_word
from anlan.visits.services.checklists import Wording

HEADS = (
    "编号",
    "分组",
    "检查内容",
    "怎么看",
    "依据",
    "可能的伤害",
    "不合格时的等级",
    "权重",
    "计数",
)
NEEDED = ("分组", "检查内容", "可能的伤害", "不合格时的等级")
SHOWN_ERRORS = 8


def checklist_sheet(checklist: Checklist, items: Iterable[Item]) -> bytes:
    rows = (
        (
            one.key,
            one.section,
            one.text,
            one.how,
            one.clause,
            risk_word(one.risk),
            one.get_grade_display(),
            one.weight,
            one.get_measure_display() if one.measure else "",
        )
        for one in items
    )
    about = f"{checklist}；伤害类型按 GB 6441-2025；编号不要改，新增的项留空。"
    return write_table(checklist.title, HEADS, rows, subtitle=about)


def read_checklist(content: bytes, name: str) -> list[Wording]:
    """The rows of a filled sheet, or `BadInput` that names every row that can't be read."""
    table = read_table(content, filename=name, expected=HEADS)
    columns = {head: n for n, head in enumerate(table.headers) if head in HEADS}
    missing = [head for head in NEEDED if head not in columns]
    if missing:
        raise BadInput(f"表里缺少列：{'、'.join(missing)}。", "请先导出清单，在导出的表里改。")
    wrong: list[str] = []
    found = []
    for number, cells in table.numbered():
        row = {head: cells[n].strip() for head, n in columns.items()}
        try:
            found.append(_wording(row))
        except ValueError as why:
            wrong.append(f"第 {number} 行：{why}")
    keys = [one.key for one in found if one.key]
    wrong += [f"编号「{key}」重复" for key in sorted({k for k in keys if keys.count(k) > 1})]
    if wrong:
        rest = len(wrong) - SHOWN_ERRORS
        more = f"；另有 {rest} 处" if rest > 0 else ""
        said = "；".join(wrong[:SHOWN_ERRORS])
        raise BadInput(f"{said}{more}。", "改好后整张表再导入，草稿没有变。")
    return found


def _wording(row: dict[str, str]) -> Wording:
    key = row.get("编号", "")
    if key and not (key.isascii() and key.replace("-", "").replace("_", "").isalnum()):
        raise ValueError(f"编号「{key}」不对，新增的项请留空")
    weight = row.get("权重", "") or "1"
    if weight not in ("1", "2", "3"):
        raise ValueError("权重只能是 1、2、3")
    if not row["分组"] or not row["检查内容"]:
        raise ValueError("分组和检查内容都要写")
    return Wording(
        key=key[:48],
        section=row["分组"],
        text=row["检查内容"],
        how=row.get("怎么看", ""),
        clause=row.get("依据", ""),
        risk=_risk(row["可能的伤害"]),
        grade=_choice(row["不合格时的等级"], Grade.choices, "等级"),
        weight=int(weight),
        measure=_choice(row.get("计数", ""), [("", ""), *MeasureKey.choices], "计数"),
    )


def _risk(text: str) -> str:
    for one in all_codes(System.GB_6441_2025):
        if text in (one.name, one.code):
            return one.code
    raise ValueError(f"伤害类型「{text}」不在 GB 6441-2025 里")


def _choice(text: str, choices: Iterable[tuple[str, str]], what: str) -> str:
    for value, label in choices:
        if text in (value, label) or (text and text == label[:2]):
            return value
    raise ValueError(f"{what}「{text}」不认识")
