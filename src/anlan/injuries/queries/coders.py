"""Reads of coder versions: what stands, what people made of their answers, what is missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook
from anlan.injuries.models import (
    CodeReview,
    CoderStatus,
    CoderVersion,
    CodeSuggestion,
    SuggestionStatus,
)
from anlan.injuries.queries.material import usable
from anlan.injuries.targets import TASKS, Task
from anlan.methods.coding import Review, report_on

MOST_MISTAKEN = 8


@dataclass(frozen=True)
class Standing:
    """One task: the version in use, all versions newest first, and how much there is to learn."""

    task: Task
    versions: Sequence[CoderVersion]
    usable: int
    least: int

    @property
    def current(self) -> CoderVersion | None:
        return next((one for one in self.versions if one.in_use), None)

    @property
    def missing(self) -> int:
        """Coded narratives that are short of what a first version needs."""
        return max(0, self.least - self.usable)

    @property
    def waiting(self) -> bool:
        return any(one.status == CoderStatus.WAITING for one in self.versions)


def standings(on: date) -> list[Standing]:
    """Every task, whether or not it has a version yet."""
    least = rulebook(on).whole("injuries.coding_cases_min")
    rows = CoderVersion.objects.select_related("asked_by").defer("figures")
    versions = list(rows.order_by("target", "system", "-number"))
    return [
        Standing(
            task=task,
            versions=[v for v in versions if (v.target, v.system) == (task.target, task.system)],
            usable=usable(task).count(),
            least=least,
        )
        for task in TASKS
    ]


def version_for(user: User, uid: UUID | str) -> CoderVersion:
    """The guard says who; every version is the whole city's."""
    return CoderVersion.objects.select_related("asked_by", "file").get(uid=uid)


def reviews_of(version: CoderVersion) -> list[Review]:
    """Standing choices on what this version offered, as `report_on` counts them; no texts."""
    rows = CodeReview.objects.filter(version=version, undone_at=None).order_by("id")
    named = rows.values_list("suggestion__case__injured_on", "offered", "sure", "code")
    return [Review("", day, tuple(offered), sure, code) for day, offered, sure, code in named]


def told_by_people(version: CoderVersion) -> dict[str, Any]:
    """`report_on` over the standing choices, with the pairs most often mistaken."""
    reviews = reviews_of(version)
    pairs = Counter(
        (one.offered[0], one.decided) for one in reviews if one.offered and not one.agreed
    )
    return report_on(reviews) | {"mistaken": pairs.most_common(MOST_MISTAKEN)}


def machine_codes(version: CoderVersion) -> int:
    """Codes that the machine has set with this version and that still stand as such."""
    rows = CodeSuggestion.objects.filter(version=version, status=SuggestionStatus.APPLIED)
    return rows.count()
