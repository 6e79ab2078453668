"""The worker does what the schedule finds, and setting up twice does nothing twice."""

from datetime import datetime
from threading import Event

import pytest
from django.db import OperationalError, connections
from pytest_django import Settings

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.codes.models import Code
from anlan.foundation.jobs.models import Lease
from anlan.foundation.jobs.services import Job
from anlan.foundation.rules.models import Rule
from anlan.lib.fields import keyring
from anlan.operations import cli
from anlan.operations.commands import work
from anlan.operations.logins import LOGINS, standing, table
from anlan.organizations.models import Organization
from anlan.testing.cast import Cast, a_user

pytestmark = pytest.mark.django_db
done: list[datetime] = []


def write_it_down(at: datetime) -> int:
    done.append(at)
    return 1


SCHEDULE = [Job(write_it_down)]


def test_once_does_one_round(settings: Settings) -> None:
    done.clear()
    settings.ANLAN_SCHEDULE = f"{__name__}.SCHEDULE"
    assert work._round(SCHEDULE, "here:1", Event()) == 0.0
    assert len(done) == 1
    assert Lease.objects.get().last_done == 1


def test_nothing_to_do_is_waited_out() -> None:
    assert work._round([Job(lambda at: 0)], "here:1", Event()) == work.NOTHING_TO_DO_SECONDS


def test_after_a_stop_no_job_is_begun() -> None:
    done.clear()
    stop = Event()
    stop.set()
    work._round(SCHEDULE, "here:1", stop)
    assert done == []


def test_a_database_that_goes_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> int:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(work, "run_due", away)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    assert work._round(SCHEDULE, "here:1", Event()) == work.DATABASE_AWAY_SECONDS


def test_setting_up_again_adds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = (Code.objects.count(), Rule.objects.count())
    assert cli.main(["setup"]) == 0
    assert (Code.objects.count(), Rule.objects.count()) == before
    assert cli.main(["setup", "--quiet"]) == 0
    assert "代码表" in capsys.readouterr().out


def test_setting_up_never_replaces_a_lost_keyring(
    cast: Cast, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ANLAN_KEYRING = settings.ANLAN_FILES / "lost.json"
    assert Organization.objects.exists()
    assert cli.main(["setup"]) == 1
    assert "从备份恢复" in capsys.readouterr().err
    assert not settings.ANLAN_KEYRING.exists()


def test_only_logins_that_stand_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    keyring()
    assert cli.main(["logins"]) == 1
    first = LOGINS[0]
    a_user(first.username, first.name, first.role, ScopeKind.CITY)
    assert standing() == [first]
    assert cli.main(["logins"]) == 0
    assert first.username in capsys.readouterr().out


def test_there_is_a_login_for_every_role() -> None:
    assert {login.role for login in LOGINS} == set(Role)
    assert len(table(list(LOGINS)).splitlines()) == len(LOGINS) + 2
