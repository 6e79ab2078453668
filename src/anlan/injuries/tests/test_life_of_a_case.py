"""Whatever is tried on a case in whatever order: no step skipped, clocks that stand and run aright."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from anlan.foundation.codes.holidays import is_free
from anlan.foundation.ledger.models import Entry
from anlan.injuries.clocks import years_later
from anlan.injuries.models import (
    Appraisal,
    AppraisalStatus,
    Case,
    Recognition,
    RecognitionOutcome,
    RecognitionStatus,
    Suspension,
)
from anlan.injuries.queries.cases import overdue_recognitions
from anlan.injuries.services import appraising, recognising
from anlan.lib.dates import at_shanghai, local_date
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast

OUTCOMES = st.sampled_from((*RecognitionOutcome.values, "?"))
AGO = st.integers(-1, 40)  # days before today that a step is dated; -1 is tomorrow
BEFORE_ACCEPTANCE = (
    RecognitionStatus.APPLIED,
    RecognitionStatus.PAPERS_ASKED,
    RecognitionStatus.PAPERS_HERE,
)
RUNNING = (
    RecognitionStatus.APPLIED,
    RecognitionStatus.PAPERS_HERE,
    RecognitionStatus.ACCEPTED,
)
GOOD = (RecognitionOutcome.RECOGNISED, RecognitionOutcome.DEEMED)


class Life(RuleBasedStateMachine):
    """One case, one official, a calendar that goes on."""

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast = cast

    @initialize(clear=st.booleans())
    def begin(self, clear: bool) -> None:
        Case.objects.all().delete()
        self.today = local_date(NOW)
        self.injured, self.clear = self.today, clear
        self.case = Case.objects.create(
            organization=self.cast.enterprise,
            injured_on=self.injured,
            district="370112",
            known_at=NOW,
            changed_at=NOW,
        )

    @property
    def at(self) -> datetime:
        return at_shanghai(self.today, NOW.time())

    @property
    def record(self) -> Recognition | None:
        return Recognition.objects.filter(case=self.case).first()

    @property
    def last(self) -> Appraisal | None:
        return Appraisal.objects.filter(case=self.case).order_by("-no").first()

    def _everything(self) -> tuple[Any, ...]:
        kinds = (Recognition, Suspension, Appraisal)
        rows = [list(kind.objects.order_by("pk").values_list()) for kind in kinds]
        return (*rows, Entry.objects.filter(subject=self.case.subject).count())

    def _try(self, act: Any, *words: Any, **named: Any) -> bool:
        """Whether it was done, with one line; what is refused changes nothing at all."""
        before = self._everything()
        try:
            act(*words, by=self.cast.district_official, at=self.at, **named)
        except Refused:
            assert self._everything() == before
            return False
        assert self._everything()[-1] == before[-1] + 1
        return True

    def _day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def do_what_comes_next(self) -> None:
        """The straight way, so that runs get far."""
        record = self.record
        if record is None:
            named: dict[str, Any] = {"by_employer": True}
            assert self._try(recognising.apply_recognition, self.case, on=self.today, **named)
        elif record.status in BEFORE_ACCEPTANCE:
            assert self._try(recognising.accept, record, on=self.today, clear=self.clear)
        elif record.status == RecognitionStatus.DECLINED:
            again: dict[str, Any] = {"by_employer": False}
            assert self._try(recognising.apply_recognition, self.case, on=self.today, **again)
        elif record.status == RecognitionStatus.SUSPENDED:
            assert self._try(recognising.resume, record, on=self.today)
        elif record.status == RecognitionStatus.ACCEPTED:
            assert self._try(recognising.decide, record, on=self.today, outcome="recognised")
        elif record.outcome in GOOD:
            self._appraise_next()

    def _appraise_next(self) -> None:
        last = self.last
        if last is not None and last.status != AppraisalStatus.DECIDED:
            assert self._try(appraising.grade, last, on=self.today, grade=9)
            return
        if last is not None and last.decided_on:
            self.today = max(self.today, years_later(last.decided_on, 1))
        assert self._try(appraising.apply_appraisal, self.case, on=self.today)

    @rule(ago=AGO, employer=st.booleans())
    def apply(self, ago: int, employer: bool) -> None:
        former, on = self.record, self._day(ago)
        if self._try(recognising.apply_recognition, self.case, by_employer=employer, on=on):
            assert former is None or former.status == RecognitionStatus.DECLINED
            assert former is None or (former.declined_on and former.declined_on <= on)
            assert self.injured <= on <= self.today

    @rule(ago=AGO)
    def ask_papers(self, ago: int) -> None:
        if record := self.record:
            was = record.status
            if self._try(recognising.ask_papers, record, on=self._day(ago)):
                assert was == RecognitionStatus.APPLIED

    @rule(ago=AGO)
    def bring_papers(self, ago: int) -> None:
        if record := self.record:
            was, on = record.status, self._day(ago)
            if self._try(recognising.bring_papers, record, on=on):
                assert was == RecognitionStatus.PAPERS_ASKED
                assert record.papers_complete_on == on

    @rule(ago=AGO, clause=st.sampled_from(("", "超过申请时限")))
    def decline(self, ago: int, clause: str) -> None:
        if record := self.record:
            was = record.status
            if self._try(recognising.decline, record, on=self._day(ago), clause=clause):
                assert clause
                assert was in BEFORE_ACCEPTANCE

    @rule(ago=AGO, clear=st.booleans())
    def accept(self, ago: int, clear: bool) -> None:
        if record := self.record:
            was, before, on = record.status, record.papers_complete_on, self._day(ago)
            if self._try(recognising.accept, record, on=on, clear=clear):
                assert was in BEFORE_ACCEPTANCE
                here = on if was == RecognitionStatus.PAPERS_ASKED else before
                assert record.papers_complete_on == here

    @rule(ago=AGO, reason=st.sampled_from(("", "等待交警认定")))
    def suspend(self, ago: int, reason: str) -> None:
        if record := self.record:
            was = record.status
            if self._try(recognising.suspend, record, on=self._day(ago), reason=reason):
                assert reason
                assert was == RecognitionStatus.ACCEPTED

    @rule(ago=AGO)
    def resume(self, ago: int) -> None:
        if record := self.record:
            was = record.status
            if self._try(recognising.resume, record, on=self._day(ago)):
                assert was == RecognitionStatus.SUSPENDED

    @rule(ago=AGO, outcome=OUTCOMES)
    def decide(self, ago: int, outcome: str) -> None:
        if record := self.record:
            was = record.status
            if self._try(recognising.decide, record, on=self._day(ago), outcome=outcome):
                assert was == RecognitionStatus.ACCEPTED
                assert outcome in RecognitionOutcome.values

    @rule(ago=AGO)
    def apply_appraisal(self, ago: int) -> None:
        record, last, on = self.record, self.last, self._day(ago)
        if self._try(appraising.apply_appraisal, self.case, on=on):
            assert record is not None
            assert record.outcome in GOOD
            if last is not None:
                assert last.decided_on is not None
                assert on >= years_later(last.decided_on, 1)

    @rule()
    def extend(self) -> None:
        if last := self.last:
            was = last.status
            if self._try(appraising.extend_appraisal, last):
                assert was == AppraisalStatus.APPLIED

    @rule(ago=AGO, grade=st.integers(-1, 11))
    def grade(self, ago: int, grade: int) -> None:
        if last := self.last:
            was = last.status
            if self._try(appraising.grade, last, on=self._day(ago), grade=grade):
                assert was != AppraisalStatus.DECIDED
                assert 0 <= grade <= 10

    @precondition(lambda self: hasattr(self, "case"))
    @invariant()
    def the_clock_is_plain_arithmetic(self) -> None:
        """Counted anew, day by day."""
        record = self.record
        if record is None:
            return
        runs = record.status in RUNNING
        assert (record.due_on is not None) == runs
        if record.status == RecognitionStatus.ACCEPTED:
            assert record.due_on == counted_by_hand(record)
        if record.status == RecognitionStatus.PAPERS_HERE:
            assert record.papers_complete_on
            assert record.due_on == working(record.papers_complete_on + timedelta(days=15))
        late = overdue_recognitions(self.cast.city_official, on=self.today).exists()
        assert late == bool(record.due_on and record.due_on < self.today)

    @precondition(lambda self: hasattr(self, "case"))
    @invariant()
    def days_stand_in_order(self) -> None:
        record = self.record
        if record is None:
            return
        days = [
            self.injured,
            record.applied_on,
            record.papers_asked_on,
            record.papers_complete_on,
            record.declined_on,
            record.accepted_on,
        ]
        pauses = record.suspensions.order_by("since", "id").values_list("since", "until")
        days += [day for pause in pauses for day in pause]
        known = [day for day in days if day]
        assert known == sorted(known)
        assert known[-1] <= self.today
        assert sum(1 for _, until in pauses if until is None) == (
            record.status == RecognitionStatus.SUSPENDED
        )
        assert (record.outcome != "") == (record.status == RecognitionStatus.DECIDED)

    @precondition(lambda self: hasattr(self, "case"))
    @invariant()
    def appraisals_follow_one_another(self) -> None:
        found = list(Appraisal.objects.filter(case=self.case).order_by("no"))
        assert [one.no for one in found] == list(range(1, len(found) + 1))
        assert all(one.status == AppraisalStatus.DECIDED for one in found[:-1])
        for one in found:
            decided = one.status == AppraisalStatus.DECIDED
            assert (one.grade is not None) == (one.due_on is None) == decided


def counted_by_hand(record: Recognition) -> date:
    """The term from acceptance, a day more for each on which the clock stood, past a holiday."""
    assert record.accepted_on is not None
    stood = {
        since + timedelta(days=n)
        for since, until in record.suspensions.values_list("since", "until")
        if until
        for n in range((until - since).days)
    }
    return working(record.accepted_on + timedelta(days=(15 if record.clear else 60) + len(stood)))


def working(day: date) -> date:
    while is_free(day):
        day += timedelta(days=1)
    return day


def test_a_case_lives_by_the_rules(cast: Cast) -> None:
    run_state_machine_as_test(
        lambda: Life(cast),  # type: ignore[arg-type]
        settings=settings(
            max_examples=10, stateful_step_count=22, deadline=None, phases=[Phase.generate]
        ),
    )
