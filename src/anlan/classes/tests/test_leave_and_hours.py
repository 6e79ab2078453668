"""请假 and 补学时: asked by the learner, decided by the class manager, counted once it has happened."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from anlan.attendance.codes import code_at
from anlan.attendance.models import Device, Leave, LeaveStatus, Mark
from anlan.attendance.queries import attendances
from anlan.classes import queries
from anlan.classes.models import Enrolment, HoursMadeUp, Session, TrainingClass
from anlan.classes.results import results_of
from anlan.classes.roll import door_roll
from anlan.classes.services.door import sign_by_supervisor
from anlan.classes.services.hours import arrange_hours, withdraw_hours
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, attend, phone_of, scan, tap, the_door
from anlan.courses.models import Lesson, LessonKind, Progress
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.foundation.rules.models import Rule
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import FIRST_DAY, a_running_class


def ask(phone: Client, session: Session, reason: str = "当天上夜班") -> int:
    return phone.post(
        reverse("classes:ask_leave", args=[session.uid]), {"reason": reason}
    ).status_code


def test_a_learner_asks_the_manager_grants_and_both_see_it(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone, manager = phone_of(a_learner(klass), browser_of), browser_of(cast.class_manager)
    assert ask(phone, session, "") == 422
    assert ask(phone, session) == 302
    assert ask(phone, session) == 409
    leave = Leave.objects.get()
    page = manager.get(reverse("classes:hours", args=[klass.uid])).content.decode()
    assert "当天上夜班" in page
    decide = reverse("classes:decide_leave", args=[leave.uid])
    assert manager.post(decide, {"decision": "refuse"}).status_code == 422
    assert manager.post(decide, {"decision": "grant"}).status_code == 302
    leave.refresh_from_db()
    assert (leave.status, leave.decided_by) == (LeaveStatus.GRANTED, cast.class_manager)
    mine = phone.get(reverse("classes:mine", args=[klass.uid])).content.decode()
    assert "已准假" in mine
    assert {line.words for line in door_roll(session).lines} == {"请假", "未到"}
    assert Notice.objects.filter(title__startswith="已准假").count() == 1
    verbs = Entry.objects.filter(subject=register.subject).values_list("verb", flat=True)
    assert list(verbs) == ["leave_asked", "leave_granted"]
    assert "夜班" not in Entry.objects.get(verb="leave_asked").leaf


def test_leave_is_for_oneself_and_nobody_decides_on_their_own(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    person = a_learner(klass)
    assert ask(browser_of(cast.outsider), session) == 404
    phone = phone_of(person, browser_of)
    ask(phone, session)
    leave = Leave.objects.get()
    decide = reverse("classes:decide_leave", args=[leave.uid])
    for user in (person.user, cast.trainer_user, cast.rival_manager, cast.city_official):
        assert user is not None
        assert browser_of(user).post(decide, {"decision": "grant"}).status_code == 404
    withdraw = reverse("classes:withdraw_leave", args=[leave.uid])
    assert browser_of(cast.class_manager).post(withdraw).status_code == 404
    assert phone.post(withdraw).status_code == 302
    leave.refresh_from_db()
    assert leave.status == LeaveStatus.WITHDRAWN
    clock(register.starts_at)
    tap(phone, session, scan(phone, session, register, register.starts_at))
    assert ask(phone, session) == 409, "whoever is here needs no leave"
    assert Leave.objects.count() == 1


@pytest.fixture
def two_classes(cast: Cast) -> tuple[TrainingClass, TrainingClass]:
    """The second class is taught on the same syllabus a fortnight later."""
    first = a_running_class(cast)
    second = a_running_class(
        cast, learners=0, first_day=FIRST_DAY + timedelta(days=14), title="第二期"
    )
    return first, second


def absent(klass: TrainingClass) -> tuple[Enrolment, Session, Session]:
    """Somebody who missed the first half-day, which everybody else attended."""
    session, _register = the_door(klass)
    rows = list(queries.enrolled(klass))
    for one in rows[1:]:
        attend(session, one.person)
    host = Session.objects.exclude(klass=klass).get(module=session.module_id)
    return rows[0], session, host


def test_a_missed_half_day_is_made_up_in_another_class(
    cast: Cast, two_classes: tuple[TrainingClass, TrainingClass], browser_of: Enter, clock: SetClock
) -> None:
    klass, _other = two_classes
    enrolment, session, host = absent(klass)
    assert session.register
    assert host.register
    clock(session.register.closes_at + timedelta(minutes=1))
    manager = browser_of(cast.class_manager)
    url = reverse("classes:arrange_hours", args=[enrolment.uid, session.uid])
    assert "第二期" in manager.get(url).content.decode()
    sent = {"where": str(host.uid), "reason": "当天请假照顾家人"}
    assert manager.post(url, sent).status_code == 302
    assert manager.post(url, sent).status_code == 409
    assert results_of(klass)[enrolment.pk].hours == 0, "arranged is not done"
    phone = phone_of(enrolment.person, browser_of)
    for moment in (host.register.starts_at, host.register.ends_at):
        clock(moment)
        assert tap(phone, host, scan(phone, host, host.register, moment)) == 302
    result = results_of(klass)[enrolment.pk]
    assert (result.hours, [one.hours for one in result.made_up]) == (Decimal(4), [Decimal(4)])
    assert [line.words[:3] for line in door_roll(host).guests] == ["补课，"]
    learners = [one.person_id for one in queries.enrolled(host.klass)]
    assert attendances([host.register], learners) == 0, "no head of the host class"
    leaf = Entry.objects.get(verb="hours_makeup_arranged").leaf
    assert session.subject in leaf
    assert host.subject in leaf
    mine = phone.get(reverse("classes:mine", args=[klass.uid])).content.decode()
    assert "补 4 学时" in mine


def test_what_is_lacking_is_made_up_and_no_more_than_the_rule_allows(
    cast: Cast, two_classes: tuple[TrainingClass, TrainingClass]
) -> None:
    klass, _other = two_classes
    enrolment, session, host = absent(klass)
    assert session.register
    how = {"by": cast.class_manager, "at": session.register.closes_at}
    arrange_hours(enrolment, session, host=host, reason="请假", **how)  # type: ignore[arg-type]
    attend(host, enrolment.person)
    Rule.objects.filter(key="makeup.hours_share_max").update(value=0.1)
    assert results_of(klass)[enrolment.pk].hours == Decimal("2.4")
    sign = {"reason": "补签", "by": cast.class_manager}
    for kind, at in (("in", session.register.starts_at), ("out", session.register.ends_at)):
        sign_by_supervisor(session, enrolment, kind, at=at, **sign)  # type: ignore[arg-type]
    assert results_of(klass)[enrolment.pk].hours == 4, "nothing was missed after all"


def test_online_lessons_count_once_all_of_them_are_completed(
    cast: Cast, two_classes: tuple[TrainingClass, TrainingClass]
) -> None:
    klass, _other = two_classes
    enrolment, session, _host = absent(klass)
    assert session.register
    how = {"by": cast.class_manager, "at": session.register.closes_at, "reason": "请假"}
    with pytest.raises(Refused, match="还没有线上课"):
        arrange_hours(enrolment, session, host=None, **how)  # type: ignore[arg-type]
    facts = {"kind": LessonKind.VIDEO, "seconds": 60, "at": NOW, "published_at": NOW}
    lessons = [
        Lesson.objects.create(module=session.module, title=f"第 {n} 课", **facts) for n in (1, 2)
    ]
    arrange_hours(enrolment, session, host=None, **how)  # type: ignore[arg-type]
    done = {"person": enrolment.person, "started_at": NOW, "completed_at": NOW}
    Progress.objects.create(lesson=lessons[0], **done)
    assert results_of(klass)[enrolment.pk].hours == 0
    Progress.objects.create(lesson=lessons[1], **done)
    assert results_of(klass)[enrolment.pk].hours == 4


def test_a_rule_may_forbid_online_lessons(
    cast: Cast, two_classes: tuple[TrainingClass, TrainingClass]
) -> None:
    enrolment, session, _host = absent(two_classes[0])
    assert session.register
    Rule.objects.filter(key="makeup.online_hours").update(value=False)
    how = {"by": cast.class_manager, "at": session.register.closes_at, "reason": "请假"}
    with pytest.raises(Refused, match="现行规则不允许"):
        arrange_hours(enrolment, session, host=None, **how)  # type: ignore[arg-type]
    assert not HoursMadeUp.objects.exists()


def test_only_what_was_missed_is_made_up_and_only_on_the_same_module(
    cast: Cast, two_classes: tuple[TrainingClass, TrainingClass]
) -> None:
    klass, _other = two_classes
    enrolment, session, host = absent(klass)
    assert session.register
    how = {"by": cast.class_manager, "at": session.register.closes_at, "reason": "请假"}
    present = queries.enrolled(klass)[1]
    with pytest.raises(NotAllowed, match="学时是满的"):
        arrange_hours(present, session, host=host, **how)  # type: ignore[arg-type]
    wrong = Session.objects.filter(klass=host.klass).exclude(module=session.module_id)[0]
    with pytest.raises(BadInput, match="不是同一模块"):
        arrange_hours(enrolment, session, host=wrong, **how)  # type: ignore[arg-type]
    early = how | {"at": session.register.starts_at}
    with pytest.raises(NotAllowed, match="还没有上完"):
        arrange_hours(enrolment, session, host=host, **early)  # type: ignore[arg-type]
    assert not HoursMadeUp.objects.exists()


def test_an_arrangement_is_taken_back_until_it_was_used(
    cast: Cast, two_classes: tuple[TrainingClass, TrainingClass]
) -> None:
    enrolment, session, host = absent(two_classes[0])
    assert session.register
    how = {"by": cast.class_manager, "at": session.register.closes_at}
    made = arrange_hours(enrolment, session, host=host, reason="请假", **how)  # type: ignore[arg-type]
    withdraw_hours(made, **how)  # type: ignore[arg-type]
    before = Mark.objects.count()
    with pytest.raises(Refused, match="不在这个班的名单上"):
        attend(host, enrolment.person)
    assert Mark.objects.count() == before
    again = arrange_hours(enrolment, session, host=host, reason="请假", **how)  # type: ignore[arg-type]
    attend(host, enrolment.person)
    with pytest.raises(NotAllowed, match="不能撤销"):
        withdraw_hours(again, **how)  # type: ignore[arg-type]


def test_my_phone_is_shown_and_let_go(cast: Cast, browser_of: Enter, clock: SetClock) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    person = a_learner(klass)
    phone = phone_of(person, browser_of)
    clock(register.starts_at)
    tap(phone, session, scan(phone, session, register, register.starts_at))
    url = reverse("classes:phones")
    assert "正在使用" in phone.get(url).content.decode()
    assert phone.post(url).status_code == 302
    assert Device.objects.get().released_at is not None
    assert phone.post(url).status_code == 409
    assert Entry.objects.filter(verb="phone_released", subject=person.subject).count() == 1
    other = browser_of(cast.outsider)
    assert "不是学员账号" in other.get(url).content.decode()


def test_another_phone_is_asked_why_before_it_signs(
    cast: Cast, browser_of: Enter, clock: SetClock
) -> None:
    klass = a_running_class(cast)
    (morning, first), (afternoon, second) = the_door(klass, 0), the_door(klass, 1)
    person = a_learner(klass)
    phone = phone_of(person, browser_of)
    clock(first.starts_at)
    tap(phone, morning, scan(phone, morning, first, first.starts_at))
    strange = phone_of(person, browser_of)
    strange.cookies["anlan_device"] = "9" * 32
    clock(second.starts_at)
    code = {"c": code_at(second, second.starts_at).token}
    page = strange.get(reverse("classes:sign", args=[afternoon.uid]), code).content.decode()
    assert "不是您平时签到的手机" in page
    fields = scan(strange, afternoon, second, second.starts_at)
    assert tap(strange, afternoon, fields | {"other_phone": "borrowed"}) == 302
    assert Mark.objects.get(register=second).other_phone == "borrowed"
