"""Who of a class is shown to whom, and by what name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from anlan.classes import policies, queries
from anlan.classes.models import Enrolment, Status, TrainingClass
from anlan.classes.results import Result, results_of, veiled
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.lib.masking import mask_name

WITH_RESULTS = (Status.RUNNING, Status.CLOSED)


@dataclass(frozen=True)
class Learner:
    """One line of the list. `before` is the number of another class of the same project."""

    enrolment: Enrolment
    name: str
    before: str
    result: Result | None


def learners_for(
    user: User,
    klass: TrainingClass,
    *,
    at: datetime,
    results: Mapping[int, Result] | None = None,
) -> list[Learner]:
    """The class's own staff read full names, an enterprise its own people, officials masked ones.

    An enterprise reads a theory result not before the learner may. Anybody else gets nobody.
    A fixed number of queries, however large the class; fewer with the `results_of(klass)`.
    """
    people = queries.enrolled(klass)
    if not policies.is_watching(user, klass):
        own = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
        people = people.filter(organization__uid__in=own)
    full = not policies.is_watching(user, klass) or policies.may_see_people(user, klass)
    lines = _lines(klass, list(people), full=full, results=results)
    if policies.is_watching(user, klass):
        return lines
    return [replace(one, result=one.result and veiled(one.result, at=at)) for one in lines]


def masked_list(klass: TrainingClass, results: Mapping[int, Result]) -> list[Learner]:
    """Everybody by masked name, for what an archive shows in clear; no user is asked."""
    return _lines(klass, [one.enrolment for one in results.values()], full=False, results=results)


def _lines(
    klass: TrainingClass,
    rows: list[Enrolment],
    *,
    full: bool,
    results: Mapping[int, Result] | None = None,
) -> list[Learner]:
    before = queries.trained_before([one.person for one in rows], klass)
    if results is None:
        results = results_of(klass) if rows and klass.status in WITH_RESULTS else {}
    return [
        Learner(
            enrolment=one,
            name=one.person.name if full else mask_name(one.person.name),
            before=before.get(one.person_id, ""),
            result=results.get(one.pk),
        )
        for one in rows
    ]
