"""Importing confirmed files of cases."""

from datetime import datetime

from anlan.injuries.queries import imports
from anlan.injuries.services.importing import import_batch


def import_batches(at: datetime) -> int:
    """Import the oldest waiting file, also one whose worker was killed half-way."""
    batch = imports.batches_to_import().first()
    if batch is None:
        return 0
    import_batch(batch, at=at)
    return 1
