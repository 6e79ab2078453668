"""What is kept in the tree holds for any machine."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from anlan.testing.floors import ROOT

TEXT = {
    ".css", ".csv", ".html", ".js", ".json", ".jsonl", ".lock", ".md", ".mjs", ".py", ".sh",
    ".toml", ".typ", ".txt", ".yaml", ".yml", "",
}  # fmt: skip
# Written apart so that this file doesn't find itself.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/[\w.-]+"),
    "a package registry": re.compile(
        "|".join([r"registry\.np" + "m", r"pypi\.o" + "rg", "pythonhost" + "ed", "npmmirr" + "or"])
    ),
}


def tracked() -> list[Path]:
    """The files under version control; in an unpacked archive there is nothing to compare with."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = [name for name in listed.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


@pytest.mark.skipif(not tracked(), reason="not a git checkout: no list of files to look at")
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_the_lock_names_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert pins
    assert [line for line in pins if not re.match(r"^[\w.\[\]-]+==[\w.+!-]+( ; .+)?$", line)] == []


def test_the_lock_holds_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[\[<>=~! ]", line)[0].lower() for line in asked]
    lock = (ROOT / "requirements.lock").read_text("utf-8").lower()
    missing = [name for name in names if not re.search(rf"^{name}(\[|==)", lock, re.M)]
    assert missing == []
