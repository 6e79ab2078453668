"""A worker is killed in the middle of a bulk issue; another finishes it: nothing twice or lost."""

from collections import Counter
from pathlib import Path

import pytest
from django.utils.timezone import now

from anlan.archives.models import (
    Certificate,
    CertificatePrint,
    IssueRun,
    ItemStatus,
    RunKind,
    RunStatus,
)
from anlan.archives.services import start_run
from anlan.classes.models import TrainingClass
from anlan.foundation.jobs.services import LEASE
from anlan.foundation.ledger.models import Entry
from anlan.proofs.certificate import facts_in
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import Cast, the_cast
from tests.long.city import City, needs_proc, until
from tests.long.ledger import assert_database_whole, lines, torn_leaves

LEARNERS, REPRINTS = 25, 7


@pytest.fixture(scope="module")
def cast(city: City) -> Cast:
    return the_cast()


@pytest.fixture(scope="module")
def klass(cast: Cast) -> TrainingClass:
    return a_closed_class(cast, learners=LEARNERS)


@needs_proc
def test_a_killed_bulk_issue_is_finished_by_another_worker(
    city: City, cast: Cast, klass: TrainingClass
) -> None:
    """Fails when a certificate is issued or printed twice, left out, or printed without its line."""
    start_run(RunKind.ISSUE, [klass], by=cast.city_official, at=now())
    for n in range(REPRINTS):
        reason = f"换版 {n}"
        start_run(RunKind.REPRINT, [klass], by=cast.city_official, at=now(), reason=reason)
    with city.running("work") as worker:
        enough = LEARNERS * 3
        until(lambda: CertificatePrint.objects.count() >= enough, 120, "three runs are printed")
        worker.kill()
    printed = CertificatePrint.objects.count()
    assert printed < LEARNERS * (REPRINTS + 1), "killed too late to prove anything"
    assert printed == lines("certificate_printed") + lines("certificate_reprinted")
    with city.running("work"):
        limit = LEASE.total_seconds() + 180
        until(all_done, limit, "another worker ends every run")
    assert_each_once(city)


def all_done() -> bool:
    return not IssueRun.objects.exclude(status=RunStatus.DONE).exists()


def assert_each_once(city: City) -> None:
    versions = REPRINTS + 1
    assert Certificate.objects.count() == lines("certificate_issued") == LEARNERS
    assert set(Certificate.objects.values_list("version", flat=True)) == {versions}
    prints = CertificatePrint.objects.select_related("file", "certificate")
    counted = Counter(one.certificate_id for one in prints)
    assert set(counted.values()) == {versions}
    assert lines("certificate_printed") == LEARNERS
    assert lines("certificate_reprinted") == LEARNERS * REPRINTS
    assert not IssueRun.objects.filter(items__status__in=[ItemStatus.WAITING, ItemStatus.FAILED])
    ledger = "".join(
        Entry.objects.filter(verb__startswith="certificate_").values_list("leaf", flat=True)
    )
    for one in prints:
        kept = city.var / "files" / one.file.path.relative_to(files(one))
        facts = facts_in(kept.read_bytes())
        assert (facts["number"], facts["version"]) == (one.certificate.number, one.version)
        assert one.file.sha256 in ledger
    assert torn_leaves() == []
    assert_database_whole()


def files(one: CertificatePrint) -> Path:
    """The store's root, above the two folders that a hash begins with."""
    return one.file.path.parents[2]
