"""The template is another one as soon as anything that it is made from changes."""

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from anlan.foundation.codes.models import Code
from anlan.foundation.rules.models import Rule
from anlan.testing import template
from anlan.testing.floors import PACKAGE


def test_all_that_makes_tables_and_rows_is_in_it() -> None:
    found = {str(path.relative_to(PACKAGE)) for path in template._sources()}
    wanted = {
        "foundation/intake/migrations/0001_passes_and_answers.py",
        "foundation/rules/data/rules.json",
        "foundation/codes/data/systems.csv",
        "foundation/rules/services.py",
        "courses/models/lessons.py",
        "classes/models.py",
        "lib/fields.py",
    }
    assert wanted - found == set()


def test_another_byte_makes_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = PACKAGE / "lib" / "fields.py"
    before = template.digest()
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + (b"\n" if path == one else b"")
    )
    assert template.digest() != before


@pytest.mark.django_db
def test_the_copy_is_as_after_set_up() -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert Code.objects.exists()
    assert Rule.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_story_that_commits_empties_the_tables() -> None:
    Code.objects.first()


@pytest.mark.django_db
def test_the_stage_is_set_again_after_it() -> None:
    assert Code.objects.exists()
    assert Rule.objects.exists()
