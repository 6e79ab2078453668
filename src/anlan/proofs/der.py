"""As much of DER as a time stamp's wrapping needs."""

from typing import NamedTuple

SEQUENCE = 0x30
FIRST = 0xA0  # context-specific [0], constructed


class Element(NamedTuple):
    """Where an element lies: from `start` its tag, from `inside` to `end` its content."""

    tag: int
    start: int
    inside: int
    end: int


def element(der: bytes, start: int) -> Element:
    """Raises `ValueError` for what is cut short or of no definite length."""
    try:
        tag, length = der[start], der[start + 1]
    except IndexError:
        raise ValueError("cut short") from None
    inside = start + 2
    if length & 0x80:
        octets = length & 0x7F
        length = int.from_bytes(der[inside : inside + octets], "big")
        inside += octets
    if not inside <= inside + length <= len(der):
        raise ValueError("cut short")
    return Element(tag, start, inside, inside + length)


def children(der: bytes, parent: Element) -> list[Element]:
    found, start = [], parent.inside
    while start < parent.end:
        found.append(element(der, start))
        start = found[-1].end
    return found


def sequence(content: bytes) -> bytes:
    """A SEQUENCE around what is encoded already."""
    if len(content) < 0x80:
        return bytes([SEQUENCE, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([SEQUENCE, 0x80 | len(length)]) + length + content


def sorted_inside(der: bytes, parent: Element) -> bytes:
    """The same bytes, with the parent's children in the order that DER asks of a SET OF."""
    parts = sorted(der[child.start : child.end] for child in children(der, parent))
    return der[: parent.inside] + b"".join(parts) + der[parent.end :]
