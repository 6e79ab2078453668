"""Time stamps for checkpoints, from an authority outside (RFC 3161)."""

import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from anlan.foundation.ledger import checkpoints
from anlan.foundation.ledger.models import TimeStamp
from anlan.proofs import checkpoint as notes
from anlan.proofs import stamps

TIMEOUT_SECONDS = 15
QUERY = "application/timestamp-query"


class NoStamp(Exception):
    """The authority gave none, or a false one; the next run asks again."""


def stamp_checkpoints(at: datetime) -> int:
    """Have the round's checkpoint stamped, once; it covers every entry before it.

    Off while `ANLAN_TSA_URL` is empty. Fails aloud into the job's lease and is tried again; nothing
    else waits for it.
    """
    if not settings.ANLAN_TSA_URL:
        return 0
    checkpoint = checkpoints.of_the_round(at)
    if checkpoint is None or checkpoint.stamps.exists():
        return 0
    body = notes.parse(checkpoint.note).body.encode()
    token, stamped = stamp(body, _sender(settings.ANLAN_TSA_URL))
    TimeStamp.objects.create(
        checkpoint=checkpoint,
        authority=stamped.authority,
        token=token,
        at=stamped.at,
        received_at=at,
    )
    return 1


def stamp(body: bytes, send: Callable[[bytes], bytes]) -> tuple[bytes, stamps.Stamped]:
    """A token over the text, checked; against the authority's root where one is configured."""
    request = stamps.request(body)
    token = send(request.as_bytes())
    try:
        stamps.require_answer(token, request)
        if settings.ANLAN_TSA_CERTS:
            roots = stamps.authorities_at(Path(settings.ANLAN_TSA_CERTS))
            return token, stamps.verify(token, body, roots)
        return token, stamps.claimed(token)
    except (stamps.BadStamp, OSError, ValueError) as failure:
        raise NoStamp(f"时间戳不能用：{failure}") from failure


def _sender(url: str) -> Callable[[bytes], bytes]:
    def send(query: bytes) -> bytes:
        request = urllib.request.Request(url, query, {"Content-Type": QUERY})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return bytes(answer.read(stamps.LONGEST_TOKEN + 1))
        except (urllib.error.URLError, OSError, ValueError) as failure:
            raise NoStamp(f"连不上时间戳机构 {url}：{failure}") from failure

    return send
