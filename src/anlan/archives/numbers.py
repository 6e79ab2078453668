"""Certificate numbers: AL2026-000123-7, the last figure checks the ten before it.

The check figure is that of GB/T 17710-2008 (ISO 7064) MOD 11,10: it finds every single wrong
figure and nearly every swap of neighbours, so a number typed wrong is told apart from one that
was never issued.
"""

import re
import unicodedata
from collections.abc import Iterable

_BEGUN = re.compile(r"(?:AL(\d{4})-?|(\d{4})-)(\d{0,6})-?(\d?)")
_SERIAL = re.compile(r"(\d{1,6})(-\d)?")
_WRITTEN = re.compile(r"AL(\d{4})-?(\d{6})-?(\d)")


def write(year: int, serial: int) -> str:
    """The number of the `serial`-th certificate of a year."""
    figures = f"{year:04d}{serial:06d}"
    return f"AL{year:04d}-{serial:06d}-{check_figure(figures)}"


def parse(text: str) -> str:
    """The number as it is printed, from what somebody typed; ValueError with a Chinese reason."""
    typed = "".join(unicodedata.normalize("NFKC", text).upper().split())
    typed = re.sub(r"[\u2010-\u2015_.]", "-", typed)
    match = _WRITTEN.fullmatch(typed)
    if match is None:
        raise ValueError("编号的格式不对，应像 AL2026-000123-7 这样")
    year, serial, check = match.groups()
    if check_figure(year + serial) != check:
        raise ValueError("编号的校验位不符，请逐位核对")
    return f"AL{year}-{serial}-{check}"


def check_figure(figures: str) -> str:
    """GB/T 17710 MOD 11,10 over decimal figures."""
    product = 10
    for figure in figures:
        total = (int(figure) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def beginnings(typed: str, years: Iterable[int]) -> list[str]:
    """What a searcher's number may begin with, as numbers are stored; [] if it is no number.

    "AL2026-0001" and "2026-0001" begin one; "123" and "000123" are a serial of any of the years.
    """
    text = "".join(unicodedata.normalize("NFKC", typed).upper().split())
    text = re.sub(r"[\u2010-\u2015_.]", "-", text)
    if match := _BEGUN.fullmatch(text):
        written, spoken, serial, check = match.groups()
        year = written or spoken
        return [f"AL{year}-{serial}" + (f"-{check}" if check else "")]
    if match := _SERIAL.fullmatch(text):
        serial, check = match.groups()
        return [f"AL{year:04d}-{serial:0>6}{check or ''}" for year in years]
    return []
