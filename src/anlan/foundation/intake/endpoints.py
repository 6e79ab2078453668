"""What a room hands in: a named endpoint, the shape of what it takes, and its writer.

    def save(items: Sequence[Item[Saved]]) -> list[Struct | Refused]: ...

    ENDPOINTS = [Endpoint("exams/save", Saved, Kept, save, "保存答案")]

The writer gets the requests of many people at once, inside one transaction, and answers each in
order. It refuses one of them by *returning* a `Refused` for it before it has written anything of
that one; if it *raises*, everything is undone and each request is tried again alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string
from msgspec import Struct

from anlan.foundation.intake.passes import Pass
from anlan.lib.refusals import Refused

Asked = TypeVar("Asked", bound=Struct)
Writer = Callable[[Sequence["Item[Any]"]], Sequence["Struct | Refused"]]


@dataclass(frozen=True, slots=True)
class Item(Generic[Asked]):
    """One request: who asks, what, when by the server's clock, and from which address.

    `key` is a digest of the caller's idempotency key, empty when none was sent.
    """

    who: Pass
    asked: Asked
    at: datetime
    address: str = ""
    key: bytes = b""


@dataclass(frozen=True)
class Endpoint:
    """`path` stands under `/in/`. With `remembers`, a repeat of a request that carries the same
    `Idempotency-Key` gets the first answer again; without it the writer itself must not mind.

    `most_bytes` bounds the body. `linger_ms` is for a dear writer: the first of a group waits so
    long for others to come along, unless enough are there already.
    """

    path: str
    asks: type[Struct]
    answers: type[Struct]
    write: Writer
    title: str
    remembers: bool = False
    linger_ms: int = 0
    most_bytes: int = 64 * 1024


def configured() -> list[Endpoint]:
    """Every endpoint of the lists that `settings.ANLAN_INTAKE` names."""
    return [one for path in settings.ANLAN_INTAKE for one in import_string(path)]
