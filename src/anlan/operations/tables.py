"""The database's tables: brought up to date, or laid down at once where there are none yet.

Django renders its models anew for every index and constraint of every migration: half a minute of a
core for an empty database, which ends with the tables that the models describe anyway. So an empty
one gets these, and every migration is noted as done. `tests/long/test_tables.py` holds both ways
against each other; a migration that writes rows has nothing to do in an empty database.
"""

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model


def pending_migrations() -> int:
    """How many steps the tables are behind this version."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> None:
    """Migrate; an empty database is laid down at once, in one transaction."""
    if not connection.introspection.table_names():
        _lay_down()
    call_command("migrate", verbosity=0, interactive=False)


def create_test_database() -> None:
    """What `connection.creation.create_test_db` does, with the tables laid down at once."""
    test = connection.settings_dict["TEST"]
    before = test["MIGRATE"]
    test["MIGRATE"] = False
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        test["MIGRATE"] = before
    MigrationRecorder(connection).ensure_schema()
    _note_all()


def _lay_down() -> None:
    recorder = MigrationRecorder(connection)
    models: list[type[Model]] = [recorder.Migration]
    models += [one for one in apps.get_models() if one._meta.managed and not one._meta.proxy]
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
        _note_all()


def _note_all() -> None:
    executor = MigrationExecutor(connection)
    rows = executor.recorder.Migration
    rows.objects.bulk_create(rows(app=app, name=name) for app, name in executor.loader.graph.nodes)
