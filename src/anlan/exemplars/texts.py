"""How a value is said: 95.2 %, 128 天, 缺数据; its parts; its note."""

from decimal import Decimal

from anlan.exemplars.queries.indicators import NO_DATA, Value
from anlan.foundation.ui.formats import percent, thousands

UNVERIFIED = "未核实"


def value_text(value: Value) -> str:
    """The figure alone."""
    if value.numerator is None:
        return NO_DATA
    if value.denominator is None:
        return f"{_whole(value.numerator)} {value.definition.unit}"
    return percent(value.share)


def parts_text(value: Value) -> str:
    """40 / 42 人; empty where there are no parts."""
    if value.numerator is None or value.denominator is None:
        return ""
    counts = value.definition.counts
    return f"{_whole(value.numerator)} / {_whole(value.denominator)} {counts}"


def plain_note(value: Value) -> str:
    """Parts and what is special, where a badge says that nobody has verified it."""
    return "；".join(one for one in (parts_text(value), value.note) if one)


def note_text(value: Value) -> str:
    """The same, and in words that nobody has verified it."""
    said = [plain_note(value)]
    if value.known and not value.verified and "未核实" not in value.note:
        said.append(UNVERIFIED)
    return "；".join(one for one in said if one)


def _whole(number: Decimal) -> str:
    exact = number.quantize(Decimal(1)) if number == number.to_integral() else number
    return thousands(int(exact) if exact == exact.to_integral() else exact)
