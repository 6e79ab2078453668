"""The built bundles: manifest.json and icons.json of src/anlan/dist."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

DIST = Path(__file__).resolve().parents[2] / "dist"


def read(name: str) -> Any:
    """A JSON file of the build, read again only after a new build."""
    path = DIST / name
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except FileNotFoundError as missing:
        raise ImproperlyConfigured("assets are not built; run: python hatch_build.py") from missing


@lru_cache(maxsize=8)
def _parsed(path: Path, _made_at: int) -> Any:
    return json.loads(path.read_text("utf-8"))
