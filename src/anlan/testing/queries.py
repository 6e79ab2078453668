"""How many SQL statements a page may need, kept in tests/house/query_counts.json.

    def test_the_class_page_stays_cheap(cast: Cast, browser_of: Enter) -> None:
        klass = a_running_class(cast, learners=30)
        with counted("classes:record"):
            browser_of(cast.class_manager).get(...)

A rise fails the test. When it is meant, `make query-counts` writes the file anew, and the diff is
there to be explained. Make the page once before counting if it fills a cache.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.foundation.intake.cutoffs import list_kept
from anlan.testing.floors import ROOT

COUNTS = ROOT / "tests" / "house" / "query_counts.json"
WRITE = "ANLAN_WRITE_QUERY_COUNTS"
# BEGIN and SAVEPOINT differ between databases and between a test and a request.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class MoreQueries(AssertionError):
    """A page asks the database more often than it did."""


@contextmanager
def counted(name: str, *, counts: Path = COUNTS) -> Iterator[None]:
    """Count the statements made inside and hold them against the file."""
    with list_kept(), CaptureQueriesContext(connection) as captured:
        yield
    asked = [q["sql"] for q in captured if not q["sql"].lstrip().upper().startswith(FRAME)]
    if os.environ.get(WRITE) == "1":
        _write(counts, name, len(asked))
        return
    known = json.loads(counts.read_text("utf-8"))
    if name not in known:
        raise MoreQueries(f"{name} is not counted yet ({len(asked)}); run make query-counts")
    if len(asked) > known[name]:
        listed = "\n".join(f"  {sql[:300]}" for sql in asked)
        raise MoreQueries(f"{name}: {len(asked)} statements, {known[name]} so far:\n{listed}")


def _write(counts: Path, name: str, number: int) -> None:
    with counts.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = json.loads(file.read()) | {name: number}
        file.seek(0)
        file.truncate()
        file.write(json.dumps(known, indent=1, sort_keys=True) + "\n")
