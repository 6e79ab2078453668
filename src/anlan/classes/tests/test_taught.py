"""Classes tell courses who is taught which syllabus by whom."""

from datetime import timedelta

from anlan.classes.models import Enrolment, EnrolmentStatus, Status
from anlan.classes.taught import taught_in_classes
from anlan.courses.taught import Taught, taught_to
from anlan.identity.services import ensure_account
from anlan.testing.builders import an_approved_class, the_stage
from anlan.testing.cast import NOW, Cast
from anlan.testing.lessons import Phone, a_lesson


def test_who_is_enrolled_is_taught_the_classes_syllabus_by_its_provider(cast: Cast) -> None:
    stage = the_stage(cast, learners=2)
    an_approved_class(cast, stage, begins=NOW + timedelta(days=9))
    one, other = (person.pk for person in stage.people)
    both = [Taught(who, stage.syllabus.pk, cast.provider.pk) for who in (one, other)]
    assert sorted(taught_to([one, other]), key=lambda t: t.person) == both
    Enrolment.objects.filter(person=one).update(status=EnrolmentStatus.WITHDRAWN)
    assert taught_in_classes([one, other]) == both[1:]


def test_a_provider_s_lesson_is_opened_by_whom_its_page_is_shown_to(cast: Cast) -> None:
    """Also after the class has closed: the page and the heartbeat ask the same."""
    stage = the_stage(cast, learners=1)
    klass = an_approved_class(cast, stage, begins=NOW + timedelta(days=9))
    lesson = a_lesson(owner=cast.provider)
    phone = Phone(ensure_account(stage.people[0], at=NOW))
    for status in (Status.APPROVED, Status.CLOSED):
        klass.status = status
        klass.save()
        assert phone.ask("lessons/open", {"lesson": str(lesson.uid)}).status == 200
    Enrolment.objects.update(status=EnrolmentStatus.WITHDRAWN)
    assert phone.ask("lessons/open", {"lesson": str(lesson.uid)}).status == 409
