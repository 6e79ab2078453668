"""Mobile numbers of the Chinese mainland.

Only the shape is checked (eleven digits, 13 to 19 in front): new number segments are issued every
year, and a list of today's would refuse tomorrow's. Synthetic numbers use segment 154, which is
assigned to no operator, so no demonstration ever rings at somebody's desk.
"""

from __future__ import annotations

import re

from anlan.lib.cell_text import compact, is_digits, is_scientific

SYNTHETIC_SEGMENT = "154"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class BadPhone(ValueError):
    """Not a mainland mobile number; the message says why, in Chinese."""


def parse(text: str) -> str:
    """Eleven digits, whatever blanks, hyphens or +86 were typed. Raises :class:`BadPhone`."""
    number = normalise(text)
    if not number:
        raise BadPhone("手机号为空")
    if _MOBILE.fullmatch(number):
        return number
    raise BadPhone(_reason(number))


def normalise(text: str) -> str:
    """Without separators and without the country code; not yet checked."""
    number = compact(text).translate({ord("("): None, ord(")"): None})
    return re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", number)


def synthetic(seed: int) -> str:
    """A number for demonstration, one for each seed below 100,000,000."""
    if not 0 <= seed <= 99_999_999:
        raise ValueError("seed runs from 0 to 99,999,999")
    return f"{SYNTHETIC_SEGMENT}{seed:08d}"


def is_synthetic(number: str) -> bool:
    """True for numbers that :func:`synthetic` made; an SMS adapter must never dial them."""
    return number.startswith(SYNTHETIC_SEGMENT)


def _reason(number: str) -> str:
    if is_scientific(number):
        return "手机号被表格软件改成了科学计数法，请把该列设为“文本”格式后重新填写"
    if not is_digits(number):
        return "手机号只能是数字，一格只填一个号码"
    if number.startswith("0"):
        return "这像是座机号码，请填写 11 位手机号"
    if len(number) != 11:
        return f"手机号应为 11 位，现在是 {len(number)} 位"
    return f"手机号不应以 {number[:2]} 开头，请核对"
