"""`anlan bench archive`: sealing a class of fifty, and checking what came of it.

`seal_class_50_s` is what the worker does for a class whose certificates are issued: every learner's
archive and the class's own, receipts and check sheet included. `verify_class_50_s` checks the class
archive with the log's key and opens every part. Film is a stand-in of a few bytes. CPU figures are
of this process: on a busy machine they say more than the clock.
"""

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from django.db import connection
from django.utils.timezone import now

from anlan.archives.models import Archive
from anlan.archives.services import issue_certificates, seal_class, seal_learners
from anlan.archives.services.opening import keys_of
from anlan.classes.models import TrainingClass
from anlan.foundation.ledger.sequencer import public_key, sequence
from anlan.operations.bench.classes import closed_class
from anlan.operations.temporary import temporary_city
from anlan.proofs.verdict import Means, verify

Figures = dict[str, float | int | str]
LEARNERS = 50
ROUNDS = 5


def measure() -> Figures:
    """A few seconds."""
    with temporary_city() as folder:
        klass = closed_class(LEARNERS, today=now())
        return {
            "database": connection.vendor,
            "learners": LEARNERS,
            **_sealing(klass),
            **_verifying(klass, folder),
        }


def _sealing(klass: TrainingClass) -> Figures:
    at = now()
    issued = _seconds(lambda: issue_certificates(klass, by=None, at=at))
    while sequence(at):
        pass
    cpu = time.process_time()
    learners = _seconds(lambda: seal_learners(klass, by=None, at=at))
    whole = _seconds(lambda: seal_class(klass, by=None, at=at + timedelta(seconds=1)))
    cpu = time.process_time() - cpu
    return {
        "seal_class_50_cpu_s": round(cpu, 2),
        "certificates_50_s": issued,
        "learners_50_s": learners,
        "class_s": whole,
        "seal_class_50_s": round(learners + whole, 2),
    }


def _verifying(klass: TrainingClass, folder: Path) -> Figures:
    archive = Archive.objects.get(klass=klass, enrolment=None)
    copy = folder / "archive.zip"
    shutil.copyfile(archive.file.path, copy)
    means = Means([public_key()], keys_of(archive))
    found = verify(copy, means)
    if {finding.kind for finding in found.findings} != {"ok"}:
        raise ValueError(f"a fresh archive does not verify: {found.findings}")
    spent = [_seconds(lambda: verify(copy, means)) for _ in range(ROUNDS)]
    return {"verify_class_50_s": median(spent), "files": found.files, "octets": found.bytes}


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return round(time.perf_counter() - began, 2)
