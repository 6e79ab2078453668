"""A role over one class opens that class and no other; a department sees its industry only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet

from anlan.archives import queries as archives
from anlan.bookings import queries as bookings
from anlan.classes import policies, queries
from anlan.classes.scopes import CLASSES
from anlan.foundation.access.places import find
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import end_role, give_role
from anlan.hazards.queries import hazards
from anlan.hazards.tests.builders import a_hazard
from anlan.identity import queries as identity
from anlan.injuries.queries import cases
from anlan.organizations import queries as organizations
from anlan.testing.cast import NOW, Cast, a_user
from anlan.testing.classes import a_running_class

pytestmark = pytest.mark.django_db


def test_a_substitute_reaches_the_one_class_until_it_is_over(cast: Cast) -> None:
    klass = a_running_class(cast)
    user = cast.outsider
    assert not queries.visible_to(user).exists()
    place = (ScopeKind.CLASS, str(klass.uid))
    grant = give_role(user, Role.TRAINER, *place, by=cast.city_official, at=NOW, reason="代课")
    session = klass.sessions.first()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert list(queries.visible_to(user)) == [klass]
        assert session is not None
        assert policies.may_show_code(user, session)
        assert not policies.may_run(user, klass)
        end_role(grant, by=cast.city_official, at=NOW + timedelta(minutes=30), reason="代完")
        assert not queries.visible_to(user).exists()
        assert not policies.may_show_code(user, session)


def test_a_class_is_found_by_its_number_and_named_again(cast: Cast) -> None:
    klass = a_running_class(cast)
    [place] = find(ScopeKind.CLASS, klass.number)
    assert (place.key, place.district) == (str(klass.uid), klass.district)
    assert CLASSES.named([place.key]) == [place]
    assert place.key in CLASSES.keys_in(["370112"])
    assert CLASSES.keys_in(["370113"]) == []


LISTS: dict[str, Callable[[User], QuerySet[Any]]] = {
    "classes": queries.visible_to,
    "organizations": organizations.visible_to,
    "employments": identity.employments_visible_to,
    "people": identity.people_visible_to,
    "hazards": hazards.visible_to,
    "injuries": cases.visible_to,
    "archives": archives.visible_to,
    "certificates": archives.certificates_visible_to,
    "bookings": bookings.visible_to,
}


def a_department(industry: str) -> User:
    scope = ScopeKind.INDUSTRY
    return a_user(f"dept-{industry}", "协同部门", Role.DEPARTMENT_OFFICIAL, scope, industry)


def test_a_department_sees_its_industry_only_in_every_list(cast: Cast) -> None:
    a_running_class(cast)
    a_hazard(cast)
    own, other = a_department("hazchem"), a_department("construction")
    seen = {name: visible(own).count() for name, visible in LISTS.items()}
    assert {
        name for name in ("classes", "organizations", "employments", "hazards") if not seen[name]
    } == set()
    assert {name: visible(other).count() for name, visible in LISTS.items()} == dict.fromkeys(
        LISTS, 0
    )
