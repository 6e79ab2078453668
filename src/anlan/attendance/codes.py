"""The rotating sign-in code: what the teacher's screen shows, what a learner's phone sends back.

A code is HMAC-SHA256 under the register's own secret over the register's uid and the number of the
present window (`qr_seconds` long), so a code opens its own register only, and a forwarded
photograph is worth at most two windows. Pure: no database, no clock.
"""

import base64
import hmac
import io
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import segno

from anlan.attendance.models import Register
from anlan.lib.refusals import Refused

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOKEN_BYTES = 12  # 16 url-safe characters
DIGITS = 6
NO_TIME = timedelta()


class CodeChanged(Refused):
    """Not the code of this register, or no longer."""


@dataclass(frozen=True)
class Code:
    """One window's code. `valid_until` is when the screen shows the next one."""

    token: str
    digits: str
    valid_until: datetime


def code_at(register: Register, at: datetime) -> Code:
    """What the screen of this register shows at a moment."""
    number = window(register, at)
    length = timedelta(seconds=register.qr_seconds)
    token, digits = _code(register, number)
    return Code(token, digits, EPOCH + (number + 1) * length)


@dataclass(frozen=True, slots=True)
class Shown:
    """When a code left the screen, and how many seconds ago that was; 0 while it is on it."""

    until: datetime
    age: int


def check_code(register: Register, code: str, *, at: datetime) -> None:
    """Accept the token or the six digits of the present window or the one before.

    Six digits can be guessed: the caller limits how often one person may try. Raises `CodeChanged`.
    """
    read_code(register, code, at=at)


def read_code(
    register: Register, code: str, *, at: datetime, patience: timedelta = NO_TIME
) -> Shown:
    """When this code was on the screen: the window itself says it, no phone's clock is asked.

    A token (not the digits, which can be guessed) is known for `patience` after it left the screen:
    a phone may have kept its scan while it had no network. Raises `CodeChanged`.
    """
    typed = "".join(code.split()).encode()
    length = timedelta(seconds=register.qr_seconds)
    present = window(register, at)
    back = 1 if len(typed) <= DIGITS else max(1, patience // length + 1)
    for number in range(present, present - back - 1, -1):
        if _is_code(typed, register, number):
            until = EPOCH + (number + 1) * length
            return Shown(until, max(0, int((at - until).total_seconds())))
    raise CodeChanged(
        "签到码已更换，或者不是这一场的签到码。", "请对准屏幕上的最新二维码重新扫码。"
    )


def window(register: Register, at: datetime) -> int:
    """The number of the window that a moment falls in, counted from 1970 UTC."""
    return (at - EPOCH) // timedelta(seconds=register.qr_seconds)


def qr_svg(url: str) -> str:
    """A QR code for a screen: white ground, quiet zone, scaled by CSS; read across a room."""
    buffer = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        buffer, kind="svg", border=4, light="#fff", xmldecl=False, omitsize=True, title="签到二维码"
    )
    return buffer.getvalue().decode()


def _is_code(typed: bytes, register: Register, number: int) -> bool:
    return any(hmac.compare_digest(typed, good.encode()) for good in _code(register, number))


def _code(register: Register, number: int) -> tuple[str, str]:
    return _made(register.uid, register.secret, number)


@lru_cache(maxsize=4096)
def _made(uid: uuid.UUID, secret: str, number: int) -> tuple[str, str]:
    said = f"{uid}\0{number}".encode()
    mac = hmac.digest(secret.encode(), said, "sha256")
    token = base64.urlsafe_b64encode(mac[:TOKEN_BYTES]).decode()
    digits = int.from_bytes(mac[TOKEN_BYTES : TOKEN_BYTES + 8], "big") % 10**DIGITS
    return token, f"{digits:0{DIGITS}d}"
