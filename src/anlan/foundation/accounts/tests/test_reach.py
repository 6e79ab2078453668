"""What a user may reach: grants in force, of the kind and over the scope that is asked."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.accounts.policies import is_city_official, is_official, is_operator
from anlan.foundation.accounts.queries import NOBODY, Reach, reach, users_with
from anlan.foundation.accounts.services import end_role, give_role
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DISTRICT = "370112"


def a_grant(user: User, since: datetime, until: datetime | None = None) -> Grant:
    return Grant.objects.create(
        user=user,
        role=Role.DISTRICT_OFFICIAL,
        scope_kind=ScopeKind.DISTRICT,
        scope_key=DISTRICT,
        since=since,
        until=until,
        reason="测试",
    )


def test_a_grant_counts_from_its_first_moment_until_just_before_its_last(cast: Cast) -> None:
    a_grant(cast.outsider, NOW, NOW + HOUR)
    moments = (NOW - timedelta.resolution, NOW, NOW + HOUR - timedelta.resolution, NOW + HOUR)
    seen = [bool(reach(cast.outsider, at=moment).districts) for moment in moments]
    assert seen == [False, True, True, False]


def test_who_is_told_are_those_whose_grant_is_in_force_now(cast: Cast) -> None:
    a_grant(cast.outsider, NOW + HOUR, NOW + 3 * HOUR)

    def told_at(moment: datetime) -> list[User]:
        with time_machine.travel(moment, tick=False):
            return users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, DISTRICT)

    assert told_at(NOW) == [cast.district_official]
    assert told_at(NOW + 2 * HOUR) == [cast.district_official, cast.outsider]
    assert told_at(NOW + 3 * HOUR) == [cast.district_official]
    User.objects.filter(pk=cast.district_official.pk).update(is_active=False)
    assert told_at(NOW) == []


def test_every_kind_of_scope_is_kept_apart() -> None:
    found = Reach(
        (
            ("district_official", "district", "370112"),
            ("department_official", "industry", "hazchem"),
            ("class_manager", "organization", "uid-1"),
            ("trainer", "organization", "uid-2"),
            ("learner", "class", "uid-3"),
        )
    )
    assert found.districts == {"370112"}
    assert found.industries == {"hazchem"}
    assert found.organizations == {"uid-1", "uid-2"}
    assert found.keys(ScopeKind.CLASS) == {"uid-3"}
    assert found.keys(ScopeKind.ORGANIZATION, Role.TRAINER) == {"uid-2"}
    assert found.works_for("uid-1")
    assert found.works_for("uid-1", Role.CLASS_MANAGER)
    assert not found.works_for("uid-1", Role.TRAINER)
    assert not found.works_for("uid-3")
    assert not found.whole_city


def test_a_district_is_reached_by_its_official_only() -> None:
    assert Reach((("learner", "district", DISTRICT),)).districts == frozenset()
    assert Reach((("district_official", "industry", "hazchem"),)).industries == frozenset()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", ScopeKind)
def test_the_whole_city_is_for_its_officials_and_operators(role: Role, scope: ScopeKind) -> None:
    entitled = role in {Role.CITY_OFFICIAL, Role.OPERATOR} and scope == ScopeKind.CITY
    assert Reach(((role.value, scope.value, ""),)).whole_city is entitled


def test_officials_are_city_district_and_department(cast: Cast) -> None:
    assert is_official(cast.city_official)
    assert is_official(cast.district_official)
    assert is_city_official(cast.city_official)
    assert not is_city_official(cast.district_official)
    for other in (cast.class_manager, cast.safety_officer, cast.outsider):
        assert not is_official(other)
        assert not is_operator(other)


def test_nobody_reaches_nothing(cast: Cast) -> None:
    assert reach(AnonymousUser()) == reach(cast.outsider) == NOBODY
    cast.city_official.is_active = False
    assert reach(cast.city_official) == NOBODY


def test_a_role_given_twice_is_one_grant(cast: Cast) -> None:
    def give(at: datetime) -> Grant:
        district = (Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, DISTRICT)
        return give_role(cast.outsider, *district, by=cast.city_official, at=at, reason="借调")

    first = give(NOW)
    assert give(NOW + HOUR) == first
    grant = Grant.objects.get(user=cast.outsider)
    assert (grant.since, grant.granted_by, grant.reason) == (NOW, cast.city_official, "借调")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_grant(cast.outsider, NOW)


def test_a_right_given_or_ended_counts_at_once_for_the_user_at_hand(cast: Cast) -> None:
    user = cast.outsider
    assert not reach(user).official
    district = (Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, DISTRICT)
    grant = give_role(user, *district, by=None, at=NOW - HOUR, reason="借调")
    with time_machine.travel(NOW, tick=False):
        assert reach(user).official
    end_role(grant, by=cast.city_official, at=NOW, reason="期满")
    with time_machine.travel(NOW, tick=False):
        assert not reach(user).official


def test_a_role_that_ended_may_be_given_again_and_both_stay_on_record(cast: Cast) -> None:
    grant = cast.class_manager.grants.get()
    end_role(grant, by=cast.city_official, at=NOW + HOUR, reason="离职")
    end_role(grant, by=cast.city_official, at=NOW + 2 * HOUR, reason="又来一次")
    where = (Role.CLASS_MANAGER, ScopeKind.ORGANIZATION, str(cast.provider.uid))
    give_role(cast.class_manager, *where, by=None, at=NOW + 5 * HOUR, reason="返聘")
    old, new = cast.class_manager.grants.order_by("since")
    assert (old.until, new.until) == (NOW + HOUR, None)
    assert (old.reason, old.end_reason, old.ended_by) == ("测试", "离职", cast.city_official)
    worked = [reach(cast.class_manager, at=NOW + n * HOUR).organizations for n in (0, 2, 5)]
    assert worked == [{where[2]}, set(), {where[2]}]


def test_a_grant_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        a_grant(cast.outsider, NOW, NOW)
    assert not cast.outsider.grants.exists()
