"""Passes: who is asking, told by a signed text alone, without session or database.

A pass is `base64url(body).base64url(mac)`; the body packs version, user, issue, expiry, device and
a mark of the session that it was given to (version 1 had none), the MAC is HMAC-SHA256 cut to 16
bytes under a key derived from the installation's secret. It is carried in a cookie that scripts
can't read, or as `Authorization: Bearer`.
"""

import base64
import binascii
import hmac
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

from anlan.foundation.accounts.models import User
from anlan.lib.refusals import Refused

COOKIE = "anlan_pass"
LIFE = timedelta(days=90)
_BODY = struct.Struct(">BQ16sII16s8s")
_FIRST_BODY = struct.Struct(">BQ16sII16s")
_VERSION = 2
_MARK_BYTES = 8
_MAC_BYTES = 16


class NoPass(Refused):
    """No pass, a forged one, or one that has ended."""

    status = 401

    def __init__(self) -> None:
        super().__init__("登录已失效。", "请重新登录；已填写的内容保存在本机，登录后会自动提交。")


@dataclass(frozen=True, slots=True)
class Pass:
    """Who asks. `device` is the 32 hex characters of the device cookie, or empty.

    `session` is the `mark` of the browser session that the pass goes with, or empty.
    """

    user: int
    uid: uuid.UUID
    issued_at: datetime
    expires_at: datetime
    device: str
    session: str = ""

    @property
    def actor(self) -> User:
        """The user as a ledger line needs it; not read from the database."""
        return User(pk=self.user, uid=self.uid)


def mark(session_key: str | None) -> str:
    """What stands for a session in passes: 16 hex characters that don't lead back to its key."""
    return sha256(session_key.encode()).hexdigest()[: 2 * _MARK_BYTES] if session_key else ""


def issue(
    user: User, *, at: datetime, device: str = "", session: str = "", life: timedelta = LIFE
) -> str:
    """A pass for a logged-in user; `session` is the `mark` of the browser's session."""
    body = _BODY.pack(
        _VERSION,
        user.pk,
        user.uid.bytes,
        int(at.timestamp()),
        int((at + life).timestamp()),
        _device_bytes(device),
        bytes.fromhex(session) if session else bytes(_MARK_BYTES),
    )
    return f"{_text(body)}.{_text(_mac(body))}"


def read(text: str, *, at: datetime) -> Pass:
    """The pass that a text is; raises `NoPass` when it is none, or is over."""
    try:
        head, tail = text.split(".")
        body, mac = _bytes(head), _bytes(tail)
        version, user, uid, issued, expires, device, session = _unpack(body)
    except (ValueError, binascii.Error, struct.error):
        raise NoPass from None
    good = hmac.compare_digest(mac, _mac(body))
    if not good or version > _VERSION or expires <= at.timestamp():
        raise NoPass
    return Pass(
        user,
        uuid.UUID(bytes=uid),
        datetime.fromtimestamp(issued, UTC),
        datetime.fromtimestamp(expires, UTC),
        device.hex() if any(device) else "",
        session.hex() if any(session) else "",
    )


def _unpack(body: bytes) -> tuple[int, int, bytes, int, int, bytes, bytes]:
    if body[:1] == b"\x01":
        return (*_FIRST_BODY.unpack(body), bytes(_MARK_BYTES))
    version, user, uid, issued, expires, device, session = _BODY.unpack(body)
    return version, user, uid, issued, expires, device, session


def _device_bytes(device: str) -> bytes:
    """Anything but the 32 hex characters that this platform gives out counts as unknown."""
    try:
        raw = bytes.fromhex(device)
    except ValueError:
        raw = b""
    return raw if len(raw) == 16 else bytes(16)


def _mac(body: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), body, "sha256")[:_MAC_BYTES]


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return sha256(b"anlan.intake.pass\0" + secret.encode()).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
