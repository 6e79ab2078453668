"""A worker is killed in the middle of a roster; another finishes it, and nobody comes in twice."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from anlan.foundation.jobs.models import Lease
from anlan.foundation.jobs.services import LEASE
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import Employment, Person, RosterUpload, UploadStatus, id_index
from anlan.identity.rosters import TEMPLATE_HEADERS
from anlan.identity.services import confirm_roster, upload_roster
from anlan.identity.tests.builders import a_row
from anlan.lib.spreadsheets import write_table
from anlan.testing.cast import Cast, the_cast
from tests.long.city import City, needs_proc, until
from tests.long.ledger import assert_database_whole, lines, torn_leaves

ROWS, BAD = 4_000, 7
JOB = "anlan.identity.jobs.import_rosters"


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


def a_queued_roster(cast: Cast, begin: int, *, at: datetime) -> RosterUpload:
    """Confirmed and waiting for a worker; every 571st number is one that nobody can have."""
    rows = [list(a_row(begin + n)) for n in range(ROWS)]
    for row in rows[:: ROWS // BAD][:BAD]:
        row[1] = row[1][:-1] + "?"
    file = SimpleUploadedFile("花名册.xlsx", write_table("", TEMPLATE_HEADERS, rows))
    roster = upload_roster(file, cast.enterprise, by=cast.safety_officer, at=at)
    return confirm_roster(roster, by=cast.safety_officer, at=at)


def fresh(roster: RosterUpload) -> RosterUpload:
    return RosterUpload.objects.get(pk=roster.pk)


@needs_proc
def test_a_killed_import_is_finished_by_another_worker(city: City, cast: Cast) -> None:
    """Fails when a row is lost or comes in twice, a ledger line is missing, doubled or torn, or
    the dead worker's lease keeps the next one waiting for longer than a lease lasts."""
    roster = a_queued_roster(cast, 0, at=now())
    with city.running("work") as worker:
        until(lambda: fresh(roster).rows_done >= ROWS // 4, 90, "a quarter is imported")
        worker.kill()
    stopped = fresh(roster)
    assert stopped.status == UploadStatus.IMPORTING
    assert 0 < stopped.rows_done < ROWS, "killed too late to prove anything"
    assert Lease.objects.get(job=JOB).held_until is not None
    with city.running("work"):
        limit = LEASE.total_seconds() + 120
        until(lambda: fresh(roster).status == UploadStatus.DONE, limit, "another worker ends it")
    assert_all_in_once(fresh(roster))


def assert_all_in_once(roster: RosterUpload) -> None:
    good = ROWS - BAD
    parts = (roster.rows_new, roster.rows_updated, roster.rows_same, roster.rows_bad)
    assert parts == (good, 0, 0, BAD)
    assert roster.rows_total == roster.rows_done == sum(parts)
    expected = {id_index(a_row(n)[1]) for n in range(ROWS)} - {
        id_index(a_row(n)[1]) for n in list(range(ROWS))[:: ROWS // BAD][:BAD]
    }
    assert set(Person.objects.values_list("id_index", flat=True)) == expected
    assert Employment.objects.filter(organization=roster.organization).count() == good
    assert lines("person_registered") == good
    subjects = Entry.objects.filter(verb="person_registered").values("subject").distinct()
    assert subjects.count() == good
    assert lines("roster_imported") == 1
    assert torn_leaves() == []
    assert_database_whole()


@needs_proc
def test_a_living_worker_keeps_its_job_from_another(city: City, cast: Cast) -> None:
    """Fails when two workers import at once: the roster's own count or the lease would show it."""
    before = Person.objects.count()
    roster = a_queued_roster(cast, ROWS, at=now() + timedelta(seconds=1))
    with city.running("work") as one, city.running("work") as two:
        until(lambda: fresh(roster).status == UploadStatus.DONE, 150, "one of them ends it")
        said = one.said() + two.said()
    assert "failed" not in said, said
    assert Person.objects.count() == before + ROWS - BAD == lines("person_registered")
