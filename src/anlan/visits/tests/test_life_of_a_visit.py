"""Whatever people try in whatever order: no visit without its expert, no report without findings."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.models import Entry
from anlan.hazards.models import Hazard
from anlan.hazards.tests.builders import a_photo
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast
from anlan.visits.models import Answer, Inspection, Measure, Outcome, Slot, Status, Visit
from anlan.visits.services import arranging, visiting
from anlan.visits.services.escalating import escalate
from anlan.visits.states import MADE, VISIT_STEPS
from anlan.visits.tests.builders import a_walk, an_expert

WORDS = st.sampled_from(("", "写明了"))


class Life(RuleBasedStateMachine):
    """One visit, its expert and another, an officer, an official, a clock that goes on."""

    def __init__(self, cast: Cast, experts: tuple[User, User], photo: list[StoredFile]) -> None:
        super().__init__()
        self.cast, self.experts, self.photo = cast, experts, photo

    @initialize()
    def begin_life(self) -> None:
        Visit.objects.all().delete()
        Measure.objects.all().delete()
        Answer.objects.all().delete()
        Inspection.objects.all().delete()
        Hazard.objects.all().delete()
        self.at, self.took = NOW, [Status.REQUESTED]
        self.visit = arranging.request_visit(
            self.cast.enterprise, "请看看", by=self.cast.safety_officer, at=NOW
        )

    def _try(self, act: Any, *words: Any, **named: Any) -> bool:
        """Whether it was done; what is refused changes nothing at all."""
        self.visit = Visit.objects.select_related("organization", "expert", "inspection").get(
            pk=self.visit.pk
        )
        self.at += timedelta(hours=1)
        before, since = self._everything(), self.visit.status
        try:
            act(self.visit, *words, at=self.at, **named)
        except Refused:
            assert self._everything() == before
            return False
        now = Visit.objects.get(pk=self.visit.pk).status
        assert now in VISIT_STEPS[since] or now == since
        return True

    def _everything(self) -> tuple[Any, ...]:
        return (
            list(Visit.objects.values_list()),
            list(Slot.objects.values_list()),
            Entry.objects.count(),
            Inspection.objects.count(),
            Hazard.objects.count(),
        )

    @rule()
    def do_what_comes_next(self) -> None:
        """The straight way, so that runs get far."""
        visit = Visit.objects.get(pk=self.visit.pk)
        expert, officer = visit.expert or self.experts[0], self.cast.safety_officer
        status = visit.status
        if status == Status.REQUESTED:
            assert self._try(arranging.assign_expert, expert, by=self.cast.city_official)
        elif status == Status.ASSIGNED:
            times = [self.at + timedelta(days=n) for n in (1, 2, 3)]
            assert self._try(arranging.propose_times, times, by=expert)
        elif status == Status.PROPOSED:
            self._try(arranging.choose_time, visit.slots.all()[2], by=officer)
        elif status == Status.BOOKED:
            self.at = max(self.at, visit.booked_at or self.at)
            assert self._try(visiting.begin_visit, None, self.photo, by=expert)
        elif status == Status.RUNNING:
            self._end(expert)
        elif status in (Status.VISITED, Status.CONTESTED):
            assert self._try(visiting.sign_report, "好", "再好些", by=expert)
        elif status == Status.SIGNED:
            assert self._try(visiting.receive_report, by=officer)

    def _end(self, expert: User) -> None:
        walk = a_walk(self.cast.enterprise, self.photo, at=self.at, wanting=("general-exit",))
        assert self._try(visiting.end_visit, walk, None, by=expert)
        assert self._try(visiting.end_visit, walk, None, by=expert)  # sent again: the same

    @rule(n=st.integers(0, 1), words=WORDS)
    def assign(self, n: int, words: str) -> None:
        by = self.cast.district_official
        had = Visit.objects.get(pk=self.visit.pk).expert
        if self._try(arranging.assign_expert, self.experts[n], by=by, reason=words):
            assert words or had is None

    @rule(words=WORDS)
    def decline(self, words: str) -> None:
        self._try(arranging.decline_times, words, by=self.cast.safety_officer)

    @rule(words=WORDS)
    def move(self, words: str) -> None:
        self._try(arranging.move_visit, words, by=self.cast.safety_officer)

    @rule(photo=st.booleans(), early=st.booleans())
    def arrive(self, photo: bool, early: bool) -> None:
        proof = self.photo if photo else []
        if self._try(visiting.begin_visit, None, proof, by=self.experts[0]):
            assert photo

    @rule(words=WORDS)
    def sign(self, words: str) -> None:
        self._try(visiting.sign_report, words, "建议", by=self.experts[0])

    @rule(words=WORDS)
    def contest(self, words: str) -> None:
        self._try(visiting.contest_report, words, by=self.cast.safety_officer)

    @rule()
    def receive(self) -> None:
        self._try(visiting.receive_report, by=self.cast.safety_officer)

    @rule()
    def conclude(self) -> None:
        assert not self._try(visiting.conclude_visit, "好了", by=self.cast.city_official)

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)
        visit = Visit.objects.get(pk=self.visit.pk)
        if visit.escalated_at is None and visit.due_at and visit.due_at < self.at:
            assert escalate(visit, at=self.at)
        assert not escalate(Visit.objects.get(pk=visit.pk), at=self.at) or not visit.escalated_at

    @precondition(lambda self: hasattr(self, "visit"))
    @invariant()
    def every_line_has_its_deed(self) -> None:
        visit = Visit.objects.get(pk=self.visit.pk)
        assert Entry.objects.filter(subject=visit.subject).count() == visit.deeds.count()

    @precondition(lambda self: hasattr(self, "visit"))
    @invariant()
    def what_is_made_has_its_findings_and_each_is_a_hazard(self) -> None:
        visit = Visit.objects.get(pk=self.visit.pk)
        made = visit.status in MADE
        assert made == (visit.inspection is not None) == (visit.ended_at is not None)
        wanting = Answer.objects.filter(outcome=Outcome.WANTING).count()
        assert wanting == Hazard.objects.count() == (1 if made else 0)


def test_a_visit_goes_no_other_way(cast: Cast) -> None:
    experts = (an_expert(cast), an_expert(cast, "second", "另一位专家"))
    photo = a_photo(experts[0])
    run_state_machine_as_test(
        lambda: Life(cast, experts, photo),  # type: ignore[arg-type]
        settings=settings(max_examples=6, stateful_step_count=18, deadline=None),
    )
