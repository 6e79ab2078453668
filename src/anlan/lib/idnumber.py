"""Resident ID numbers as GB 11643-1999 defines them (公民身份号码).

Eighteen characters: region (6), birth (8), sequence (3, odd for men), check character by
ISO 7064 MOD 11-2. The check finds every single wrong digit and almost every swap of neighbours.

Limits, on purpose: of the region only the province is checked. County codes come and go, a number
never changes, and a list of current codes rejects many valid people (python-stdnum's ``cn.ric``).
A well-formed number is not proof that such a person exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from anlan.lib.cell_text import compact, is_digits, is_scientific

Sex = Literal["male", "female"]

# 199 is no county of Jinan and never was one, so no number built on it belongs to anybody.
SYNTHETIC_REGION = "370199"

# GB/T 2260 provinces; 81-83 stand in residence permits for people from Hong Kong, Macao, Taiwan.
_PROVINCES = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_EARLIEST_YEAR = 1900


class BadIdNumber(ValueError):
    """Not a resident ID number; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that passed every check, and what it says about its holder."""

    number: str
    region: str
    birth: date
    sex: Sex

    def age_on(self, day: date) -> int:
        """Full years (周岁): the birthday itself counts."""
        had_birthday = (day.month, day.day) >= (self.birth.month, self.birth.day)
        return day.year - self.birth.year - (0 if had_birthday else 1)


def parse(text: str, *, today: date | None = None) -> IdNumber:
    """Read a number as people type it: spaces, full-width digits and a small x are accepted.

    ``today``, when given, refuses a birth in the future. Raises :class:`BadIdNumber`.
    """
    number = compact(text)
    _require_shape(number)
    birth = _birth(number[6:14], today)
    expected = check_digit(number[:17])
    if number[17] != expected:
        raise BadIdNumber("身份证号校验位不符，请逐位核对，尤其是末位")
    sex: Sex = "male" if int(number[16]) % 2 else "female"
    return IdNumber(number=number, region=number[:6], birth=birth, sex=sex)


def check_digit(first17: str) -> str:
    """The check character of seventeen digits, ``0`` to ``9`` or ``X``."""
    if not is_digits(first17) or len(first17) != 17:
        raise BadIdNumber("计算校验位需要 17 位数字")
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def synthetic(region: str, birth: date, sequence: int) -> str:
    """A well-formed number for demonstration and tests; odd sequences (1-999) are men.

    Use :data:`SYNTHETIC_REGION` unless the region itself is what is shown.
    """
    if not 0 <= sequence <= 999:
        raise ValueError("sequence runs from 0 to 999")
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)


def _require_shape(number: str) -> None:
    if not number:
        raise BadIdNumber("身份证号为空")
    if is_scientific(number):
        raise BadIdNumber(
            "身份证号被表格软件改成了科学计数法，末几位已丢失，请把该列设为“文本”格式后重新填写"
        )
    if len(number) == 15 and is_digits(number):
        raise BadIdNumber("这是 15 位旧身份证号，2013 年起已停用，请填写二代证上的 18 位号码")
    if len(number) != 18:
        raise BadIdNumber(f"身份证号应为 18 位，现在是 {len(number)} 位")
    for place, character in enumerate(number, start=1):
        if not is_digits(character) and not (place == 18 and character == "X"):
            raise BadIdNumber(f"身份证号第 {place} 位是“{character}”，应为数字（仅末位可为 X）")
    # Permanent residents from abroad (2023 card): a leading 9, then the province.
    province = number[1:3] if number[0] == "9" else number[:2]
    if province not in _PROVINCES:
        raise BadIdNumber(f"身份证号开头 {number[:2]} 不是省级行政区划代码，请核对前两位")


def _birth(digits: str, today: date | None) -> date:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    written = f"{digits[:4]}年{digits[4:6]}月{digits[6:]}日"
    try:
        birth = date(year, month, day)
    except ValueError:
        raise BadIdNumber(f"身份证号中的出生日期不存在：{written}") from None
    if year < _EARLIEST_YEAR:
        raise BadIdNumber(f"身份证号中的出生日期过早：{written}")
    if today is not None and birth > today:
        raise BadIdNumber(f"身份证号中的出生日期晚于今天：{written}")
    return birth
