"""A job has one worker at a time; a dead worker's lease soon runs out, a living one's does not."""

from datetime import datetime, timedelta

import pytest

from anlan.foundation.jobs.models import Lease
from anlan.foundation.jobs.services import LEASE, RENEW_EVERY, Job, renew, run_due
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def does_nothing(at: datetime) -> int:
    return 0


def falls(at: datetime) -> int:
    raise RuntimeError("the gateway is away")


def dies(at: datetime) -> int:
    raise SystemExit  # as good as killed: nothing is given back


IDLE, DYING = Job(does_nothing), Job(dies)


def killed_at_work() -> Lease:
    """A worker died in the middle of its job at `NOW`."""
    with pytest.raises(SystemExit):
        run_due([DYING], worker="here:1", at=NOW)
    return Lease.objects.get()


def test_a_job_is_given_back_when_it_is_done() -> None:
    run_due([IDLE], worker="here:1", at=NOW)
    lease = Lease.objects.get()
    assert (lease.holder, lease.held_until, lease.last_run_at) == ("here:1", None, NOW)


def test_a_job_rests_between_two_runs() -> None:
    job = Job(does_nothing, every=timedelta(minutes=1))
    run_due([job], worker="here:1", at=NOW)
    run_due([job], worker="here:1", at=NOW + 59 * SECOND)
    assert Lease.objects.get().last_run_at == NOW
    run_due([job], worker="here:1", at=NOW + 60 * SECOND)
    assert Lease.objects.get().last_run_at == NOW + 60 * SECOND


def test_a_job_that_fails_is_noted_and_the_others_go_on() -> None:
    run_due([Job(falls), IDLE], worker="here:1", at=NOW)
    failed = Lease.objects.get(job=Job(falls).name)
    assert failed.held_until is None
    assert "the gateway is away" in failed.last_error
    assert Lease.objects.get(job=IDLE.name).last_error == ""


def test_a_dead_worker_s_lease_keeps_the_job_for_less_than_a_minute() -> None:
    lease = killed_at_work()
    assert lease.held_until == NOW + LEASE
    assert timedelta() < LEASE < timedelta(minutes=1)
    run_due([DYING], worker="here:2", at=NOW + LEASE - SECOND)
    lease.refresh_from_db()
    assert lease.holder == "here:1"
    with pytest.raises(SystemExit):
        run_due([DYING], worker="here:2", at=NOW + LEASE)
    lease.refresh_from_db()
    assert (lease.holder, lease.held_until) == ("here:2", NOW + 2 * LEASE)


def test_a_living_worker_renews_and_keeps_the_job() -> None:
    lease = killed_at_work()
    later = NOW + RENEW_EVERY
    assert renew(DYING, worker="here:1", at=later)
    run_due([DYING], worker="here:2", at=NOW + LEASE)
    lease.refresh_from_db()
    assert (lease.holder, lease.held_until) == ("here:1", later + LEASE)


def test_a_renewal_may_fail_three_times_before_the_lease_runs_out() -> None:
    assert 4 * RENEW_EVERY <= LEASE


def test_who_lost_the_job_neither_renews_nor_frees_it() -> None:
    killed_at_work()

    def slow(at: datetime) -> int:
        Lease.objects.update(holder="here:2", held_until=at + LEASE)  # somebody took it meanwhile
        assert not renew(job, worker="here:1", at=at)
        return 1

    job = Job(slow)
    run_due([job], worker="here:1", at=NOW)
    lease = Lease.objects.get(job=job.name)
    assert (lease.holder, lease.held_until) == ("here:2", NOW + LEASE)


def test_a_job_given_back_is_not_held_again_by_a_late_renewal() -> None:
    run_due([IDLE], worker="here:1", at=NOW)
    assert not renew(IDLE, worker="here:1", at=NOW)
    assert Lease.objects.get().held_until is None
