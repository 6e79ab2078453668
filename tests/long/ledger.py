"""Whether the ledger stands as it was written."""

from django.db import connection

from anlan.foundation.ledger.models import Entry
from anlan.proofs.canonical import leaf_hash


def torn_leaves() -> list[str]:
    """Entries whose hash is not that of their leaf."""
    entries = Entry.objects.only("uid", "leaf", "leaf_hash").iterator(2000)
    return [str(one.uid) for one in entries if leaf_hash(one.leaf.encode()) != bytes(one.leaf_hash)]


def lines(verb: str) -> int:
    return Entry.objects.filter(verb=verb).count()


def assert_database_whole() -> None:
    """SQLite's own check of its file; PostgreSQL has recovered by starting to answer."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]
