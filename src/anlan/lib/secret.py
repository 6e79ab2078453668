"""The installation's own signing key, made at first start and kept in a file of mode 600."""

import os
import secrets
from pathlib import Path


def load_secret(path: Path) -> str:
    """Read the key, writing a fresh one when there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process made it a moment ago
            return path.read_text("ascii")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text("ascii")
