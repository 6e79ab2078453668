"""Which room stands on which floor, read from the import contracts in pyproject.toml."""

import tomllib
from functools import cache
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "src" / "anlan"
GROUND = "anlan.foundation"

Floor = tuple[int, int]


@cache
def floors() -> dict[str, Floor]:
    """Room (dotted name) to its floor; the second number is the step on the ground floor."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    house, ground = (contract["layers"] for contract in contracts["contracts"][:2])
    found: dict[str, Floor] = {}
    for level, layer in enumerate(reversed(house)):
        found |= {room.strip(): (level, 0) for room in layer.split("|")}
    level = found[GROUND][0]
    for step, layer in enumerate(reversed(ground)):
        found |= {room.strip(): (level, step) for room in layer.split("|")}
    return found


def rooms() -> dict[str, str]:
    """App label to room, for every Django app of ours."""
    ours = (app for app in apps.get_app_configs() if app.name.startswith("anlan."))
    return {app.label: app.name for app in ours}


def may_use(room: str, other: str) -> bool:
    """Whether a room may know of another: itself, and whatever stands on a lower floor."""
    return room == other or floors()[other] < floors()[room]


def room_of(path: Path) -> str:
    """The room that a file of the package lies in."""
    parts = path.relative_to(PACKAGE).parts
    depth = 2 if parts[0] == "foundation" else 1
    return ".".join(("anlan", *parts[:depth]))


def python_files() -> list[Path]:
    """Every Python file that people wrote here, without migrations."""
    found = [p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts]
    for folder in ("tests", "scripts"):
        found += (ROOT / folder).rglob("*.py")
    return sorted([*found, *ROOT.glob("*.py")])
