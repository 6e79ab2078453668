"""How a tablet recognises a person without knowing the ID number: a slow, salted hash.

Typing a number in, or laying the card on the reader, gives the same hash; going the other way would
mean hashing every ID number there is with this package's salt, some milliseconds each.
"""

import hashlib
import secrets
from functools import lru_cache

ROUNDS = 20_000
BYTES = 16
TAIL = 4


def fresh_salt() -> str:
    return secrets.token_hex(16)


def commitment_of(number: str, salt: str) -> str:
    """What stands for an ID number (18 characters, capital X) in one package."""
    return _slow(number, salt)


def tail_of(number: str, salt: str) -> str:
    """For looking up by the last four characters; ten thousand of them are soon tried, so the whole
    package lies encrypted on the tablet."""
    return _slow(number[-TAIL:], salt)


@lru_cache(maxsize=4096)
def _slow(text: str, salt: str) -> str:
    hashed = hashlib.pbkdf2_hmac("sha256", text.encode(), bytes.fromhex(salt), ROUNDS, BYTES)
    return hashed.hex()
