"""Classes tell courses who is taught which syllabus by whom."""

from datetime import timedelta

from anlan.classes.models import Enrolment, EnrolmentStatus
from anlan.classes.taught import taught_in_classes
from anlan.courses.taught import Taught, taught_to
from anlan.testing.builders import an_approved_class, the_stage
from anlan.testing.cast import NOW, Cast


def test_who_is_enrolled_is_taught_the_classes_syllabus_by_its_provider(cast: Cast) -> None:
    stage = the_stage(cast, learners=2)
    an_approved_class(cast, stage, begins=NOW + timedelta(days=9))
    taught = [Taught(stage.syllabus.pk, cast.provider.pk)]
    assert taught_to(stage.people[0]) == taught
    Enrolment.objects.filter(person=stage.people[0]).update(status=EnrolmentStatus.WITHDRAWN)
    assert taught_in_classes(stage.people[0]) == []
    assert taught_in_classes(stage.people[1]) == taught
