"""A network's file, edited without a library: the format is protobuf, and one list is too long.

SFace names all its weights as inputs as well (older exporters did), and a runtime then asks to be
given them with every frame. Dropping the names mends it; the hash is compared before.
"""

from collections.abc import Iterator

GRAPH, INPUT, NAME = 7, 11, 1  # of ModelProto, of GraphProto, of ValueInfoProto (onnx.proto3)
LENGTH_GIVEN = 2


def without_inputs(model: bytes, *, keep: str) -> bytes:
    """The model with one input left."""
    parts = []
    for number, whole, content in _fields(model):
        if number == GRAPH:
            graph = b"".join(
                piece for kind, piece, inner in _fields(content)
                if kind != INPUT or _name(inner) == keep
            )  # fmt: skip
            parts.append(_tagged(GRAPH, graph))
        else:
            parts.append(whole)
    return b"".join(parts)


def _name(value: bytes) -> str:
    return next((text.decode() for number, _, text in _fields(value) if number == NAME), "")


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, the field as it stands, and its content where it has a length."""
    at = 0
    while at < len(message):
        start = at
        tag, at = _varint(message, at)
        content = b""
        if tag & 7 == LENGTH_GIVEN:
            length, at = _varint(message, at)
            content = message[at : at + length]
            at += length
        elif tag & 7 == 0:
            _, at = _varint(message, at)
        else:
            at += {1: 8, 5: 4}[tag & 7]
        yield tag >> 3, message[start:at], content


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _tagged(number: int, content: bytes) -> bytes:
    return _written(number << 3 | LENGTH_GIVEN) + _written(len(content)) + content


def _written(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
