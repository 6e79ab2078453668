"""DER (X.690), as much as a signature needs: strict, so that one meaning has one spelling."""

from collections.abc import Sequence
from dataclasses import dataclass

BOOLEAN, INTEGER, OCTETS, NULL, OID = 0x01, 0x02, 0x04, 0x05, 0x06
SEQUENCE, SET = 0x30, 0x31
LONGEST_LENGTH = 4  # octets of a length: no value here comes near 4 GB


class BadDer(ValueError):
    """Not DER, or more than one way to read it."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its identifier octet, its content, and the octets it stood as."""

    tag: int
    body: bytes
    raw: bytes

    def parts(self) -> list["Value"]:
        """The values inside a constructed one."""
        found, rest = [], self.body
        while rest:
            first, rest = _first(rest)
            found.append(first)
        return found

    def expect(self, *tags: int) -> list["Value"]:
        """The values inside, which must be exactly these kinds in this order."""
        inside = self.parts()
        if [part.tag for part in inside] != list(tags):
            raise BadDer(f"expected {tags}, found {[part.tag for part in inside]}")
        return inside


def read(data: bytes) -> tuple[Value, bytes]:
    """The first value and what follows it. Raises `BadDer`."""
    return _first(data)


def whole(data: bytes) -> Value:
    """The one value that these octets are. Raises `BadDer`."""
    value, rest = _first(data)
    if rest:
        raise BadDer("octets after the end")
    return value


def write(tag: int, *bodies: bytes) -> bytes:
    """A value of this kind around these octets."""
    body = b"".join(bodies)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def write_set(values: Sequence[bytes]) -> bytes:
    """A SET OF in DER's order."""
    return write(SET, *sorted(values))


def integer(number: int) -> bytes:
    """A non-negative INTEGER."""
    return write(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, from its dotted figures."""
    first, second, *rest = (int(figure) for figure in dotted.split("."))
    return write(OID, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))


def _first(data: bytes) -> tuple[Value, bytes]:
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise BadDer("cut short, or a tag of several octets")
    size, at = data[1], 2
    if size >= 0x80:
        count = size & 0x7F
        at += count
        size = int.from_bytes(data[2:at], "big")
        if not 0 < count <= LONGEST_LENGTH or len(data) < at or size < 0x80 or data[2] == 0:
            raise BadDer("a length without end, or longer than needed")
    end = at + size
    if len(data) < end:
        raise BadDer("cut short")
    return Value(data[0], data[at:end], data[:end]), data[end:]
