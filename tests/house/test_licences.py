"""Every package that is locked stands in docs/licences.md, and none is under the GPL or AGPL."""

import json
import re

from anlan.testing.floors import ROOT

ROW = re.compile(r"^\| (\S+) \| (.+) \|$", re.M)


def test_every_locked_package_is_listed() -> None:
    python = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    npm = json.loads((ROOT / "package.json").read_text("utf-8"))
    wanted = {*python, *npm["dependencies"], *npm["devDependencies"]}
    assert sorted(wanted - _listed().keys()) == [], "run: python scripts/licences.py"


def test_no_package_is_under_the_gpl() -> None:
    wrong = [name for name, licence in _listed().items() if re.search(r"(?<!L)GPL", licence)]
    assert wrong == []


def _listed() -> dict[str, str]:
    return dict(ROW.findall((ROOT / "docs" / "licences.md").read_text("utf-8")))
