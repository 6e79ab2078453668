"""Short by shape: the walls that no file and no function may pass."""

import ast
from collections.abc import Iterator
from pathlib import Path

from anlan.testing.floors import PACKAGE, ROOT, python_files

FILE_LINES = 500
FUNCTION_LINES = 60
SETTINGS_LINES = 200


def test_no_file_passes_the_wall() -> None:
    lengths = {str(p.relative_to(ROOT)): _lines(p) for p in python_files()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_passes_the_wall() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in python_files()
        for name, lines in _functions(path)
        if lines > FUNCTION_LINES
    }
    assert long == {}


def test_settings_are_short() -> None:
    assert _lines(PACKAGE / "config" / "settings.py") < SETTINGS_LINES


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
