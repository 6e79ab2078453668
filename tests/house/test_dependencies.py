"""What the product imports, it asks for."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from anlan.testing.floors import PACKAGE, ROOT, python_files

# Django and the tests' tools bring these; the product's code is what is looked at.
ASIDE = {"tests", "testing"}


def test_every_imported_package_is_asked_for() -> None:
    known = packages_distributions()
    asked = _asked()
    missing = {
        name: sorted({d.lower() for d in known.get(name, ["not installed"])})
        for name in _imported()
        if not {d.lower() for d in known.get(name, [])} & asked
    }
    assert missing == {}


def _imported() -> set[str]:
    """First names of everything the product imports that is neither its own nor Python's."""
    found: set[str] = set()
    for path in python_files():
        if PACKAGE not in path.parents or ASIDE & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"anlan"}


def _asked() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in project["dependencies"]}
