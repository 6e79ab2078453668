"""The installation's own signing key, made at first start and kept in a file of mode 600."""

import secrets
from pathlib import Path

from anlan.lib.write_once import write_once


def load_secret(path: Path) -> str:
    """Read the key, writing a fresh one when there is none yet."""
    if not path.exists():
        write_once(path, secrets.token_urlsafe(50))
    return path.read_text("ascii")
