"""What ran out is told to the district once a step."""

from datetime import timedelta

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.hazards.jobs import escalate_overdue
from anlan.hazards.models import Hazard, Status
from anlan.hazards.services.escalating import escalate
from anlan.hazards.services.reporting import accept_hazard
from anlan.hazards.tests.builders import a_closed_hazard, a_hazard, a_worker_with_account
from anlan.testing.cast import NOW, Cast

DAY = timedelta(days=1)


def told(cast: Cast) -> list[str]:
    notices = Notice.objects.filter(user=cast.district_official, title__contains="超期")
    return list(notices.order_by("id").values_list("title", flat=True))


def test_each_step_that_runs_out_is_told_once(cast: Cast) -> None:
    hazard = a_hazard(cast)
    assert escalate_overdue(NOW + DAY) == 0
    assert [escalate_overdue(NOW + 3 * DAY) for _ in range(2)] == [1, 0]
    accept_hazard(Hazard.objects.get(), by=cast.safety_officer, at=NOW + 3 * DAY)
    assert escalate_overdue(NOW + 4 * DAY) == 0
    assert escalate_overdue(NOW + 6 * DAY) == 1
    assert told(cast) == ["隐患受理超期（一般隐患）", "隐患指派超期（一般隐患）"]
    assert Entry.objects.filter(subject=hazard.subject, verb="hazard_escalated").count() == 2


def test_a_step_taken_meanwhile_is_not_told(cast: Cast) -> None:
    stale = a_hazard(cast)
    accept_hazard(Hazard.objects.get(), by=cast.safety_officer, at=NOW + 3 * DAY)
    assert not escalate(stale, at=NOW + 3 * DAY)
    assert told(cast) == []
    assert Hazard.objects.get().escalated_at is None


def test_a_revisit_that_is_due_is_told(cast: Cast) -> None:
    person, _ = a_worker_with_account(cast)
    hazard = a_closed_hazard(cast, person)
    assert hazard.status == Status.CLOSED
    assert escalate_overdue(NOW + 60 * DAY) == 0
    assert escalate_overdue(NOW + 94 * DAY) == 1
    assert told(cast) == ["隐患复访超期（一般隐患）"]
