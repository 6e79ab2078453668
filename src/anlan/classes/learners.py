"""Who is taught by whom, as the rooms below ask: a provider's lessons are for its own learners."""

from collections.abc import Iterable

from anlan.classes.models import Enrolment
from anlan.classes.queries import COUNTED, OFFERED


def learners_of_providers(people: Iterable[int]) -> set[tuple[int, int]]:
    """(person id, provider id) of everybody who has a place in a provider's class."""
    rows = Enrolment.objects.filter(
        person__in=list(people), status__in=COUNTED, klass__status__in=OFFERED
    )
    return set(rows.values_list("person_id", "klass__provider_id").distinct())
