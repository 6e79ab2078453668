"""What the worker finds to do for archives; what a crash leaves undone is found again."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from anlan.archives import queries
from anlan.archives.services import (
    destroy_ended_keys,
    forget_old_tries,
    issue_certificates,
    reseal,
    run_export,
    seal_class,
    seal_learners,
)
from anlan.classes.models import TrainingClass
from anlan.lib.refusals import Refused

log = logging.getLogger(__name__)
MOST_A_ROUND = 5
Item = TypeVar("Item")

__all__ = [
    "destroy_ended_keys",
    "export_ordered_years",
    "forget_old_tries",
    "reseal_ordered_classes",
    "seal_closed_classes",
]


def seal_closed_classes(at: datetime) -> int:
    """Certificates, then each learner's archive, then the class's, which lists them.

    Each step does only what is missing, and the class's archive is the last: a class without one
    is begun again where it broke off.
    """

    def seal(klass: TrainingClass) -> None:
        issue_certificates(klass, by=None, at=at)
        seal_learners(klass, by=None, at=at)
        seal_class(klass, by=None, at=at)

    return _each(seal, queries.unsealed_classes()[: MOST_A_ROUND * 10])


def reseal_ordered_classes(at: datetime) -> int:
    """Next versions that an official has asked for."""
    return _each(lambda order: reseal(order, at=at), queries.open_orders()[: MOST_A_ROUND * 10])


def export_ordered_years(at: datetime) -> int:
    """A year that an official has asked for; one that is refused stands there as failed."""
    order = queries.open_exports().first()
    if order is None:
        return 0
    try:
        run_export(order, at=at)
    except Refused as refused:
        log.warning("exporting %s was refused: %s", order, refused.message)
    return 1


def _each(work: Callable[[Item], object], found: Iterable[Item]) -> int:
    """Do up to five; one that fails does not hold up the others, and is said at the end."""
    done = 0
    failures: list[Exception] = []
    for one in found:
        if done == MOST_A_ROUND:
            break
        try:
            work(one)
        except Exception as failure:
            log.exception("sealing %s failed", one)
            failures.append(failure)
        else:
            done += 1
    if failures and not done:
        raise ExceptionGroup(f"{len(failures)} classes could not be sealed", failures)
    return done
