"""What classes say to courses (`settings.ANLAN_TAUGHT`): who is taught which syllabus by whom."""

from anlan.classes.models import Enrolment, Status
from anlan.classes.queries import COUNTED
from anlan.courses.taught import Taught
from anlan.identity.models import Person

LEARNING = (Status.APPROVED, Status.RUNNING, Status.CLOSED)


def taught_in_classes(person: Person) -> list[Taught]:
    """By the person's enrolments; what was taught in a closed class may be read again."""
    rows = Enrolment.objects.filter(person=person, status__in=COUNTED, klass__status__in=LEARNING)
    pairs = rows.values_list("klass__syllabus", "klass__provider").distinct()
    return [Taught(*pair) for pair in pairs]
