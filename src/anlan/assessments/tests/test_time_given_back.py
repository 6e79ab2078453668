"""The clock's fairness: the server's own outages, a person's decision, and answers that came late."""

from datetime import timedelta

import pytest

from anlan.assessments.models import LateAnswer, Outage, OutageKind, Pulse, Sitting, TimeGrant
from anlan.assessments.services import (
    grant_time,
    keep_pulse,
    prepare_due,
    record_outage,
    save_answers,
    spread_outages,
    start_sitting,
    submit_overdue,
    submit_sitting,
)
from anlan.assessments.services.answers import save_locked
from anlan.assessments.services.hands import Hand, Save
from anlan.assessments.tests.builders import (
    HOUR,
    a_full_bank,
    a_learner,
    a_sitting,
    right_answers,
)
from anlan.foundation.intake import troubles
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import timeline
from anlan.lib.refusals import BadInput, NotAllowed
from anlan.testing.cast import NOW, Cast

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    a_full_bank()
    return start_sitting(a_sitting(a_learner(), cast.class_manager), by=None, at=NOW)


def beating(until: timedelta) -> None:
    """The worker has been at it all the while."""
    Pulse.objects.update(at=NOW + until)


def silence(since: timedelta, until: timedelta) -> None:
    """The worker's pulse stops, and comes back."""
    keep_pulse(NOW + since)
    keep_pulse(NOW + until)


def test_a_silent_server_gives_its_time_back_to_who_was_sitting(sitting: Sitting) -> None:
    silence(20 * MINUTE, 32 * MINUTE)
    assert spread_outages(NOW + 32 * MINUTE) == 2
    assert spread_outages(NOW + 33 * MINUTE) == 0
    sitting.refresh_from_db()
    assert sitting.deadline == NOW + 72 * MINUTE
    grant = TimeGrant.objects.get()
    assert (grant.seconds, grant.by, grant.outage) == (720, None, Outage.objects.get())
    said = [line.sentence for line in timeline([sitting.subject])]
    assert said[-1] == "理论考试补时 720 秒：平台中断 720 秒，自动补时"
    assert Entry.objects.filter(verb="outage_recorded").count() == 1


def test_who_began_in_the_middle_of_it_gets_the_rest(cast: Cast) -> None:
    a_full_bank()
    sitting = a_sitting(a_learner(), cast.class_manager)
    start_sitting(sitting, by=None, at=NOW + 25 * MINUTE)
    silence(20 * MINUTE, 32 * MINUTE)
    spread_outages(NOW + 32 * MINUTE)
    sitting.refresh_from_db()
    assert sitting.deadline == NOW + (25 + 60 + 7) * MINUTE


def test_a_short_silence_is_none_and_a_prompt_pulse_neither(sitting: Sitting) -> None:
    silence(MINUTE, MINUTE + 29 * SECOND)
    keep_pulse(NOW + MINUTE + 35 * SECOND)
    assert not Outage.objects.exists()


def test_the_deadline_that_passed_in_the_dark_is_moved_before_anybody_is_late(
    sitting: Sitting,
) -> None:
    """The first request after the outage is quicker than the worker."""
    keep_pulse(NOW + 55 * MINUTE)
    back = NOW + 70 * MINUTE
    save_answers(sitting, {"1": [0]}, by=None, at=back)
    sitting.refresh_from_db()
    assert sitting.deadline == NOW + 75 * MINUTE
    assert sitting.answers == {"1": [0]}
    keep_pulse(back + SECOND)
    assert submit_overdue(back + SECOND) == 0
    assert TimeGrant.objects.count() == 1


def test_the_job_gives_back_before_it_takes_the_paper(sitting: Sitting) -> None:
    silence(50 * MINUTE, 65 * MINUTE)
    beating(66 * MINUTE)
    assert submit_overdue(NOW + 66 * MINUTE) == 0
    beating(75 * MINUTE)
    assert submit_overdue(NOW + 75 * MINUTE + 6 * SECOND) == 1


def test_an_outage_after_the_deadline_owes_nothing(sitting: Sitting) -> None:
    silence(61 * MINUTE, 80 * MINUTE)
    beating(81 * MINUTE)
    assert submit_overdue(NOW + 81 * MINUTE) == 1
    assert not TimeGrant.objects.exists()


def test_automatic_time_has_an_end(sitting: Sitting) -> None:
    silence(10 * MINUTE, 5 * HOUR)
    spread_outages(NOW + 5 * HOUR)
    sitting.refresh_from_db()
    assert sitting.deadline == NOW + 3 * HOUR


def test_outages_that_overlap_are_counted_once(sitting: Sitting) -> None:
    at = NOW + 40 * MINUTE
    record_outage(OutageKind.BUSY, NOW + 10 * MINUTE, NOW + 20 * MINUTE, at=at)
    record_outage(OutageKind.SILENCE, NOW + 15 * MINUTE, NOW + 30 * MINUTE, at=at)
    assert record_outage(OutageKind.BUSY, NOW + 11 * MINUTE, NOW + 29 * MINUTE, at=at) is None
    spread_outages(at)
    sitting.refresh_from_db()
    assert sitting.deadline == NOW + 80 * MINUTE


def test_phones_turned_away_make_a_span_of_trouble() -> None:
    troubles.forget_all()
    troubles.over()
    troubles.note(NOW)
    troubles.note(NOW + 40 * SECOND)
    assert troubles.past() == ()
    troubles.over()
    spans = troubles.past()
    assert spans == ((NOW, NOW + 40 * SECOND),)
    troubles.forget(spans)
    assert troubles.past() == ()


def test_a_person_gives_time_with_a_reason(cast: Cast, sitting: Sitting) -> None:
    grant_time(sitting, minutes=10, reason="考场停电", by=cast.examiner, at=NOW + 30 * MINUTE)
    sitting.refresh_from_db()
    assert sitting.deadline == NOW + 70 * MINUTE
    entry = Entry.objects.get(verb="sitting_extended")
    assert entry.actor == f"user/{cast.examiner.uid}"
    assert "考场停电" in entry.leaf


@pytest.mark.parametrize(("minutes", "reason"), [(0, "停电"), (61, "停电"), (10, "  ")])
def test_time_without_reason_or_measure_is_refused(
    cast: Cast, sitting: Sitting, minutes: int, reason: str
) -> None:
    with pytest.raises(BadInput):
        grant_time(sitting, minutes=minutes, reason=reason, by=cast.examiner, at=NOW)
    sitting.refresh_from_db()
    assert sitting.deadline == NOW + HOUR
    assert not TimeGrant.objects.exists()


def test_a_paper_that_is_handed_in_gets_no_more_time(cast: Cast, sitting: Sitting) -> None:
    submit_sitting(sitting, by=None, at=NOW)
    with pytest.raises(NotAllowed):
        grant_time(sitting, minutes=5, reason="停电", by=cast.examiner, at=NOW)
    assert not TimeGrant.objects.exists()


def test_time_given_after_the_deadline_takes_in_what_lay_apart(
    cast: Cast, sitting: Sitting
) -> None:
    late = NOW + HOUR + 20 * SECOND
    save_locked([Hand(sitting, None, late, "phone-1", [Save(1, right_answers(sitting)["1"], 5)])])
    assert LateAnswer.objects.get().counted_at is None
    assert sitting.answers == {}
    grant_time(sitting, minutes=5, reason="矿区断网，监考在场", by=cast.examiner, at=late + MINUTE)
    sitting.refresh_from_db()
    assert sitting.answers == {"1": right_answers(sitting)["1"]}
    assert sitting.late == [1]
    assert sitting.deadline == late + 6 * MINUTE
    assert LateAnswer.objects.get().counted_at == late + MINUTE


def test_before_the_start_time_is_added_to_the_window(cast: Cast) -> None:
    a_full_bank()
    sitting = a_sitting(a_learner(), cast.class_manager)
    grant_time(sitting, minutes=30, reason="设备晚到", by=cast.examiner, at=NOW)
    sitting.refresh_from_db()
    assert sitting.closes_at == NOW + 3 * HOUR + 30 * MINUTE


def test_papers_are_drawn_before_the_rush(cast: Cast) -> None:
    a_full_bank()
    soon = a_sitting(a_learner(), cast.class_manager)
    assert prepare_due(NOW - 2 * HOUR) == 0
    assert prepare_due(NOW - 30 * MINUTE) == 1
    assert prepare_due(NOW) == 0
    soon.refresh_from_db()
    drawn = soon.questions
    start_sitting(soon, by=None, at=NOW)
    assert (len(drawn), soon.questions, soon.status) == (10, drawn, "started")
