"""The final exam is arranged, marked, made up and, where it must be, given up."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from anlan.assessments.models import Checklist, Practical, Sitting, SittingStatus
from anlan.classes.forms_live import moment_input
from anlan.classes.models import Enrolment, EnrolmentStatus, TrainingClass, Trial
from anlan.classes.results import results_of
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, a_photo, a_taught_class, over, phone_of
from anlan.lib.dates import to_shanghai
from anlan.testing.cast import Cast


def of(name: str, klass: TrainingClass) -> str:
    return reverse(f"classes:{name}", args=[klass.uid])


def arrange(manager: Client, klass: TrainingClass) -> int:
    opens = to_shanghai(over(klass))
    sent = {
        "opens_at": moment_input(opens),
        "closes_at": moment_input(opens + timedelta(hours=2)),
        "checklist": Checklist.objects.get(key="confined-space").pk,
    }
    return manager.post(of("arrange", klass), sent).status_code


def marks_for(practical: Practical, *, met: bool) -> dict[str, object]:
    items = practical.checklist.items
    answers = {f"mark_{no}": "yes" if met else "no" for no in range(1, len(items) + 1)}
    return answers | {"photo": a_photo()}


def settle(klass: TrainingClass, *, theory: bool, practical: bool) -> None:
    """As if everybody had sat and been marked."""
    Sitting.objects.filter(status=SittingStatus.READY).update(
        status=SittingStatus.SUBMITTED, score=90 if theory else 50, passed=theory
    )
    Practical.objects.filter(at=None).update(
        at=over(klass), score=95 if practical else 40, passed=practical
    )


def the_failed(klass: TrainingClass) -> Enrolment:
    return klass.enrolments.order_by("id")[0]


def test_the_manager_arranges_the_exam_of_everybody(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_taught_class(cast)
    clock(over(klass))
    manager = browser_of(cast.class_manager)
    assert "3 名学员还没有安排" in manager.get(of("exams", klass)).content.decode()
    assert arrange(manager, klass) == 302
    assert Trial.objects.filter(no=0).count() == 3
    assert "考核中" in manager.get(of("exams", klass)).content.decode()
    assert arrange(manager, klass) == 409
    assert Trial.objects.count() == 3


def test_the_examiner_finds_who_waits_and_marks(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_taught_class(cast, learners=1)
    clock(over(klass))
    arrange(browser_of(cast.class_manager), klass)
    clock(over(klass) + timedelta(minutes=10))
    examiner = browser_of(cast.examiner)
    assert "王建国" in examiner.get(reverse("classes:examiner")).content.decode()
    practical = Practical.objects.get()
    url = reverse("classes:practical", args=[the_failed(klass).uid])
    assert "关键" in examiner.get(url).content.decode()
    assert examiner.post(url, marks_for(practical, met=True)).status_code == 302
    practical.refresh_from_db()
    assert (practical.score, practical.passed, practical.examiner) == (100, True, cast.examiner)
    assert "合格" in examiner.get(url).content.decode()
    assert "没有人等待" in examiner.get(reverse("classes:examiner")).content.decode()


def test_a_practical_without_photo_is_not_kept(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_taught_class(cast, learners=1)
    clock(over(klass))
    arrange(browser_of(cast.class_manager), klass)
    sent = marks_for(Practical.objects.get(), met=True)
    del sent["photo"]
    url = reverse("classes:practical", args=[the_failed(klass).uid])
    answer = browser_of(cast.examiner).post(url, sent)
    assert answer.status_code == 422
    assert "请上传现场照片" in answer.content.decode()
    assert Practical.objects.get().at is None


def test_a_failed_learner_tries_again_at_the_enterprise(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_taught_class(cast, learners=2)
    clock(over(klass))
    manager = browser_of(cast.class_manager)
    arrange(manager, klass)
    settle(klass, theory=False, practical=True)
    later = over(klass) + timedelta(days=1)
    clock(later)
    page = manager.get(of("exams", klass)).content.decode()
    assert cast.enterprise.address in page
    one = the_failed(klass)
    sent = {
        "people": [one.uid],
        "scheduled_at": moment_input(to_shanghai(later + timedelta(days=2))),
        "place": cast.enterprise.address,
    }
    assert manager.post(of("make_up", klass), sent).status_code == 302
    trial = Trial.objects.get(no=1)
    assert (trial.enrolment, trial.place) == (one, cast.enterprise.address)
    assert trial.sitting is not None
    assert trial.practical is None  # it was passed the first time


def test_a_make_up_in_the_past_is_refused(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_taught_class(cast, learners=1)
    clock(over(klass))
    manager = browser_of(cast.class_manager)
    arrange(manager, klass)
    settle(klass, theory=False, practical=True)
    clock(over(klass) + timedelta(days=1))
    sent = {
        "people": [the_failed(klass).uid],
        "scheduled_at": moment_input(to_shanghai(over(klass))),
        "place": "企业门口",
    }
    assert manager.post(of("make_up", klass), sent).status_code == 422
    assert Trial.objects.count() == 1


def test_who_gives_up_is_counted_with_a_reason(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_taught_class(cast, learners=1)
    clock(over(klass))
    manager = browser_of(cast.class_manager)
    arrange(manager, klass)
    settle(klass, theory=False, practical=False)
    one = the_failed(klass)
    url = reverse("classes:give_up", args=[one.uid])
    assert manager.post(url, {"reason": ""}).status_code == 422
    assert manager.post(url, {"reason": "学员已离职"}).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.reason) == (EnrolmentStatus.GAVE_UP, "学员已离职")
    assert results_of(klass)[one.pk].verdict == "放弃补考"


def test_who_passes_everything_is_qualified(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_taught_class(cast, learners=1)
    clock(over(klass))
    arrange(browser_of(cast.class_manager), klass)
    settle(klass, theory=True, practical=True)
    assert results_of(klass)[the_failed(klass).pk].passed


def test_outsiders_arrange_and_mark_nothing(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_taught_class(cast, learners=1)
    clock(over(klass))
    practical = reverse("classes:practical", args=[the_failed(klass).uid])
    give_up = reverse("classes:give_up", args=[the_failed(klass).uid])
    learner = phone_of(a_learner(klass), browser_of)
    for who in (learner, browser_of(cast.rival_manager), browser_of(cast.examiner)):
        assert arrange(who, klass) == 404
        assert who.post(of("make_up", klass)).status_code == 404
        assert who.post(give_up, {"reason": "x"}).status_code == 404
    for who in (learner, browser_of(cast.rival_manager), browser_of(cast.class_manager)):
        assert who.get(practical).status_code == 404
        assert who.post(practical).status_code == 404
    assert learner.get(reverse("classes:examiner")).status_code == 404
    assert not Trial.objects.exists()
    assert the_failed(klass).status == EnrolmentStatus.ENROLLED


def test_a_missed_critical_item_is_named(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_taught_class(cast, learners=1)
    clock(over(klass))
    arrange(browser_of(cast.class_manager), klass)
    practical = Practical.objects.get()
    items = practical.checklist.items
    no = next(n for n, item in enumerate(items, start=1) if item["critical"])
    sent = marks_for(practical, met=True) | {f"mark_{no}": "no"}
    url = reverse("classes:practical", args=[the_failed(klass).uid])
    page = browser_of(cast.examiner).post(url, sent, follow=True).content.decode()
    assert "不合格" in page
    assert items[no - 1]["text"] in page
    assert "关键项目不合格" in page
