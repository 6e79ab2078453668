"""Who failed and may try again, by enterprise: a make-up goes to the enterprise's door."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anlan.classes import queries
from anlan.classes.models import TrainingClass
from anlan.classes.results import Result, may_make_up
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization


@dataclass(frozen=True)
class Failed:
    """One enterprise's learners who may try again."""

    organization: Organization
    results: tuple[Result, ...]

    @property
    def place(self) -> str:
        return self.organization.address or self.organization.name


def failed_by_employer(
    klass: TrainingClass, results: Iterable[Result], *, at: datetime
) -> list[Failed]:
    most = queries.rules_for(klass, local_date(at)).whole("makeup.tries_max")
    groups: dict[Organization, list[Result]] = {}
    for result in results:
        if may_make_up(result, most):
            groups.setdefault(result.enrolment.organization, []).append(result)
    return [Failed(organization, tuple(rows)) for organization, rows in groups.items()]
