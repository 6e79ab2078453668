"""What classes say to courses (`settings.ANLAN_TAUGHT`): who is taught which syllabus by whom."""

from collections.abc import Collection

from anlan.classes.models import Enrolment, Status
from anlan.classes.queries import COUNTED
from anlan.courses.taught import Taught

LEARNING = (Status.APPROVED, Status.RUNNING, Status.CLOSED)


def taught_in_classes(people: Collection[int]) -> list[Taught]:
    """By their enrolments; what was taught in a closed class may be learned again."""
    rows = Enrolment.objects.filter(
        person__in=people, status__in=COUNTED, klass__status__in=LEARNING
    )
    triples = rows.values_list("person", "klass__syllabus", "klass__provider").distinct()
    return [Taught(*triple) for triple in triples]
