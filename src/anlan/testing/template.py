"""One database with tables, codes and rules, made once and copied for every worker and stage.

On SQLite it is a file in pytest's cache, on PostgreSQL a database beside the test databases. Its
name carries a digest of everything that it is made from, so a stale one is never found: change a
migration, a model, a shipped code or rule, Django itself, and the next run makes another.
"""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import axes
import django
from django.apps import apps
from django.conf import settings
from django.db import connection

from anlan.foundation.codes.queries import forget
from anlan.foundation.codes.services import load_codes
from anlan.foundation.rules.services import load_rules
from anlan.operations.tables import create_test_database
from anlan.testing.floors import PACKAGE, ROOT

FOLDER = ROOT / ".pytest_cache" / "template"
# Whole rooms whose data or loaders are in the template, beside every room's tables.
_WHOLE = ("foundation/codes", "foundation/rules", "lib")
_UNREAD = {"tests", "__pycache__", "templates", "static"}


def fill_test_database() -> None:
    """Put a copy of the template where Django's test runner would migrate an empty database.

    What `connection.creation.create_test_db` does, without running a single migration.
    """
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    with _alone():
        template = _template()
        connection.close()
        if connection.vendor == "sqlite":
            _point_at(name)
            with closing(sqlite3.connect(template)) as source:
                connection.ensure_connection()
                source.backup(connection.connection)
        else:
            _replace(name, template)
            _point_at(name)
    connection.ensure_connection()
    forget()


def digest() -> str:
    """Of all that the template is made from."""
    found = hashlib.sha256()
    about = (django.VERSION, axes.__version__, connection.vendor, settings.INSTALLED_APPS)
    found.update(repr((about, settings.AUTH_USER_MODEL, settings.DEFAULT_AUTO_FIELD)).encode())
    for path in sorted(_sources()):
        found.update(f"{path.relative_to(PACKAGE)}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:20]


def _sources() -> set[Path]:
    """Migrations, models and fields of every room, and the rooms whose rows are loaded."""
    rooms = [Path(app.path) for app in apps.get_app_configs() if app.name.startswith("anlan.")]
    roots = [room / part for room in rooms for part in ("migrations", "models", "models.py")]
    roots += [PACKAGE / whole for whole in _WHOLE]
    files = [Path(__file__), PACKAGE / "operations" / "tables.py"]
    for root in roots:
        files += [root] if root.is_file() else root.rglob("*")
    return {p for p in files if p.is_file() and _UNREAD.isdisjoint(p.relative_to(PACKAGE).parts)}


@contextmanager
def _alone() -> Iterator[None]:
    """Workers wait here while the first of them makes the template."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _template() -> str:
    return _file() if connection.vendor == "sqlite" else _database()


def _file() -> str:
    """The path of SQLite's template; a former one is thrown away."""
    path = FOLDER / f"{digest()}.sqlite3"
    if not path.exists():
        for former in FOLDER.glob("*.sqlite3*"):
            former.unlink()
        fresh = path.with_suffix(f".sqlite3.{os.getpid()}")
        _make(str(fresh))
        with closing(sqlite3.connect(fresh)) as made:
            made.execute("PRAGMA journal_mode = DELETE")
        fresh.rename(path)
    return str(path)


def _database() -> str:
    """The name of PostgreSQL's template; the one that this checkout made before is dropped."""
    name, note = f"anlan_template_{digest()}", FOLDER / "postgresql"
    if not _exists(name):
        if note.exists():
            _ask(f"DROP DATABASE IF EXISTS {_quoted(note.read_text())}")
        fresh = f"anlan_template_of_{os.getpid()}"
        _make(fresh)
        _ask(f"ALTER DATABASE {_quoted(fresh)} RENAME TO {_quoted(name)}")
        note.write_text(name)
    return name


def _make(name: str) -> None:
    """Lay down the tables of an empty database of that name, load codes and rules, leave it."""
    real, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    before, test["NAME"] = test.get("NAME"), name
    try:
        create_test_database()
        load_codes()
        load_rules()
        connection.close()
    finally:
        test["NAME"] = before
        _point_at(real)


def _point_at(name: Any) -> None:
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _exists(name: str) -> bool:
    return bool(_ask("SELECT 1 FROM pg_database WHERE datname = %s", name))


def _replace(name: str, template: str) -> None:
    _ask(f"DROP DATABASE IF EXISTS {_quoted(name)}")
    _ask(f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}")


def _ask(statement: str, *values: str) -> list[Any]:
    """Ask the server from beside the databases that are made and dropped."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
