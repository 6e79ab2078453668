"""Papers for phones before the exam: drawn, encrypted, and unreadable until the sitting starts.

Each sitting has a key of its own, derived from the installation's secret, the sitting and the
paper's digest. The phone gets it in the answer to `start` and not before; nothing about it is
stored. AES-256-GCM, `nonce || box`, bound to the sitting's uid.
"""

import hmac
import os
import zlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.queries.sealing import seal_terms
from anlan.assessments.queries.shelf import paper_json
from anlan.assessments.services.hands import Hand, refusal_to_start
from anlan.assessments.services.starting import prepare_locked
from anlan.lib.dates import moment_text
from anlan.lib.refusals import NotAllowed, Refused

NONCE_BYTES = 12


def paper_key(sitting: Sitting) -> bytes:
    """The 32 bytes that open the sitting's sealed paper."""
    words = sitting.uid.bytes + sitting.paper.encode()
    return hmac.digest(_secret(settings.SECRET_KEY), words, "sha256")


def seal_locked(hands: Sequence[Hand], *, packed: Sequence[bool]) -> list[bytes | Refused]:
    """Each hand's own paper, sealed; `packed` ones are deflated (zlib) before."""
    refusals = [_refusal_to_seal(hand.sitting, hand.at) for hand in hands]
    prepare_locked(hand.sitting for hand, no in zip(hands, refusals, strict=True) if no is None)
    return [
        refused or _sealed(hand.sitting, packed=small)
        for hand, refused, small in zip(hands, refusals, packed, strict=True)
    ]


def _refusal_to_seal(sitting: Sitting, at: datetime) -> Refused | None:
    if sitting.status == SittingStatus.STARTED:
        return None
    if sitting.status != SittingStatus.READY or at >= sitting.closes_at:
        return refusal_to_start(sitting, at)
    since = seal_terms(sitting, at).since
    if at < since:
        return NotAllowed(f"试卷 {moment_text(since)} 起可以预先下载。", "到时手机会自动下载。")
    return None


def _sealed(sitting: Sitting, *, packed: bool) -> bytes:
    paper = paper_json(sitting.questions)
    nonce = os.urandom(NONCE_BYTES)
    plain = _deflated(paper) if packed else paper
    return nonce + AESGCM(paper_key(sitting)).encrypt(nonce, plain, str(sitting.uid).encode())


def _deflated(paper: bytes) -> bytes:
    """What `DecompressionStream("deflate")` reads."""
    return zlib.compress(paper, 6)


@lru_cache(maxsize=4)
def _secret(text: str) -> bytes:
    return sha256(b"anlan.assessments.paper\0" + text.encode()).digest()
