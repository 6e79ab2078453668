"""Files that are made at the very first start and never written again."""

import os
import secrets
from pathlib import Path


def write_once(path: Path, text: str) -> None:
    """Put `text` at `path` (mode 600) whole or not at all; if it already stands, leave it.

    Web server and worker start together: the text is written beside its place and linked into
    it, so that nobody reads half a file and the slower of two takes what the faster one made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:  # another process was a moment faster
        return
    finally:
        draft.unlink()
