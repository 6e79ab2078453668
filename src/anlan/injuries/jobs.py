"""Importing confirmed files and forgetting them in time; coding narratives, training coders."""

from datetime import datetime, timedelta

from anlan.foundation.rules.queries import rulebook
from anlan.injuries.coders import forget_coders
from anlan.injuries.queries import imports
from anlan.injuries.services import coders, coding
from anlan.injuries.services.importing import import_batch
from anlan.injuries.services.keeping import forget_file
from anlan.lib.dates import local_date

MOST_A_ROUND = 50


def import_batches(at: datetime) -> int:
    """Import the oldest waiting file, also one whose worker was killed half-way."""
    batch = imports.batches_to_import().first()
    if batch is None:
        return 0
    import_batch(batch, at=at)
    return 1


def forget_uploads(at: datetime) -> int:
    """Destroy uploaded files `injuries.upload_keep_days` after they were imported or given up."""
    days = rulebook(local_date(at)).whole("injuries.upload_keep_days")
    found = list(imports.files_to_forget(at - timedelta(days=days))[:MOST_A_ROUND])
    for batch in found:
        forget_file(batch, at=at)
    return len(found)


def code_narratives(at: datetime) -> int:
    """Ask the coders in use about cases that lack a code; their memory is freed when none does."""
    done = coding.code_narratives(at=at)
    if not done:
        forget_coders()
    return done


def learn_codes(at: datetime) -> int:
    """Train a version that was asked for, or ask for one where enough was coded since the last."""
    return coders.train_next(at=at) or coders.ask_where_enough(at=at)
