"""A database and folders of one's own for the length of a command, on SQLite or PostgreSQL."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import override_settings

from anlan.operations.tables import create_test_database


@contextmanager
def temporary_city(make: Callable[[], None] | None = None) -> Iterator[Path]:
    """An empty database with tables beside the real one, which is never touched; gone afterwards.

    `make` makes Django's test database otherwise than from nothing. On PostgreSQL the user must
    be allowed to create databases.
    """
    real = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="anlan-") as name:
        folder = Path(name)
        connection.settings_dict["TEST"]["NAME"] = (
            str(folder / "city.sqlite3")
            if connection.vendor == "sqlite"
            else f"anlan_temporary_{os.getpid()}"
        )
        (make or create_test_database)()
        try:
            with override_settings(
                ANLAN_FILES=folder / "files",
                ANLAN_SMS_FOLDER=folder / "sms",
                ANLAN_KEYRING=folder / "secrets" / "keyring.json",
                ANLAN_ISSUER=folder / "issuer",
                ANLAN_LOG_KEY=folder / "log.key",
                ANLAN_KITS_KEY=folder / "kits.key",
                ANLAN_LOG_FOLDER=folder / "log",
                ANLAN_DISTRIBUTION=folder / "distribution",
            ):
                yield folder
        finally:
            connection.creation.destroy_test_db(str(real), verbosity=0)
