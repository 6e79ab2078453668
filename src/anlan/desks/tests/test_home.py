"""Every role's first page shows what waits for that role, and only that."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.assessments.models import Practical, SittingStatus
from anlan.bookings.services import book_seats
from anlan.classes import queries as classes
from anlan.classes.models import ChangeKind, Trial
from anlan.classes.services.changes import request_change
from anlan.classes.services.reviews import return_class
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role
from anlan.identity.services import ensure_account
from anlan.organizations.models import Kind, Organization, Status
from anlan.testing.cast import NOW, Cast, an_organization
from anlan.testing.classes import (
    a_bookable_class,
    a_draft_class,
    a_finished_class,
    a_reviewed_class,
    a_running_class,
    a_submitted_class,
    a_worker,
    attend,
    examine,
)
from anlan.testing.queries import counted

Enter = Callable[[User], Client]
HOME = "/"


def page_of(client: Client, query: str = "") -> str:
    answer = client.get(HOME + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_visitor_is_sent_to_the_door() -> None:
    assert Client().get(HOME).status_code == 302


def test_the_district_reviews_what_the_city_does_not_see_yet(cast: Cast, browser_of: Enter) -> None:
    klass = a_submitted_class(cast)
    assert f"开班申请：{klass.title}" in page_of(browser_of(cast.district_official))
    for user in (cast.city_official, cast.other_district_official):
        assert "没有等您审批的事项" in page_of(browser_of(user))


def test_the_city_approves_and_decides_changes(cast: Cast, browser_of: Enter) -> None:
    a_reviewed_class(cast, title="待批的班")
    changing = a_bookable_class(cast, title="要变更的班", first_day=NOW.date() + timedelta(days=20))
    request_change(
        changing, ChangeKind.CANCEL, session=None, after={}, reason="人数不足",
        by=cast.class_manager, at=NOW,
    )  # fmt: skip
    page = page_of(browser_of(cast.city_official))
    assert "开班申请：待批的班" in page
    assert "取消开班：要变更的班" in page
    assert page.index("待批的班") < page.index("要变更的班"), "the nearer first day comes first"


def test_registrations_wait_on_the_desk_of_their_district(cast: Cast, browser_of: Enter) -> None:
    an_organization("新来的（演示）有限公司", Kind.EMPLOYER, 30, status=Status.PENDING)
    assert "单位登记：新来的" in page_of(browser_of(cast.district_official))
    assert "单位登记：新来的" not in page_of(browser_of(cast.other_district_official))


def test_a_department_looks_and_decides_nothing(cast: Cast, browser_of: Enter) -> None:
    a_submitted_class(cast)
    looker = role_holder(cast, Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, "hazchem")
    page = page_of(browser_of(looker))
    assert "协同部门只查看" in page
    assert "开班申请" not in page


def test_the_class_manager_mends_holds_and_closes(cast: Cast, browser_of: Enter) -> None:
    draft = a_draft_class(cast, title="草稿班")
    returned = a_submitted_class(cast, title="退回班", first_day=NOW.date() + timedelta(days=20))
    return_class(returned, by=cast.district_official, at=NOW, reason="缺设备清单")
    page = page_of(browser_of(cast.class_manager))
    assert f"草稿：{draft.title}" in page
    assert "退回意见：缺设备清单" in page
    assert "草稿班" not in page_of(browser_of(cast.rival_manager))


def test_todays_session_opens_the_door(
    cast: Cast, browser_of: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    klass = a_running_class(cast)
    session = classes.sessions_of(klass)[0]
    assert session.register is not None
    clock_at(monkeypatch, session.register.opens_at)
    page = page_of(browser_of(cast.class_manager))
    assert reverse("classes:door", args=[session.uid]) in page
    assert "投屏签到" in page
    assert "08:30 开课" in page


def test_an_ended_class_says_what_is_missing_or_that_it_may_close(
    cast: Cast, browser_of: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    klass = a_finished_class(cast)
    clock_at(monkeypatch, classes.registers_of(klass)[-1].ends_at + timedelta(days=1))
    assert "证据齐全，可以结班" in page_of(browser_of(cast.class_manager))
    Trial.objects.all().delete()
    assert "还缺 1 项" in page_of(browser_of(cast.class_manager))


def test_the_trainer_sees_own_lessons_and_the_examiner_unmarked_checks(
    cast: Cast, browser_of: Enter
) -> None:
    klass = a_running_class(cast)
    trainer = classes.sessions_of(klass)[0].trainer
    trainer.user = cast.trainer_user
    trainer.save(update_fields=["user"])
    assert klass.title in page_of(browser_of(cast.trainer_user))
    examine(cast, klass)
    assert "没有要上的课" in page_of(browser_of(cast.examiner))
    Practical.objects.update(passed=None)
    assert "3 人等待打分" in page_of(browser_of(cast.examiner))


def test_the_safety_officer_is_asked_for_names(cast: Cast, browser_of: Enter) -> None:
    klass = a_bookable_class(cast, quota=10)
    book_seats(klass, cast.enterprise, seats=4, by=cast.safety_officer, at=NOW)
    page = page_of(browser_of(cast.safety_officer))
    assert f"报送名单：{klass.title}" in page
    assert "还差 4 人" in page
    assert klass.title not in page_of(browser_of(cast.rival_officer))


def test_who_has_no_role_yet_sees_how_the_registration_stands(
    cast: Cast, browser_of: Enter
) -> None:
    assert "还没有登记单位" in page_of(browser_of(cast.outsider))
    made = an_organization("新来的（演示）有限公司", Kind.EMPLOYER, 30, status=Status.PENDING)
    Organization.objects.filter(pk=made.pk).update(registered_by=cast.outsider)
    assert "等待区县审核" in page_of(browser_of(cast.outsider))


def test_a_learner_finds_the_open_exam_and_the_next_session(
    cast: Cast, browser_of: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    klass = a_running_class(cast)
    learner = ensure_account(a_worker(cast, 0), at=NOW)
    session = classes.sessions_of(klass)[0]
    assert "接下来" in page_of(browser_of(learner))
    assert session.register is not None
    clock_at(monkeypatch, session.register.opens_at)
    assert f"签到：{session.topic}" in page_of(browser_of(learner))
    examine(cast, klass)
    sitting = learner.person.sittings.get()
    sitting.status = SittingStatus.READY
    sitting.save(update_fields=["status"])
    clock_at(monkeypatch, sitting.opens_at)
    page = page_of(browser_of(learner))
    assert "开始考试" in page
    assert "评价：" in page


def test_with_several_roles_one_switches_desks_and_stays(cast: Cast, browser_of: Enter) -> None:
    give_role(
        cast.city_official, Role.CLASS_MANAGER, ScopeKind.ORGANIZATION, str(cast.provider.uid),
        by=None, at=NOW, reason="测试",
    )  # fmt: skip
    client = browser_of(cast.city_official)
    assert "切换工作台" in page_of(client)
    assert "申请开班" in page_of(client, "?as=provider")
    assert "结班合格率" in page_of(client)
    assert "指标口径" in page_of(client, "?as=official")
    assert "结班合格率" not in page_of(client, "?as=learner"), "a desk one does not have"


def test_desks_stay_cheap(cast: Cast, browser_of: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    klass = a_running_class(cast, learners=5)
    attend(cast, classes.sessions_of(klass)[0])
    operator = role_holder(cast, Role.OPERATOR, ScopeKind.CITY, "")
    learner = ensure_account(a_worker(cast, 0), at=NOW)
    for name, user in {
        "official": cast.city_official,
        "provider": cast.class_manager,
        "teaching": cast.examiner,
        "enterprise": cast.safety_officer,
        "operator": operator,
        "learner": learner,
    }.items():
        client = browser_of(user)
        page_of(client)
        with counted(f"desks:home {name}"):
            page_of(client)


def clock_at(monkeypatch: pytest.MonkeyPatch, at: object) -> None:
    monkeypatch.setattr("anlan.desks.views.now", lambda: at)


def role_holder(cast: Cast, role: Role, scope: ScopeKind, key: str) -> User:
    """The outsider with one more role."""
    give_role(cast.outsider, role, scope, key, by=None, at=NOW, reason="测试")
    return cast.outsider
