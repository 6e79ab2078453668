"""Insured lists and files to compare with them, as understood. Pure: tables in, rows and words out.

A list says of each stretch: whose (ID number), by which employer (统一社会信用代码), since, until.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models

from anlan.lib import idnumber, uscc
from anlan.lib.columns import PERSON_FIELDS, Wanted
from anlan.lib.dates import date_text, parse_date
from anlan.lib.spreadsheets import Table

CHECK_FIELDS: tuple[Wanted, ...] = tuple(
    one for one in PERSON_FIELDS if one.key in {"name", "id_number"}
)
LIST_FIELDS: tuple[Wanted, ...] = (
    *(one for one in PERSON_FIELDS if one.key == "id_number"),
    Wanted(
        "uscc",
        "单位统一社会信用代码",
        ("统一社会信用代码", "社会信用代码", "信用代码", "参保单位代码", "单位代码"),
        True,
    ),
    Wanted("since", "参保日期", ("参保开始日期", "参保时间", "开始日期", "本单位参保日期")),
    Wanted("until", "停保日期", ("停保时间", "终止日期", "参保终止日期", "结束日期")),
)


class Result(models.TextChoices):
    """What became of a row; the order is the one in which they are asked."""

    BAD_NUMBER = "bad_number", "号码校验位不对"
    OTHER_NAME = "other_name", "姓名不符"
    INSURED = "insured", "参保在册"
    ELSEWHERE = "elsewhere", "参保单位不同"
    NOT_SEEN = "not_seen", "未见参保"
    NO_LIST = "no_list", "未核对参保"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One row of a list in its normal form."""

    id_number: str
    uscc: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Insured:
    """A stretch on file: by whom, since and until when."""

    uscc: str
    since: date | None
    until: date | None

    def on(self, day: date) -> bool:
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or self.until >= day)


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a file to compare: `id_number` is empty where `problem` says what is wrong."""

    number: int
    name: str
    id_number: str
    problem: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is on file about a row's number: a name if it is registered, stretches of insurance."""

    name: str | None
    stretches: Sequence[Insured]


@dataclass(frozen=True, slots=True)
class Against:
    """With what rows are compared: for whom, on which day, by which list (none: no `as_of`).

    `employers` are names by code, for those who may know where else somebody is insured.
    """

    uscc: str
    day: date
    as_of: date | None
    employers: Mapping[str, str] | None


def stretches_of(
    table: Table, mapping: Mapping[str, int], *, today: date
) -> Iterator[tuple[int, Stretch | str]]:
    """Every row of a list: a stretch, or what is wrong with it."""
    for number, cells in table.numbered():
        try:
            yield number, _stretch(_picked(cells, mapping), today)
        except ValueError as wrong:
            yield number, str(wrong)


def asked_of(table: Table, mapping: Mapping[str, int], *, today: date) -> list[Asked]:
    """Every row of a file to compare."""
    found = []
    for number, cells in table.numbered():
        told = _picked(cells, mapping)
        name = plain_name(told.get("name", ""))
        try:
            parsed = idnumber.parse(told.get("id_number", ""), today=today).number
            found.append(Asked(number, name, parsed, ""))
        except idnumber.BadIdNumber as wrong:
            found.append(Asked(number, name, "", str(wrong)))
    return found


def judge(row: Asked, known: Known, against: Against) -> tuple[Result, str]:
    """What to say of a row, and the words beside it."""
    if row.problem:
        return Result.BAD_NUMBER, row.problem
    if row.name and known.name is not None and plain_name(known.name) != row.name:
        return Result.OTHER_NAME, "这个号码在平台登记的是另一个姓名，请对照身份证核对"
    beside = _about_the_name(row, known)
    if against.as_of is None:
        return Result.NO_LIST, _joined("平台还没有参保人员名单", beside)
    now = [one for one in known.stretches if one.on(against.day)]
    if any(one.uscc == against.uscc for one in now):
        return Result.INSURED, beside
    if now:
        return Result.ELSEWHERE, _joined(_where(now, against), beside)
    return Result.NOT_SEEN, _joined(_formerly(known, against), beside)


def plain_name(written: str) -> str:
    """Without the blanks that offices put between two characters; foreign names keep theirs."""
    return " ".join(written.split()) if written.isascii() else "".join(written.split())


def _about_the_name(row: Asked, known: Known) -> str:
    if not row.name:
        return "姓名为空，只核对了号码"
    return "" if known.name is not None else "平台花名册里没有此人，姓名未核对"


def _where(now: Sequence[Insured], against: Against) -> str:
    if against.employers is None:
        return "在别的单位参保"
    named = dict.fromkeys(against.employers.get(one.uscc) or one.uscc for one in now)
    return f"参保单位：{'、'.join(named)}"


def _formerly(known: Known, against: Against) -> str:
    mine = [one for one in known.stretches if one.uscc == against.uscc]
    ended = [one.until for one in mine if one.until is not None and one.until < against.day]
    if ended:
        return f"在本单位参保至 {date_text(max(ended))}，此后未见"
    later = [one.since for one in mine if one.since is not None and one.since > against.day]
    if later:
        return f"在本单位自 {date_text(min(later))} 起参保"
    assert against.as_of is not None
    return f"截至 {date_text(against.as_of)} 的名单里没有"


def _joined(*said: str) -> str:
    return "；".join(one for one in said if one)


def _stretch(told: Mapping[str, str], today: date) -> Stretch:
    """Raises `ValueError` with the reason in Chinese."""
    number = idnumber.parse(told.get("id_number", ""), today=today).number
    code = uscc.parse(told.get("uscc", ""))
    since, until = (_day(told.get(key, "")) for key in ("since", "until"))
    if since is not None and until is not None and until < since:
        raise ValueError("停保日期早于参保日期，请核对")
    return Stretch(number, code, since, until)


def _day(text: str) -> date | None:
    return parse_date(text) if text else None


def _picked(cells: list[str], mapping: Mapping[str, int]) -> dict[str, str]:
    return {key: cells[at].strip() if at < len(cells) else "" for key, at in mapping.items()}
