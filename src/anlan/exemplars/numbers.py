"""Numbers of namings: SF2026-0007-3, the last figure checks those before it (GB/T 17710)."""

import re
import unicodedata

from anlan.archives.numbers import check_figure

_WRITTEN = re.compile(r"SF(\d{4})-?(\d{4})-?(\d)")


def write(year: int, serial: int) -> str:
    """The number of the `serial`-th naming of a year."""
    return f"SF{year:04d}-{serial:04d}-{check_figure(f'{year:04d}{serial:04d}')}"


def parse(text: str) -> str:
    """The number as it is printed; ValueError with a Chinese reason."""
    typed = "".join(unicodedata.normalize("NFKC", text).upper().split())
    match = _WRITTEN.fullmatch(typed)
    if match is None:
        raise ValueError("编号的格式不对，应像 SF2026-0007-3 这样")
    year, serial, check = match.groups()
    if check_figure(year + serial) != check:
        raise ValueError("编号的校验位不符，请逐位核对")
    return f"SF{year}-{serial}-{check}"
