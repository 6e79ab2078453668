"""The worker does what the schedule finds, and setting up twice does nothing twice."""

import sys
from datetime import datetime
from threading import Event

import pytest
from django.db import OperationalError, connections
from pytest_django import Settings

from anlan.assessments.services import keep_pulse
from anlan.config.schedule import SCHEDULE as SHIPPED
from anlan.courses.films.making import make_next
from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.codes.models import Code
from anlan.foundation.jobs.models import Lease
from anlan.foundation.jobs.services import EYES, FILMS, PROMPT, STEADY, Job
from anlan.foundation.ledger.sequencer import sequence
from anlan.foundation.rules.models import Rule
from anlan.injuries.jobs import learn_codes
from anlan.lib.fields import keyring
from anlan.operations import cli
from anlan.operations.commands import work
from anlan.operations.commands.serve import WORKERS, _worker
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


def test_a_lane_does_its_own_jobs_only(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    done.clear()
    monkeypatch.setattr(sys.modules[__name__], "SCHEDULE", [Job(write_it_down, lane=PROMPT)])
    settings.ANLAN_SCHEDULE = f"{__name__}.SCHEDULE"
    for lane, times in (("steady", 0), ("prompt", 1)):
        assert cli.main(["work", "--once", "--lane", lane]) == 0
        assert len(done) == times


def test_the_log_is_signed_by_a_worker_of_its_own() -> None:
    prompt = work._of_lane(SHIPPED, PROMPT)
    assert [job.run for job in prompt] == [sequence, keep_pulse]
    assert len(work._of_lane(SHIPPED, None)) == len(SHIPPED)
    assert len(work._of_lane(SHIPPED, STEADY)) == len(SHIPPED) - 8
    assert [job.run for job in work._of_lane(SHIPPED, FILMS)] == [make_next, learn_codes]
    commands = [_worker(lane)[-2:] for lane in WORKERS.values()]
    assert commands == [["--lane", PROMPT], ["--lane", STEADY], ["--lane", FILMS], ["--lane", EYES]]


def test_the_log_waits_half_a_second_at_most() -> None:
    assert work._round(work._of_lane(SHIPPED, PROMPT), "here:1", Event()) <= 0.5


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
