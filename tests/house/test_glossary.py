"""Every table has its Chinese word in docs/glossary.md."""

import re

from django.apps import apps

from anlan.testing.floors import ROOT, rooms


def test_every_table_stands_in_the_glossary() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    listed = set(re.findall(r"^\| [^|?]+ \| `(\w+)` \|", page, re.M))
    ours = {m.__name__ for m in apps.get_models() if m._meta.app_label in rooms()}
    assert sorted(ours - listed) == []
