"""The resident identity card (居民身份证, GA 448): the side with the portrait, lines to fields.

Rows are told by what stands in them (a birth date, 男 or 女, eighteen digits) and only then by
their labels, which are pale and are the first to go in a bad picture. The number counts only when
its check character agrees and birth and sex say the same as the words beside them.
"""

import re
from collections.abc import Sequence
from datetime import date

from anlan.lib import idnumber
from anlan.vision.findings import UNREAD, Field, Paper
from anlan.vision.layout import compact, day_of, field_of, rows_of, standard, sureness, text_of
from anlan.vision.printed import ETHNICITIES, PROVINCES
from anlan.vision.thresholds import Thresholds
from anlan.vision.upright import Line

FRONT = ("name", "sex", "ethnicity", "birth", "address", "number")

NUMBER = re.compile(r"(?<!\d)\d{17}[\dX](?!\d)")
ALMOST = re.compile(r"[\dA-Z]{13,}")
BIRTH = re.compile(r"(\d{4})\D{0,2}年?(\d{1,2})\D{1,2}(\d{1,2})")
SEX = re.compile(r"([男女])(.*)")
NAME_LABEL = re.compile(r"^(?:姓名|名)")
ADDRESS_LABEL = re.compile(r"^(?:住址|址)")
ETHNICITY_LABEL = re.compile(r"^(?:民族|民|族)")
PERSON = re.compile(r"^[\u3400-\u9fff\U00020000-\U000323af]{2,15}$")
LEFT_OF_PORTRAIT = 0.5  # of the number's width, from its left end: the portrait begins there
BESIDE_LABEL = 0.66  # share of "公民身份号码3701…" that is the number


def parse_front(lines: Sequence[Line], *, today: date, limits: Thresholds) -> Paper:
    """Six fields and whether the number may be taken over."""
    mine = _left_of_portrait(lines)
    rows = rows_of(mine)
    texts = [text_of(row) for row in rows]
    at_number = next((i for i, text in enumerate(texts) if (ALMOST.search(text.upper())
                      and "身份" in text) or NUMBER.search(text.upper())), len(rows))  # fmt: skip
    at_birth = _place_of_birth(texts, at_number)
    at_sex = next((i for i in range(at_birth) if SEX.search(_after_sex_label(texts[i]))
                   and not NAME_LABEL.match(texts[i])), at_birth)  # fmt: skip
    sex, ethnicity = _sex(rows, texts, at_sex)
    fields = {
        "name": _name(rows, texts, at_sex),
        "sex": sex,
        "ethnicity": ethnicity,
        "birth": _birth(rows, texts, at_birth),
        "address": _address(rows, at_birth, at_number),
        "number": _number(lines, rows, limits),
    }
    return _judged(fields, today, limits)


def numbers_in(lines: Sequence[Line]) -> set[str]:
    """Every different string of the shape of an ID number."""
    return {found for row in rows_of(lines) for found in NUMBER.findall(text_of(row).upper())}


def _left_of_portrait(lines: Sequence[Line]) -> list[Line]:
    """Only what stands left of the portrait, where the number tells how wide the card is."""
    for line in lines:
        found = NUMBER.search(compact(line.text).upper())
        if found:
            share = 1.0 if len(found[0]) > 0.9 * len(compact(line.text)) else BESIDE_LABEL
            width = (line.right - line.left) * share
            edge = line.right - width * (1 - LEFT_OF_PORTRAIT)
            return [one for one in lines if one.left < edge or one is line]
    return list(lines)


def _place_of_birth(texts: Sequence[str], before: int) -> int:
    for place, text in enumerate(texts[:before]):
        if BIRTH.search(text) and ("年" in text or "月" in text or "出生" in text):
            return place
    return min(before, len(texts))


def _after_sex_label(text: str) -> str:
    return re.sub(r"^性?别", "", text)


def _sex(rows: list[list[Line]], texts: Sequence[str], at: int) -> tuple[Field, Field]:
    found = SEX.search(_after_sex_label(texts[at])) if at < len(rows) else None
    if not found:
        return UNREAD, UNREAD
    told = [line for line in rows[at] if line.text not in ("性别", "民族")]
    value = ETHNICITY_LABEL.sub("", found[2])
    known = value in ETHNICITIES
    return field_of(found[1], told[:1]), field_of(value, told[-1:], doubt=1.0 if known else 0.5)


def _name(rows: list[list[Line]], texts: Sequence[str], at_sex: int) -> Field:
    labelled = [i for i in range(at_sex) if NAME_LABEL.match(texts[i])]
    place = labelled[-1] if labelled else at_sex - 1
    if place < 0 or place >= len(rows):
        return UNREAD
    value = NAME_LABEL.sub("", texts[place])
    told = [line for line in rows[place] if compact(line.text) not in ("姓名", "姓", "名")]
    # A name of another people has a point in the middle, which `compact` takes out.
    whole = "".join(standard(line.text) for line in told)
    if "·" in whole:
        value = NAME_LABEL.sub("", whole)
    return field_of(value, told, doubt=1.0 if PERSON.match(value.replace("·", "")) else 0.5)


def _birth(rows: list[list[Line]], texts: Sequence[str], at: int) -> Field:
    found = BIRTH.search(texts[at]) if at < len(rows) else None
    day = day_of(*found.groups()) if found else None
    return field_of(day.isoformat(), [x for x in rows[at] if x.text != "出生"]) if day else UNREAD


def _address(rows: list[list[Line]], after: int, before: int) -> Field:
    """Everything between the birth and the number."""
    told = [line for row in rows[after + 1 : before] for line in row
            if not re.match(r"公民|身份号|号码", compact(line.text))]  # fmt: skip
    value = ADDRESS_LABEL.sub("", "".join(standard(line.text) for line in told))
    return field_of(value, [line for line in told if line.text != "住址"])


def _number(lines: Sequence[Line], rows: list[list[Line]], limits: Thresholds) -> Field:
    """The one eighteen-character string of the sheet; two different ones are none."""
    found = numbers_in(lines)
    if len(found) != 1:
        return UNREAD
    number = next(iter(found))
    row = next((row for row in rows if number in text_of(row).upper()), [])
    digits = [line for line in row if re.search(r"\d{6}", line.text)]
    least = min((line.least for line in digits), default=0.0)
    return Field(number, round(min(sureness(digits), least / limits.digit_sure_min, 1.0), 3))


def _judged(fields: dict[str, Field], today: date, limits: Thresholds) -> Paper:
    """Whether number, birth and sex say the same."""
    doubts: list[str] = []
    try:
        number = idnumber.parse(fields["number"].value, today=today)
    except idnumber.BadIdNumber:
        return Paper("id_front", fields, doubts=("number_doubt",))
    if fields["birth"].value != number.birth.isoformat():
        doubts.append("birth_differs" if fields["birth"].value else "number_doubt")
    if fields["sex"].value != ("男" if number.sex == "male" else "女"):
        doubts.append("sex_differs" if fields["sex"].value else "number_doubt")
    needed = (fields["number"], fields["birth"], fields["sex"])
    if any(one.confidence < limits.text_sure_min for one in needed):
        doubts.append("number_doubt")
    sure = not doubts
    if not _same_province(number.region, fields["address"].value):
        doubts.append("region_differs")
    age = number.age_on(today)
    if sure and age < limits.holder_age_min:
        doubts.append("under_age")
    if any(one.confidence < limits.text_sure_min for one in fields.values()):
        doubts.append("unsure")
    return Paper("id_front", fields, sure=sure, doubts=tuple(dict.fromkeys(doubts)),
                 age=age if sure else None)  # fmt: skip


def _same_province(region: str, address: str) -> bool:
    """Whether the address names the province of the number; an unknown one differs from none."""
    named = next((code for name, code in PROVINCES.items() if address.startswith(name)), None)
    return named is None or region[:2] == str(named)
