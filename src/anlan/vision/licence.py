"""The business licence (营业执照): fields are found by their labels, in whatever column they stand.

Layouts differ by year and by kind of owner. A label claims what stands to its right and below it,
as far as the next label of the same column.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as also
from datetime import date

from anlan.lib import uscc
from anlan.vision.findings import UNREAD, Field, Paper
from anlan.vision.layout import compact, day_of, field_of, rows_of, standard, sureness, text_of
from anlan.vision.thresholds import Thresholds
from anlan.vision.upright import Line

FIELDS = ("name", "code", "kind", "legal_person", "address", "founded", "scope")
# Label → field; an empty field only ends the one above it.
LABELS = {
    "名称": "name", "企业名称": "name", "字号名称": "name",
    "类型": "kind", "主体类型": "kind", "组成形式": "kind",
    "法定代表人": "legal_person", "负责人": "legal_person", "经营者": "legal_person",
    "投资人": "legal_person", "执行事务合伙人": "legal_person",
    "住所": "address", "经营场所": "address", "营业场所": "address", "主要经营场所": "address",
    "成立日期": "founded", "注册日期": "founded",
    "经营范围": "scope",
    "注册资本": "", "出资额": "", "营业期限": "", "合伙期限": "", "登记机": "",
}  # fmt: skip
BY_LENGTH = sorted(LABELS, key=len, reverse=True)
SPLIT = {"名": "称", "类": "型", "住": "所"}  # labels whose letters stand far apart
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")
DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
SLIVER = re.compile(r"[A-Za-z0-9]")  # all that a label's box shows of the letter that follows
FAR = 7  # heights between the two letters of a split label
ASIDE = 1.5  # heights by which a label may stand left of its column


@dataclass(slots=True)
class Claim:
    """A label, where it stands, and what belongs to it."""

    field: str
    left: float
    y: float
    height: float
    told: list[Line] = also(default_factory=list)
    beside: str = ""  # what stood in the same box as the label


def parse_licence(lines: Sequence[Line], *, today: date, limits: Thresholds) -> Paper:
    """Seven fields, and whether the code may be taken over."""
    claims, others = _claims(lines)
    for line in others:
        claim = _owner(line, claims)
        if claim is not None:
            claim.told.append(line)
    fields = dict.fromkeys(FIELDS, UNREAD)
    for claim in claims:
        if claim.field and not fields[claim.field].value:
            fields[claim.field] = _value(claim)
    fields["founded"] = _founded(fields["founded"])
    fields["code"] = _code(lines)
    sure = _valid(fields["code"].value) and fields["code"].confidence >= limits.text_sure_min
    doubts = [] if sure else ["code_doubt"]
    if fields["founded"].value > today.isoformat():
        fields["founded"] = Field(fields["founded"].value, 0.0)
    if any(one.confidence < limits.text_sure_min for one in fields.values()):
        doubts.append("unsure")
    return Paper("licence", fields, sure=sure, doubts=tuple(doubts))


def codes_in(lines: Sequence[Line]) -> set[str]:
    """Every string of the shape of a credit code that passes its checks."""
    found = {code for line in lines for code in CODE.findall(compact(line.text).upper())}
    return {code for code in found if _valid(code)}


def _claims(lines: Sequence[Line]) -> tuple[list[Claim], list[Line]]:
    """Labels, and the lines that are none."""
    claims: list[Claim] = []
    left = list(lines)
    for line in lines:
        text = compact(line.text)
        label = next((one for one in BY_LENGTH if text.startswith(one)), None)
        if label is not None:
            claims.append(Claim(LABELS[label], line.left, line.y, line.height,
                                [line] if text != label else [], text[len(label) :]))  # fmt: skip
            left.remove(line)
        elif text in SPLIT and line in left:
            other = _second_letter(line, SPLIT[text], left)
            rest = compact(other.text)[1:] if other else ""
            claims.append(Claim(LABELS[text + SPLIT[text]], line.left, line.y, line.height,
                                [other] if other and rest else [], rest))  # fmt: skip
            left = [one for one in left if one is not line and one is not other]
    return claims, left


def _second_letter(line: Line, letter: str, lines: Sequence[Line]) -> Line | None:
    for other in lines:
        near = -line.height < other.left - line.right < FAR * line.height and other is not line
        if near and abs(other.y - line.y) < line.height and compact(other.text).startswith(letter):
            return other
    return None


def _owner(line: Line, claims: Sequence[Claim]) -> Claim | None:
    """The label of the nearest column to the left, and in it the last that is not below."""
    beside = [one for one in claims if one.left - ASIDE * one.height < line.left]
    if not beside:
        return None
    column = max(one.left for one in beside)
    mine = [one for one in beside if column - one.left < 3 * one.height]
    above = [one for one in mine if one.y - 0.8 * one.height < line.y]
    return max(above, key=lambda one: one.y) if above else None


def _value(claim: Claim) -> Field:
    """What the label claimed, row by row; what stood in the label's own box comes first."""
    told, beside = claim.told, claim.beside
    if beside and len(told) > 1 and SLIVER.fullmatch(beside):
        told, beside = told[1:], ""
    rest = told[1:] if beside else told
    text = beside + "".join(standard(line.text) for row in rows_of(rest) for line in row)
    return field_of(text.lstrip(":："), told)


def _founded(found: Field) -> Field:
    written = DAY.search(found.value)
    day = day_of(*written.groups()) if written else None
    return Field(day.isoformat(), found.confidence) if day else UNREAD


def _code(lines: Sequence[Line]) -> Field:
    """The one code of the sheet; two that both pass their checks are none."""
    rows = rows_of(lines)
    found = {
        (match[0], sureness(row)) for row in (*rows, *([line] for line in lines))
        for match in CODE.finditer(text_of(row).upper())
    }  # fmt: skip
    valid = {code for code, _ in found if _valid(code)}
    if len(valid) > 1 or not found:
        return UNREAD
    code, confidence = max(found, key=lambda one: (one[0] in valid, one[1]))
    return Field(code, confidence)


def _valid(code: str) -> bool:
    try:
        return uscc.parse(code) == code
    except uscc.BadUscc:
        return False
