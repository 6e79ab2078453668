"""`anlan account`: the first account, and a way back for somebody who can't log in."""

import re

import pytest
from django.utils.timezone import now

from anlan.foundation.access.services.passwords import set_password_by_code
from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.operations.cli import main as anlan
from anlan.testing.cast import Cast

pytestmark = pytest.mark.django_db
PASSWORD = "长一点-才-安全-2026"


def the_code(capsys: pytest.CaptureFixture[str]) -> str:
    found = re.search(r"重设码：(\w{5} \w{5})", capsys.readouterr().out)
    assert found
    return found.group(1)


def verbs_about(user: User) -> list[str]:
    rows = Entry.objects.filter(subject=f"user/{user.uid}").order_by("id")
    return list(rows.values_list("verb", flat=True))


@pytest.mark.parametrize("role", ["operator", "city_official"])
def test_the_first_account_sets_its_password_with_the_printed_code(
    role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert anlan(["account", "open", "yunwei1", "运维甲", "--role", role]) == 0
    code = the_code(capsys)
    user = User.objects.get(username="yunwei1")
    assert (user.name, user.has_usable_password(), user.is_synthetic) == ("运维甲", False, False)
    grant = Grant.objects.get(user=user)
    assert (grant.role, grant.scope_kind, grant.until) == (role, ScopeKind.CITY, None)
    assert grant.reason == "在服务器上用命令办理"
    assert verbs_about(user) == ["account_opened", "role_given"]
    assert {one.actor for one in Entry.objects.all()} == {"system"}
    set_password_by_code("yunwei1", code, PASSWORD, at=now())
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    with pytest.raises(Refused):  # once only
        set_password_by_code("yunwei1", code, PASSWORD, at=now())


def test_an_account_without_a_role_may_do_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert anlan(["account", "open", "someone", "某人"]) == 0
    assert the_code(capsys)
    user = User.objects.get(username="someone")
    assert not Grant.objects.filter(user=user).exists()
    assert verbs_about(user) == ["account_opened"]


def test_a_name_that_is_taken_is_refused_and_changes_nothing(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    before = User.objects.count(), Grant.objects.count(), Entry.objects.count()
    taken = cast.city_official.username
    assert anlan(["account", "open", taken, "冒名", "--role", "operator"]) == 1
    assert (User.objects.count(), Grant.objects.count(), Entry.objects.count()) == before
    told = capsys.readouterr()
    assert "重设码" not in told.out
    assert "已有人用" in told.err


def test_roles_of_a_part_of_the_city_are_not_given_by_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        anlan(["account", "open", "x", "某人", "--role", Role.DISTRICT_OFFICIAL])
    assert "--role" in capsys.readouterr().err
    assert not User.objects.filter(username="x").exists()


def test_a_code_is_the_way_back_and_the_password_stays_until_it_is_used(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    user = cast.district_official
    old = user.password
    assert anlan(["account", "code", user.username]) == 0
    code = the_code(capsys)
    user.refresh_from_db()
    assert user.password == old
    assert verbs_about(user)[-1] == "reset_code_handed"
    set_password_by_code(user.username, code, PASSWORD, at=now())
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("closed", [True, False])
def test_nobody_gets_a_code_for_an_account_that_is_closed_or_unknown(
    cast: Cast, closed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "nobody-here"
    if closed:
        name = cast.outsider.username
        User.objects.filter(username=name).update(is_active=False)
    before = Entry.objects.count()
    assert anlan(["account", "code", name]) == 1
    assert Entry.objects.count() == before
    told = capsys.readouterr()
    assert "重设码" not in told.out
    assert f"没有「{name}」这个账号" in told.err
