"""A roster file as understood: rows of people, and what is wrong with the others.

Pure: a table and a column mapping in, people and plain Chinese sentences out; no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from anlan.lib import idnumber, phones
from anlan.lib.columns import PERSON_FIELDS, Wanted
from anlan.lib.masking import mask_name
from anlan.lib.spreadsheets import Table

ROLE_FIELD = Wanted("role", "岗位类别", ("人员类别", "培训对象", "人员类型", "培训类别"))
ROSTER_FIELDS: tuple[Wanted, ...] = (*PERSON_FIELDS, ROLE_FIELD)
EXPECTED = tuple(name for wanted in ROSTER_FIELDS for name in wanted.names)
TEMPLATE_HEADERS = ("姓名", "身份证号", "手机号", "岗位类别", "工种", "部门")

# The first word found in what the enterprise wrote decides; without one a person is a worker.
_ROLE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("student", ("学生", "实习生")),
    (
        "safety_manager",
        ("安全管理", "专职安全", "安全员", "安全主任", "安环", "安全总监"),
    ),
    ("team_leader", ("班组长", "班长", "组长", "工段长", "领班")),
    ("head", ("分管负责人", "负责人", "总经理", "厂长", "矿长", "董事长", "法定代表人", "经理")),
)
NUMBER_GIVEN_UP = "该身份证号已更正为另一号码，请核对本人现在的身份证"
_LONGEST_NAME = 64
_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row in its normal form; `number` is the row number that Excel shows."""

    number: int
    name: str
    id_number: str
    phone: str = ""
    role: str = "worker"
    trade: str = ""
    department: str = ""


@dataclass(frozen=True)
class Reading:
    """Every row of a table, understood or not: good and bad together are all of them."""

    numbers: list[int]
    good: dict[int, PersonRow]
    problems: dict[int, list[str]]
    notes: list[str] = field(default_factory=list)


def role_of(written: str) -> str:
    """The occupation_role code that an enterprise's own words mean."""
    found = (code for code, words in _ROLE_WORDS if any(word in written for word in words))
    return next(found, "worker")


def understand(table: Table, mapping: Mapping[str, int], *, today: date) -> Reading:
    """Check every row by itself, then the rows against each other."""
    reading = Reading(list(table.row_numbers), {}, {}, [f"{note}。" for note in table.notes])
    for number, cells in table.numbered():
        row, problems = _row(number, _picked(cells, mapping), today)
        if row is None:
            reading.problems[number] = problems
        else:
            reading.good[number] = row
    _set_repeats_apart(reading)
    _note_shared_phones(reading)
    return reading


def sentence(number: int, problems: list[str]) -> str:
    """第 37 行：身份证号校验位不符，请逐位核对，尤其是末位。"""
    return f"第 {number} 行：{'；'.join(problems)}。"


def another_name(known: str, told: str) -> str:
    """What is wrong with a row whose ID number is registered under another name."""
    return f"该身份证号已登记为“{mask_name(known)}”，与本行姓名“{mask_name(told)}”不一致，请核对"


def renamed_note(number: int, name: str) -> str:
    """A roster that still has a former name: the person is found, the name on record stays."""
    return f"第 {number} 行：填的是曾用名，已按现在的姓名“{mask_name(name)}”对上。"


def _picked(cells: list[str], mapping: Mapping[str, int]) -> dict[str, str]:
    return {key: cells[at].strip() if at < len(cells) else "" for key, at in mapping.items()}


def _row(number: int, told: Mapping[str, str], today: date) -> tuple[PersonRow | None, list[str]]:
    problems: list[str] = []
    name = _name(told.get("name", ""), problems)
    try:
        id_number = idnumber.parse(told.get("id_number", ""), today=today).number
    except idnumber.BadIdNumber as wrong:
        problems.append(str(wrong))
    try:
        phone = phones.parse(told["phone"]) if told.get("phone") else ""
    except phones.BadPhone as wrong:
        problems.append(str(wrong))
    if problems:
        return None, problems
    trade, written = told.get("position", ""), told.get("role", "")
    row = PersonRow(
        number,
        name,
        id_number,
        phone,
        role_of(written or trade),
        trade[:_LONGEST_TEXT],
        told.get("department", "")[:_LONGEST_TEXT],
    )
    return row, []


def _name(written: str, problems: list[str]) -> str:
    """Without the blanks that offices put between two characters; foreign names keep theirs."""
    name = " ".join(written.split()) if written.isascii() else "".join(written.split())
    if not name:
        problems.append("姓名为空")
    elif any(sign.isdigit() for sign in name):
        problems.append("姓名里有数字，请核对是否填错了列")
    elif len(name) > _LONGEST_NAME:
        problems.append(f"姓名超过 {_LONGEST_NAME} 个字，请核对")
    return name


def _set_repeats_apart(reading: Reading) -> None:
    """Of equal ID numbers the first row counts; under different names neither does."""
    first: dict[str, PersonRow] = {}
    for row in list(reading.good.values()):
        kept = first.setdefault(row.id_number, row)
        if kept is row:
            continue
        del reading.good[row.number]
        if kept.name == row.name:
            said = f"身份证号与第 {kept.number} 行重复，只导入第 {kept.number} 行"
            reading.problems[row.number] = [said]
            continue
        said = "身份证号与第 {} 行相同而姓名不同，请核对是谁的号码"
        reading.problems[row.number] = [said.format(kept.number)]
        reading.good.pop(kept.number, None)
        reading.problems.setdefault(kept.number, [said.format(row.number)])


def _note_shared_phones(reading: Reading) -> None:
    holders: dict[str, list[int]] = {}
    for row in reading.good.values():
        if row.phone:
            holders.setdefault(row.phone, []).append(row.number)
    reading.notes.extend(
        f"第 {'、'.join(map(str, numbers[:6]))} 行{'等' if len(numbers) > 6 else ''}"
        f"共 {len(numbers)} 人填了同一个手机号，已导入，但更正前他们都不能用手机号登录。"
        for numbers in holders.values()
        if len(numbers) > 1
    )
