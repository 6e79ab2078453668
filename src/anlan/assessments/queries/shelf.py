"""Items as the hot paths need them, read once per process: kinds, keys, and ready JSON of the text.

The shelf asks for the banks' stamp before it hands anything out: new items and retired ones are
seen with the next batch. Who changes an item in place calls `services.touch_bank`; who
forgets is found out after `STALE_SECONDS`.
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection

from anlan.assessments.models import Bank, Item
from anlan.assessments.papers import Candidate
from anlan.assessments.queries.banks import draw_pool
from anlan.organizations.models import Organization

STALE_SECONDS = 30.0
LOOK_SECONDS = 1.0
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Shelved:
    """One item. `head` is its JSON without the options: `"kind":"single","stem":"…"`."""

    kind: str
    answer: tuple[int, ...]
    head: bytes
    options: tuple[bytes, ...]


class Shelf:
    """What one process knows of the banks of one database."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self._items: dict[int, Shelved] = {}
        self._pools: dict[tuple[str, int | None], list[Candidate]] = {}
        self._stamp: object = None
        self._looked_at = self._filled_at = float("-inf")

    def items(self, ids: Iterable[int]) -> Mapping[int, Shelved]:
        """The items of these ids; one query for those not yet known."""
        with self._door:
            self._look(LOOK_SECONDS)
            missing = set(ids) - self._items.keys()
            if missing:
                self._items |= _read(missing)
            return self._items

    def look(self) -> None:
        """Before papers are graded: by the keys as they are now, not as they were a second ago."""
        with self._door:
            self._look(0)

    def pool(self, industry: str, owner: Organization | None) -> Sequence[Candidate]:
        """What a paper may be drawn from, as the banks are now."""
        key = (industry, owner.pk if owner else None)
        with self._door:
            self._look(0)
            if key not in self._pools:
                self._pools[key] = draw_pool(industry, owner)
            return self._pools[key]

    def _look(self, every: float) -> None:
        """Start anew when the banks have changed."""
        at = time.monotonic()
        if at - self._looked_at < every:
            return
        stamp = _stamp()
        if stamp != self._stamp or at - self._filled_at > STALE_SECONDS:
            self.clear()
            self._stamp, self._filled_at = stamp, at
        self._looked_at = at


def _stamp() -> object:
    """Changes whenever items are added or a bank was touched; two look-ups by index."""
    quote = connection.ops.quote_name
    bank, item = quote(Bank._meta.db_table), quote(Item._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT MAX(id) FROM {item}), COUNT(*), SUM(revision) FROM {bank}")
        return connection.settings_dict["NAME"], cursor.fetchone()


def _read(ids: Iterable[int]) -> dict[int, Shelved]:
    rows = Item.objects.filter(pk__in=ids)
    found = rows.values_list("pk", "kind", "stem", "options", "answer", "image")
    return {pk: _shelved(*fields) for pk, *fields in found}


def _shelved(
    kind: str, stem: str, options: Sequence[Any], answer: Sequence[int], image: int | None
) -> Shelved:
    head = b'"kind":' + _encode(kind) + b',"stem":' + _encode(stem)
    if image:
        head += b',"image":true'
    return Shelved(kind, tuple(answer), head, tuple(_encode(option) for option in options))


shelf = Shelf()
forget_shelf = shelf.clear


def paper_json(questions: Sequence[Mapping[str, Any]]) -> bytes:
    """A paper as a phone shows it: `[{"kind", "stem", "image", "options"}]`, no answers."""
    items = shelf.items(question["item"] for question in questions)
    return b"[" + b",".join(_question(items[q["item"]], q["order"]) for q in questions) + b"]"


def _question(item: Shelved, order: Sequence[int]) -> bytes:
    shown = b",".join(item.options[place] for place in order)
    return b"{" + item.head + b',"options":[' + shown + b"]}"
