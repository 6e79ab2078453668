"""The tables that the models describe are the tables that the migrations make."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

from anlan.testing.floors import rooms


def test_migrations_are_complete() -> None:
    loader = MigrationLoader(None)
    with translation.override(None):  # as makemigrations does: labels as written
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        missing = {room: made for room, made in detector.changes(loader.graph).items() if made}
    assert missing == {}, "run: python manage.py makemigrations"


def test_every_room_has_one_newest_migration() -> None:
    assert {k: v for k, v in MigrationLoader(None).detect_conflicts().items() if k in rooms()} == {}
