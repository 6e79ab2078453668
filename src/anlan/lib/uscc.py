"""Unified social credit codes (统一社会信用代码), GB 32100-2015.

Eighteen characters: registering department (1), kind of body (1), region (6), organisation code (9,
GB 11714), check character. I, O, Z, S and V are never used. The check character is python-stdnum's;
its ``validate`` is not used, because it refuses the departments written as letters (N: rural
collectives, which do employ people; A: armed forces; Y: others).
"""

from __future__ import annotations

from stdnum.cn import uscc as standard

from anlan.lib.cell_text import compact, is_digits, is_scientific
from anlan.lib.idnumber import SYNTHETIC_REGION

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DEPARTMENTS = "123456789ANY"
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY_CHECK = "0123456789X"


class BadUscc(ValueError):
    """Not a unified social credit code; the message says why, in Chinese."""


def parse(text: str) -> str:
    """The code in its standard writing. Raises :class:`BadUscc`."""
    code = compact(text)
    _require_shape(code)
    if code[17] != check_character(code[:17]):
        raise BadUscc("统一社会信用代码校验位不符，请对照营业执照逐位核对")
    return code


def check_character(first17: str) -> str:
    """The check character of the first seventeen, which must be of the alphabet."""
    return str(standard.calc_check_digit(first17))


def synthetic(seed: int, *, region: str = SYNTHETIC_REGION, kind: str = "91") -> str:
    """A well-formed code for demonstration, one for each seed below 100,000,000.

    ``kind`` is department and body: 91 enterprise, 12 public institution, 11 state organ,
    52 private non-enterprise body. The default region is assigned to nobody.
    """
    if not 0 <= seed <= 99_999_999:
        raise ValueError("seed runs from 0 to 99,999,999")
    body = f"{seed:08d}"
    first17 = f"{kind}{region}{body}{_body_check(body)}"
    return first17 + check_character(first17)


def _body_check(body: str) -> str:
    """Check character of the organisation code inside (GB 11714-1997)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _BODY_WEIGHTS, strict=True))
    return _BODY_CHECK[(11 - total % 11) % 11]


def _require_shape(code: str) -> None:
    if not code:
        raise BadUscc("统一社会信用代码为空")
    if is_scientific(code):
        raise BadUscc(
            "统一社会信用代码被表格软件改成了科学计数法，请把该列设为“文本”格式后重新填写"
        )
    if len(code) == 15 and is_digits(code):
        raise BadUscc("这是 15 位工商注册号，请填写营业执照上的 18 位统一社会信用代码")
    if len(code) != 18:
        raise BadUscc(f"统一社会信用代码应为 18 位，现在是 {len(code)} 位")
    for place, character in enumerate(code, start=1):
        if character not in _ALPHABET:
            raise BadUscc(
                f"统一社会信用代码第 {place} 位是“{character}”，"
                "只能是数字或大写字母（不用 I、O、Z、S、V）"
            )
    if not is_digits(code[2:8]):
        raise BadUscc("统一社会信用代码第 3 至 8 位应为登记地行政区划代码（数字）")
    if code[0] not in _DEPARTMENTS:
        raise BadUscc("统一社会信用代码首位不对，请对照营业执照核对")
