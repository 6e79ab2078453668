"""Remembering answers, so that a request that comes twice is done once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from anlan.foundation.intake.endpoints import Endpoint, Item, Writer
from anlan.foundation.intake.models import Answered
from anlan.lib.refusals import Refused

KEPT = timedelta(days=7)  # longer than a phone retries
FORGOTTEN_AT_ONCE = 5000
_encode = msgspec.json.Encoder().encode


def remembering(endpoint: Endpoint) -> Writer:
    """The endpoint's writer, answering a known key with what was answered first.

    The answer is kept in the transaction of the deed itself: neither is there without the other.
    A refusal is not kept; asked again, it is judged again.
    """
    decode = msgspec.json.Decoder(endpoint.answers).decode

    def write(items: Sequence[Item[Any]]) -> list[Struct | Refused]:
        keys = {item.key for item in items if item.key}
        rows = Answered.objects.filter(key__in=keys).values_list("key", "body")
        known: dict[bytes, Struct | Refused] = {bytes(k): decode(bytes(body)) for k, body in rows}
        fresh = _first_of_each(item for item in items if item.key not in known)
        answers = endpoint.write(fresh) if fresh else []
        done = list(zip(fresh, answers, strict=True))
        _keep(done)
        for item, answer in done:
            if item.key:
                known[item.key] = answer
        unnamed = iter([answer for item, answer in done if not item.key])
        return [known[item.key] if item.key else next(unnamed) for item in items]

    return write


def _first_of_each(items: Any) -> list[Item[Any]]:
    seen: set[bytes] = set()
    kept = []
    for item in items:
        if item.key and item.key in seen:
            continue
        seen.add(item.key)
        kept.append(item)
    return kept


def _keep(done: Sequence[tuple[Item[Any], Struct | Refused]]) -> None:
    Answered.objects.bulk_create(
        Answered(key=item.key, body=_encode(answer), at=item.at)
        for item, answer in done
        if item.key and not isinstance(answer, Refused)
    )


def forget_answers(at: datetime) -> int:
    """Job: nobody asks again after a week."""
    old = Answered.objects.filter(at__lt=at - KEPT).order_by("at")
    batch = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return Answered.objects.filter(pk__in=batch).delete()[0]
