"""Whatever people try in whatever order: no proof skipped, no own work closed, counts that agree."""

from datetime import datetime, timedelta
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
from anlan.hazards.jobs import escalate_overdue
from anlan.hazards.models import ActKind, Grade, Hazard, Rectification, Status
from anlan.hazards.queries.figures import Period, figures_of
from anlan.hazards.services import rectifying, reporting
from anlan.hazards.tests.builders import (
    a_hazard,
    a_photo,
    a_second_officer,
    a_worker_with_account,
)
from anlan.identity.models import Person
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_worker

PEOPLE = st.sampled_from(("worker", "officer", "second", "district", "city"))
PROOF = st.booleans()


class Life(RuleBasedStateMachine):
    """One hazard, five people, a clock that goes on."""

    def __init__(self, cast: Cast, person: Person, other: Person, people: dict[str, User]) -> None:
        super().__init__()
        self.cast, self.person, self.other, self.people = cast, person, other, people
        self.photo: list[StoredFile] = a_photo()

    @initialize(grade=st.sampled_from(Grade))
    def begin(self, grade: Grade) -> None:
        Hazard.objects.all().delete()
        self.at = NOW
        self.hazard = a_hazard(self.cast, grade=grade)

    def _try(self, act: Any, *words: Any, **named: Any) -> bool:
        """Whether it was done; what is refused changes nothing at all."""
        self.hazard = Hazard.objects.get(pk=self.hazard.pk)
        self.at += timedelta(hours=1)
        before = self._everything()
        try:
            act(self.hazard, *words, at=self.at, **named)
        except Refused:
            assert self._everything() == before
            return False
        return True

    def _everything(self) -> tuple[Any, ...]:
        orders = Rectification.objects.order_by("pk").values_list()
        return (
            list(Hazard.objects.values_list()),
            list(orders),
            Entry.objects.count(),
            self.hazard.acts.count(),
        )

    @rule()
    def do_what_comes_next(self) -> None:
        """The straight way, so that runs get far."""
        status = Hazard.objects.get(pk=self.hazard.pk).status
        officer, worker = self.people["officer"], self.people["worker"]
        if status == Status.REPORTED:
            assert self._try(reporting.accept_hazard, by=officer)
        elif status == Status.ACCEPTED:
            assert self._try(rectifying.assign_hazard, self.person, by=officer)
        elif status == Status.ASSIGNED:
            mine = self.hazard.rectifications.filter(closed_at=None, responsible=self.person)
            by = worker if mine.exists() else officer
            assert self._try(rectifying.rectify_hazard, "装好了", self.photo, by=by)
        elif status == Status.RECTIFIED:
            assert self._try(rectifying.close_hazard, "", by=self.people["district"])

    @rule(who=PEOPLE)
    def accept(self, who: str) -> None:
        self._try(reporting.accept_hazard, by=self.people[who])

    @rule(who=PEOPLE, words=st.sampled_from(("", "不是隐患")))
    def decline(self, who: str, words: str) -> None:
        self._try(reporting.decline_hazard, words, by=self.people[who])

    @rule(who=PEOPLE, words=st.sampled_from(("", "还在")))
    def reopen(self, who: str, words: str) -> None:
        self._try(reporting.reopen_hazard, words, by=self.people[who])

    @rule(who=PEOPLE)
    def assign(self, who: str) -> None:
        self._try(rectifying.assign_hazard, self.person, by=self.people[who])

    @rule(to=st.sampled_from(("person", "other")), words=st.sampled_from(("", "离职了")))
    def reassign(self, to: str, words: str) -> None:
        """The deadline stays, and whoever has the order now can't re-check it."""
        before = list(Rectification.objects.values_list("due_at"))
        person = self.person if to == "person" else self.other
        if self._try(rectifying.reassign_hazard, person, words, by=self.people["officer"]):
            assert words
            assert list(Rectification.objects.values_list("due_at")) == before

    @rule(who=PEOPLE, photo=PROOF, words=st.sampled_from(("", "装好了")))
    def rectify(self, who: str, photo: bool, words: str) -> None:
        proof = self.photo if photo else []
        if self._try(rectifying.rectify_hazard, words, proof, by=self.people[who]):
            assert photo
            assert words
            assert who in ("worker", "officer", "second")
            order = Rectification.objects.get(closed_at__isnull=True)
            assert who != "worker" or order.responsible == self.person

    @rule(who=PEOPLE)
    def close(self, who: str) -> None:
        order = Rectification.objects.filter(closed_at__isnull=True).first()
        if self._try(rectifying.close_hazard, "", by=self.people[who]):
            assert order is not None
            assert order.rectified_by != self.people[who]
            assert order.responsible.user != self.people[who]
            assert self.hazard.grade != Grade.MAJOR or who in ("district", "city")

    @rule(who=PEOPLE, words=st.sampled_from(("", "没装牢")))
    def refuse(self, who: str, words: str) -> None:
        self._try(rectifying.refuse_rectification, words, by=self.people[who])

    @rule(still=st.booleans())
    def revisit(self, still: bool) -> None:
        by = self.people["district"]
        self._try(rectifying.revisit_hazard, "看过", still_there=still, by=by)

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)
        told = escalate_overdue(self.at)
        assert told <= 1
        assert escalate_overdue(self.at) == 0

    @precondition(lambda self: hasattr(self, "hazard"))
    @invariant()
    def every_line_has_its_act(self) -> None:
        hazard = Hazard.objects.get(pk=self.hazard.pk)
        assert Entry.objects.filter(subject=hazard.subject).count() == hazard.acts.count()

    @precondition(lambda self: hasattr(self, "hazard"))
    @invariant()
    def closed_only_with_proof_and_by_another(self) -> None:
        hazard = Hazard.objects.get(pk=self.hazard.pk)
        for order in hazard.rectifications.filter(closed_at__isnull=False):
            assert order.rectified_by_id not in (None, order.closed_by_id)
            assert order.rectified_at is not None
            done = hazard.acts.filter(kind=ActKind.RECTIFIED, at=order.rectified_at)
            assert [act.photos.count() for act in done] == [1]
        closed = hazard.acts.filter(kind=ActKind.CLOSED).count()
        reopened = hazard.rectifications.filter(undone_at__isnull=False).count()
        assert closed == hazard.rectifications.filter(closed_at__isnull=False).count()
        assert (hazard.status == Status.CLOSED) == (closed == reopened + 1)

    @precondition(lambda self: hasattr(self, "hazard"))
    @invariant()
    def the_figures_agree_with_the_rows(self) -> None:
        now: datetime = self.at + timedelta(seconds=1)
        period = Period(NOW - timedelta(days=1), NOW + timedelta(days=4000), now)
        found = figures_of(self.cast.city_official, period)
        orders = list(Rectification.objects.all())
        due = [one for one in orders if one.due_at < now]
        kept = [
            one
            for one in due
            if one.closed_at and not one.undone_at and one.rectified_at <= one.due_at  # type: ignore[operator]
        ]
        assert (found.due, found.in_time) == (len(due), len(kept))
        assert found.closed == Hazard.objects.filter(status=Status.CLOSED).count()


def test_nobody_gets_round_the_proof(cast: Cast) -> None:
    person, worker = a_worker_with_account(cast)
    other = a_worker(cast, 1)
    people = {
        "worker": worker,
        "officer": cast.safety_officer,
        "second": a_second_officer(cast),
        "district": cast.district_official,
        "city": cast.city_official,
    }
    run_state_machine_as_test(
        lambda: Life(cast, person, other, people),  # type: ignore[arg-type]
        settings=settings(max_examples=8, stateful_step_count=20, deadline=None),
    )
