"""Giving and ending roles: within one's reach, never to oneself, the whole city by two."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from anlan.foundation.access import queries
from anlan.foundation.access.models import RoleProposal
from anlan.foundation.access.places import WHOLE_CITY, Place, find
from anlan.foundation.access.services import roles
from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.accounts.services import open_account
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast, a_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def monday() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def newcomer(cast: Cast) -> User:
    return open_account(username="newcomer", name="新同事")


@pytest.fixture
def operator(cast: Cast) -> User:
    return a_user("operator", "运维", Role.OPERATOR, ScopeKind.CITY)


def give(browser: Any, user: User, role: Role, where: str = "", until: str = "") -> Any:
    words = {"role": role.value, "where": where, "until": until, "reason": "接替调离的同事"}
    return browser.post(f"/account/people/{user.uid}/give", words)


def verbs(user: User) -> list[str]:
    return list(Entry.objects.filter(subject=f"user/{user.uid}").values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("role", "where", "scope"),
    [
        (Role.DISTRICT_OFFICIAL, "历城区", ("district", "370112")),
        (Role.DEPARTMENT_OFFICIAL, "hazchem", ("industry", "hazchem")),
        (Role.TRAINER, "安济培训学校（演示）", ("organization", "provider")),
    ],
)
def test_the_city_gives_roles_over_places_by_their_names(
    cast: Cast, newcomer: User, browser_of: Any, role: Role, where: str, scope: tuple[str, str]
) -> None:
    answer = give(browser_of(cast.city_official), newcomer, role, where, "2026-12-31")
    assert answer.status_code == 302, answer.content.decode()
    grant = newcomer.grants.get()
    key = str(cast.provider.uid) if scope[1] == "provider" else scope[1]
    assert (grant.role, grant.scope_kind, grant.scope_key) == (role, scope[0], key)
    assert (grant.granted_by, grant.reason) == (cast.city_official, "接替调离的同事")
    assert f"{grant.until:%Y-%m-%d %H}" == "2026-12-31 16"  # the day's end in Jinan
    assert verbs(newcomer) == ["role_given"]


def test_a_name_that_fits_none_or_several_is_asked_again_and_nothing_is_given(
    cast: Cast, newcomer: User, browser_of: Any
) -> None:
    city = browser_of(cast.city_official)
    for where, said in (
        ("没有这家", "没有找到这样的单位"),
        ("演示", "不止一个符合，请写全"),
        ("", "请填写单位、班级。"),
    ):
        page = give(city, newcomer, Role.TRAINER, where)
        assert page.status_code == 422
        assert said in page.content.decode()
        assert "接替调离的同事" in page.content.decode()  # what was typed stays
    assert not newcomer.grants.exists()


def test_a_district_gives_roles_within_itself_only(
    cast: Cast, newcomer: User, browser_of: Any
) -> None:
    district = browser_of(cast.district_official)
    colleague = cast.class_manager
    give(district, colleague, Role.TRAINER, cast.provider.name)
    assert reach(User.objects.get(pk=colleague.pk)).has(Role.TRAINER)
    for role, where in (
        (Role.TRAINER, cast.rival_provider.name),
        (Role.DISTRICT_OFFICIAL, "长清区"),
        (Role.DEPARTMENT_OFFICIAL, "hazchem"),
        (Role.CITY_OFFICIAL, ""),
        (Role.OPERATOR, ""),
    ):
        assert give(district, colleague, role, where).status_code in (409, 422)
    assert colleague.grants.count() == 2
    assert not RoleProposal.objects.exists()
    assert give(district, newcomer, Role.TRAINER, cast.provider.name).status_code == 404


def test_nobody_gives_a_role_to_themselves(cast: Cast, browser_of: Any, operator: User) -> None:
    for user in (cast.city_official, cast.district_official, operator):
        before = user.grants.count()
        answer = give(browser_of(user), user, Role.DISTRICT_OFFICIAL, "长清区")
        assert answer.status_code == 404
        with pytest.raises(Refused, match="不能给自己"):
            roles.give_role(
                user,
                Role.TRAINER,
                Place(ScopeKind.ORGANIZATION, str(cast.provider.uid), ""),
                by=user,
                at=NOW,
                reason="自己",
            )
        assert user.grants.count() == before


@pytest.mark.parametrize("who", ["class_manager", "trainer_user", "safety_officer", "outsider"])
def test_others_find_no_such_pages(cast: Cast, browser_of: Any, who: str) -> None:
    client = browser_of(getattr(cast, who))
    pages = ("people/", "people/open", "roles/", "matrix", f"people/{cast.trainer_user.uid}/")
    assert [client.get(f"/account/{page}").status_code for page in pages] == [404] * len(pages)


def test_a_role_over_the_city_waits_for_a_second_person(
    cast: Cast, newcomer: User, browser_of: Any, operator: User
) -> None:
    give(browser_of(operator), newcomer, Role.CITY_OFFICIAL)
    proposal = RoleProposal.objects.get()
    assert not newcomer.grants.exists()
    assert Notice.objects.filter(user=cast.city_official).exists()
    page = f"/account/roles/{proposal.uid}"
    assert browser_of(operator).post(page, {"answer": "yes"}).status_code == 409
    assert browser_of(cast.district_official).post(page, {"answer": "yes"}).status_code == 404
    assert not newcomer.grants.exists()
    assert browser_of(cast.city_official).post(page, {"answer": "yes"}).status_code == 302
    grant = newcomer.grants.get()
    assert (grant.role, grant.granted_by) == (Role.CITY_OFFICIAL, operator)
    assert verbs(newcomer) == ["role_proposed", "role_given"]
    assert browser_of(cast.city_official).post(page, {"answer": "no"}).status_code == 404


def test_a_proposal_is_refused_with_a_reason(
    cast: Cast, newcomer: User, browser_of: Any, operator: User
) -> None:
    give(browser_of(operator), newcomer, Role.CITY_OFFICIAL)
    proposal = RoleProposal.objects.get()
    city = browser_of(cast.city_official)
    assert city.post(f"/account/roles/{proposal.uid}", {"answer": "no"}).status_code == 422
    city.post(f"/account/roles/{proposal.uid}", {"answer": "no", "reason": "编制未到"})
    assert not newcomer.grants.exists()
    assert RoleProposal.objects.get().answer == "编制未到"
    assert verbs(newcomer) == ["role_proposed", "role_refused"]


def test_who_is_proposed_can_not_say_yes(cast: Cast, operator: User) -> None:
    made = roles.give_role(
        cast.city_official, Role.OPERATOR, WHOLE_CITY, by=operator, at=NOW, reason="兼任"
    )
    assert isinstance(made, RoleProposal)
    with pytest.raises(Refused):
        roles.decide_proposal(made, confirm=True, by=cast.city_official, at=NOW)
    assert cast.city_official.grants.count() == 1


def test_the_same_role_is_not_given_twice_nor_until_yesterday(cast: Cast, newcomer: User) -> None:
    place = Place(ScopeKind.ORGANIZATION, str(cast.provider.uid), "")

    def give_it(at: Any, until: Any = None) -> object:
        facts = {"by": cast.city_official, "at": at, "reason": "代课", "until": until}
        return roles.give_role(newcomer, Role.TRAINER, place, **facts)

    with pytest.raises(Refused, match="已经过去"):
        give_it(NOW, NOW)
    give_it(NOW, NOW + DAY)
    with pytest.raises(Refused, match="已经有这个角色"):
        give_it(NOW + DAY / 2)
    give_it(NOW + DAY)  # the first is over by itself
    assert newcomer.grants.count() == 2


def test_a_role_is_ended_with_a_reason_and_the_history_stays(
    cast: Cast, browser_of: Any, monday: Any
) -> None:
    monday.shift(DAY)
    grant = cast.class_manager.grants.get()
    page = f"/account/people/{cast.class_manager.uid}/roles/{grant.pk}/end"
    rival = browser_of(cast.other_district_official)
    assert rival.post(page, {"reason": "不该"}).status_code == 404
    district = browser_of(cast.district_official)
    assert district.post(page, {"reason": ""}).status_code == 422
    assert reach(User.objects.get(pk=cast.class_manager.pk)).has(Role.CLASS_MANAGER)
    assert district.post(page, {"reason": "离职"}).status_code == 302
    assert not reach(User.objects.get(pk=cast.class_manager.pk)).has(Role.CLASS_MANAGER)
    shown = browser_of(cast.city_official).get(f"/account/people/{cast.class_manager.uid}/")
    assert "终止：离职（历城经办）" in shown.content.decode()
    assert verbs(cast.class_manager) == ["role_ended"]


def test_what_ends_soon_is_listed_for_who_looks_after_it(cast: Cast, browser_of: Any) -> None:
    for days in (10, 60):
        roles.give_role(
            cast.trainer_user,
            Role.EXAMINER if days == 10 else Role.CLASS_MANAGER,
            Place(ScopeKind.ORGANIZATION, str(cast.provider.uid), ""),
            by=cast.city_official,
            at=NOW,
            reason="代理",
            until=NOW + days * DAY,
        )
    page = browser_of(cast.district_official).get("/account/roles/").content.decode()
    assert page.count("2026年12月3日") == 1
    assert not queries.ending_soon(cast.other_district_official, at=NOW).exists()


def test_an_account_is_opened_by_the_city_with_a_code_for_the_first_password(
    cast: Cast, browser_of: Any
) -> None:
    words = {"name": "新经办", "username": "xinjingban", "reason": "新任"}
    assert browser_of(cast.district_official).post("/account/people/open", words).status_code == 404
    city = browser_of(cast.city_official)
    assert "handed-code" in city.post("/account/people/open", words).content.decode()
    made = User.objects.get(username="xinjingban")
    assert not made.has_usable_password()
    assert not Grant.objects.filter(user=made).exists()
    assert verbs(made) == ["account_opened"]
    assert city.post("/account/people/open", words).status_code == 422
    assert city.get("/account/people/?q=新经办").content.decode().count("还没有角色") == 1


def test_a_district_sees_the_accounts_of_its_organisations_only(cast: Cast) -> None:
    seen = set(queries.accounts_visible_to(cast.district_official))
    assert {cast.class_manager, cast.safety_officer, cast.district_official} <= seen
    assert not {cast.rival_manager, cast.city_official, cast.outsider} & seen


def test_districts_are_found_by_code_and_name() -> None:
    assert [p.name for p in find(ScopeKind.DISTRICT, "370112")] == ["历城区"]
    assert [p.key for p in find(ScopeKind.DISTRICT, "历城区")] == ["370112"]
