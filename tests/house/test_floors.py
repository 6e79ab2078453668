"""Stairs go down: imports follow the contracts in pyproject.toml."""

import ast
import subprocess
import sys
from pathlib import Path

from anlan.testing.floors import PACKAGE, ROOT, floors, python_files, rooms

COMMAND_TABLE = PACKAGE / "operations" / "commands" / "__init__.py"
GRAB_BAGS = {"utils", "helpers", "common", "misc", "shared"}


def test_imports_keep_the_contracts() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    told = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_room_stands_on_a_floor() -> None:
    assert sorted(set(rooms().values()) - floors().keys()) == []


def test_every_package_has_a_floor() -> None:
    packages = {f"anlan.{p.name}" for p in PACKAGE.iterdir() if (p / "__init__.py").exists()}
    assert sorted(packages - floors().keys() - {"anlan.testing"}) == []


def test_no_import_hides_inside_a_function() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files()
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and _imports_our_own(node)
    ]
    assert found == []


def test_only_the_command_table_imports_by_name() -> None:
    allowed = {COMMAND_TABLE, Path(__file__)}
    found = [p for p in python_files() if "import_module(" in p.read_text("utf-8")]
    assert sorted(set(found) - allowed) == []


def test_no_grab_bags() -> None:
    found = [p for p in python_files() if GRAB_BAGS & {p.stem, p.parent.name}]
    assert found == []


def test_no_signals_of_our_own() -> None:
    found = [
        path
        for path in python_files()
        if path != Path(__file__) and "django.dispatch" in path.read_text("utf-8")
    ]
    assert found == []


def _imports_our_own(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == "anlan"
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == "anlan" for alias in node.names)
    return False
