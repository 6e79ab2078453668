"""班级台登录: a learner without text messages is let in by the class manager, on the phone that asked."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.attendance.codes import code_at
from anlan.attendance.models import Register
from anlan.classes.models import DeskLogin, DeskLoginStatus, Session
from anlan.classes.services.vouching import forget_desk_logins
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, the_door
from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.accounts.services import give_role
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class

WAITING = reverse("classes:desk_login_waiting")
STATE = reverse("classes:desk_login_state")


@dataclass
class Scene:
    """A half-day under way, its first learner with an unknown phone, and the manager's screen."""

    session: Session
    register: Register
    learner: Person
    phone: Client
    manager: Client

    def scan(self, code: str = "", phone: Client | None = None) -> int:
        code = code or code_at(self.register, self.register.starts_at).token
        return (phone or self.phone).get(self.door, {"c": code}).status_code

    @property
    def door(self) -> str:
        return reverse("classes:desk_login", args=[self.session.uid])

    def says(self, name: str, last_four: str, phone: Client | None = None) -> str:
        answer = (phone or self.phone).post(self.door, {"name": name, "last_four": last_four})
        return answer.headers.get("Location") or answer.content.decode()

    def asks(self) -> DeskLogin:
        self.scan()
        assert self.says(self.learner.name, self.learner.id_number[-4:]) == WAITING
        return DeskLogin.objects.get(person=self.learner, status=DeskLoginStatus.ASKED)

    def decides(self, asked: DeskLogin, decision: str, by: Client | None = None) -> int:
        url = reverse("classes:decide_desk_login", args=[asked.uid])
        return (by or self.manager).post(url, {"decision": decision}).status_code

    def is_in(self) -> bool:
        return "_auth_user_id" in self.phone.session


@pytest.fixture
def scene(cast: Cast, browser_of: Enter, clock: SetClock, client: Client) -> Scene:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    clock(register.starts_at)
    manager = browser_of(cast.class_manager)
    return Scene(session, register, a_learner(klass), client, manager)


def test_the_same_two_digits_on_phone_and_screen_and_the_phone_is_in(scene: Scene) -> None:
    asked = scene.asks()
    assert f">{asked.number}</p>" in scene.phone.get(WAITING).content.decode()
    screen = scene.manager.get(reverse("classes:door_roll", args=[scene.session.uid]))
    shown = screen.content.decode()
    assert f">{asked.number}</b>" in shown
    assert scene.learner.name in shown
    assert scene.learner.id_number[-4:] not in shown
    assert scene.phone.post(STATE, headers={"HX-Request": "true"}).status_code == 200
    assert not scene.is_in()
    assert scene.decides(asked, "vouch") == 302
    answer = scene.phone.post(STATE, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("classes:sign", args=[scene.session.uid])
    assert scene.is_in()
    assert scene.phone.session.get_expiry_age() > timedelta(days=89).total_seconds()
    scene.learner.refresh_from_db()
    user = scene.learner.user
    assert user is not None
    line = Entry.objects.get(subject=f"user/{user.uid}", verb="desk_login_vouched")
    assert json.loads(line.leaf)["data"]["number"] == asked.number
    assert Notice.objects.filter(user=user, title__contains="班级台登录").count() == 1
    assert TextMessage.objects.filter(text__contains="班主任当面确认登录").count() == 1


def test_what_was_confirmed_opens_once_and_on_no_other_phone(scene: Scene) -> None:
    asked = scene.asks()
    scene.decides(asked, "vouch")
    stranger = Client()
    scene.scan(phone=stranger)
    assert "先扫讲台屏幕" in stranger.get(WAITING).content.decode()
    stranger.post(STATE)
    assert "_auth_user_id" not in stranger.session
    scene.phone.post(STATE)
    assert scene.is_in()
    asked.refresh_from_db()
    assert asked.status == DeskLoginStatus.USED
    assert scene.decides(asked, "vouch") == 409


@pytest.mark.parametrize("code", ["", "123456", "AAAAAAAAAAAAAAAA"])
def test_without_the_code_on_the_screen_nobody_is_asked_for(scene: Scene, code: str) -> None:
    assert scene.phone.get(scene.door, {"c": code} if code else {}).status_code == 409
    answer = scene.phone.post(scene.door, {"name": scene.learner.name, "last_four": "0000"})
    assert answer.status_code == 409
    assert not DeskLogin.objects.exists()


def test_a_scan_from_long_ago_counts_no_more(scene: Scene, clock: SetClock) -> None:
    code = code_at(scene.register, scene.register.starts_at).token
    clock(scene.register.starts_at + timedelta(minutes=4))
    assert scene.scan(code) == 409


def test_a_wrong_number_is_told_and_ten_of_them_are_enough(scene: Scene) -> None:
    scene.scan()
    last = scene.learner.id_number[-4:]
    wrong = "0000" if last != "0000" else "1111"
    for _ in range(10):
        page = scene.says(scene.learner.name, wrong)
        assert "没有这个姓名和号码" in page
        assert f'value="{scene.learner.name}"' in page, "nothing typed is lost"
    assert "请等 10 分钟" in scene.says(scene.learner.name, last)
    assert not DeskLogin.objects.exclude(person=None).exists()


def test_a_request_expires_and_is_forgotten(scene: Scene, clock: SetClock) -> None:
    asked = scene.asks()
    clock(scene.register.starts_at + timedelta(minutes=5))
    assert "请求已过期" in scene.phone.get(WAITING).content.decode()
    assert scene.decides(asked, "vouch") == 409
    assert forget_desk_logins(asked.at + timedelta(hours=23)) == 0
    assert forget_desk_logins(asked.at + timedelta(hours=25)) == 1


def test_the_manager_sends_a_phone_away(scene: Scene) -> None:
    asked = scene.asks()
    assert scene.decides(asked, "refuse") == 302
    assert (
        "班主任没有确认" in scene.phone.post(STATE, headers={"HX-Request": "true"}).content.decode()
    )
    assert not scene.is_in()


def test_only_who_runs_the_half_day_answers(scene: Scene, cast: Cast, browser_of: Enter) -> None:
    asked = scene.asks()
    for user in (cast.trainer_user, cast.safety_officer, cast.city_official):
        assert scene.decides(asked, "vouch", by=browser_of(user)) == 404
    asked.refresh_from_db()
    assert asked.status == DeskLoginStatus.ASKED


def test_an_account_with_a_staff_role_is_not_opened(scene: Scene, cast: Cast) -> None:
    user = ensure_account(scene.learner, at=NOW)
    key = str(cast.enterprise.uid)
    give_role(
        user, Role.SAFETY_OFFICER, ScopeKind.ORGANIZATION, key, by=None, at=NOW, reason="兼职"
    )
    scene.scan()
    assert "请用密码登录" in scene.says(scene.learner.name, scene.learner.id_number[-4:])
    assert not DeskLogin.objects.exclude(person=None).exists()


def test_one_phone_for_two_learners_is_told_to_the_manager(scene: Scene) -> None:
    scene.asks()
    other = a_learner(scene.session.klass, 1)
    scene.says(other.name, other.id_number[-4:])
    shown = scene.manager.get(
        reverse("classes:door_roll", args=[scene.session.uid])
    ).content.decode()
    assert len(re.findall("这部手机今天还为另外 1 人请求过", shown)) == 2


def test_the_learner_s_door_offers_it_after_a_scan_only(scene: Scene) -> None:
    code = code_at(scene.register, scene.register.starts_at).token
    target = f"{reverse('classes:sign', args=[scene.session.uid])}?c={code}"
    page = scene.phone.get(reverse("identity:login_phone"), {"next": target}).content.decode()
    assert f'href="{scene.door}?c={code}"' in page
    assert "就在教室里" not in Client().get(reverse("identity:login_phone")).content.decode()
