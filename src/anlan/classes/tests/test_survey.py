"""Thirty seconds: four taps, once, and nobody sees by whom."""

from django.urls import reverse

from anlan.classes.models import Status, Survey, TrainingClass
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, attend, phone_of, the_door
from anlan.foundation.ledger.models import Entry
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class, a_worker

ANSWERS = {"useful": 5, "clear": 4, "place": 3, "recommend": 5, "words": "讲得实在"}


def form_of(klass: TrainingClass) -> str:
    return reverse("classes:survey", args=[klass.uid])


def a_class_begun(cast: Cast) -> TrainingClass:
    klass = a_running_class(cast)
    session, _register = the_door(klass)
    attend(session, a_learner(klass))
    return klass


def test_four_taps_are_kept_without_the_person(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_class_begun(cast)
    phone = phone_of(a_learner(klass), browser_of)
    answer = phone.post(form_of(klass), ANSWERS, follow=True)
    assert "谢谢" in answer.content.decode()
    survey = Survey.objects.get()
    assert (survey.useful, survey.clear, survey.words) == (5, 4, "讲得实在")
    line = Entry.objects.get(verb="survey_received")
    assert (line.actor, line.about) == ("system", None)


def test_nobody_answers_twice(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_class_begun(cast)
    phone = phone_of(a_learner(klass), browser_of)
    phone.post(form_of(klass), ANSWERS)
    assert phone.post(form_of(klass), ANSWERS).status_code == 409
    assert phone.get(form_of(klass)).status_code == 302
    assert Survey.objects.count() == 1


def test_a_forgotten_question_is_named_and_nothing_kept(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_class_begun(cast)
    phone = phone_of(a_learner(klass), browser_of)
    answer = phone.post(form_of(klass), ANSWERS | {"clear": ""})
    assert answer.status_code == 422
    assert "讲师讲得清楚" in answer.content.decode()
    assert not Survey.objects.exists()


def test_who_was_never_there_and_who_comes_too_late_is_told(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_class_begun(cast)
    absent = phone_of(a_learner(klass, 1), browser_of)
    assert absent.post(form_of(klass), ANSWERS).status_code == 409
    TrainingClass.objects.update(status=Status.CLOSED)
    late = phone_of(a_learner(klass), browser_of)
    assert late.post(form_of(klass), ANSWERS).status_code == 409
    assert not Survey.objects.exists()


def test_outsiders_rate_nothing(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_class_begun(cast)
    stranger = phone_of(a_worker(cast, 7), browser_of)
    for who in (stranger, browser_of(cast.class_manager), browser_of(cast.outsider)):
        assert who.get(form_of(klass)).status_code == 404
        assert who.post(form_of(klass), ANSWERS).status_code == 404
    assert not Survey.objects.exists()
