"""The teacher's screen: code, roll, and the three acts at the door."""

from django.urls import reverse

from anlan.attendance.models import Mark, MarkKind, Proof
from anlan.classes.models import Enrolment, EnrolmentSource, EnrolmentStatus, Session, TrainingClass
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import (
    Enter,
    a_learner,
    a_photo,
    attend,
    phone_of,
    scan,
    tap,
    the_door,
)
from anlan.testing.cast import Cast, an_id_number
from anlan.testing.classes import a_running_class

PAGES = ("door", "door_roll", "door_code")
ACTS = ("sign_for", "walk_in", "substitute")


def at(name: str, session: Session) -> str:
    return reverse(f"classes:{name}", args=[session.uid])


def enrolled(klass: TrainingClass, at: int = 0) -> Enrolment:
    return klass.enrolments.order_by("id")[at]


def test_the_screen_shows_who_is_here_by_full_name(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    attend(session, a_learner(klass))
    clock(register.starts_at)
    for user in (cast.class_manager, cast.trainer_user):
        page = browser_of(user).get(at("door", session)).content.decode()
        assert "王建国" in page
        assert "<b>1</b> <span>/ 3 人已到" in page


def test_the_code_is_a_picture_of_an_address_with_digits_beside(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    session, register = the_door(a_running_class(cast))
    clock(register.starts_at)
    answer = browser_of(cast.class_manager).get(at("door_code", session))
    assert answer["Content-Type"] == "image/svg+xml"
    assert len(answer["X-Code"]) == 7
    assert b"<svg" in answer.content


def test_before_the_door_opens_there_is_no_code(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    session, _register = the_door(a_running_class(cast))
    manager = browser_of(cast.class_manager)
    assert manager.get(at("door_code", session)).status_code == 409
    assert "还没有开放签到" in manager.get(at("door", session)).content.decode()


def test_one_phone_for_two_people_is_said_in_words(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    first, second = (phone_of(a_learner(klass, n), browser_of) for n in (0, 1))
    tap(first, session, scan(first, session, register, register.starts_at))
    second.cookies["anlan_device"] = first.cookies["anlan_device"].value
    tap(second, session, scan(second, session, register, register.starts_at))
    manager = browser_of(cast.class_manager)
    shown = manager.get(at("door_roll", session)).content.decode()
    assert "有 2 条签到请核对" in shown
    assert "同一部手机" not in shown, "a class may be looking on"
    page = manager.get(at("checks", session)).content.decode()
    assert page.count("用了同一部手机") == 2


def test_the_manager_signs_for_a_learner_with_reason_and_photo(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    sent = {
        "enrolment": enrolled(klass).uid,
        "kind": "in",
        "reason": "手机没电",
        "photo": a_photo(),
    }
    assert browser_of(cast.class_manager).post(at("sign_for", session), sent).status_code == 302
    mark = Mark.objects.get()
    assert (mark.proof, mark.kind, mark.reason) == (Proof.SUPERVISOR, MarkKind.IN, "手机没电")
    assert mark.photo is not None


def test_signing_for_somebody_needs_a_reason(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    sent = {"enrolment": enrolled(klass).uid, "kind": "in", "reason": ""}
    answer = browser_of(cast.class_manager).post(
        at("sign_for", session), sent, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "请填写原因" in answer.content.decode()
    assert not Mark.objects.exists()


def test_somebody_walks_in_and_is_on_the_list(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    sent = {
        "name": "新来的",
        "id_number": an_id_number(777),
        "phone": "13800139777",
        "organization": "elsewhere",
        "uscc": cast.rival_enterprise.uscc,
    }
    assert browser_of(cast.class_manager).post(at("walk_in", session), sent).status_code == 302
    one = klass.enrolments.get(source=EnrolmentSource.WALK_IN)
    assert (one.person.name, one.organization) == ("新来的", cast.rival_enterprise)
    assert one.person.employments.get().organization == cast.rival_enterprise


def test_a_wrong_id_number_at_the_door_keeps_everything_as_it_was(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    wrong = an_id_number(777)[:-1] + "Z"
    sent = {"name": "新来的", "id_number": wrong, "organization": cast.enterprise.uid}
    answer = browser_of(cast.class_manager).post(at("walk_in", session), sent)
    assert answer.status_code == 422
    assert klass.enrolments.count() == 3


def test_a_colleague_comes_instead(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    absent = enrolled(klass)
    sent = {
        "enrolment": absent.uid,
        "name": "顶岗人",
        "id_number": an_id_number(778),
        "phone": "",
        "reason": "临时倒班",
    }
    assert browser_of(cast.class_manager).post(at("substitute", session), sent).status_code == 302
    absent.refresh_from_db()
    assert absent.status == EnrolmentStatus.SUBSTITUTED
    assert absent.replaced_by.person.name == "顶岗人"


def test_who_has_signed_in_is_not_offered_for_replacement(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    attend(session, a_learner(klass))
    clock(register.starts_at)
    sent = {"enrolment": enrolled(klass).uid, "name": "顶", "id_number": an_id_number(779)}
    answer = browser_of(cast.class_manager).post(at("substitute", session), sent | {"reason": "x"})
    assert answer.status_code == 422
    assert klass.enrolments.filter(status=EnrolmentStatus.ENROLLED).count() == 3


def test_outsiders_find_no_door(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    learner = phone_of(a_learner(klass), browser_of)
    others = [browser_of(u) for u in (cast.rival_manager, cast.outsider, cast.city_official)]
    for who in (learner, *others):
        assert {who.get(at(name, session)).status_code for name in PAGES} == {404}
        assert {who.post(at(name, session)).status_code for name in ACTS} == {404}
    trainer = browser_of(cast.trainer_user)
    assert {trainer.post(at(name, session)).status_code for name in ACTS} == {404}
    assert not Mark.objects.exists()
    assert klass.enrolments.count() == 3
