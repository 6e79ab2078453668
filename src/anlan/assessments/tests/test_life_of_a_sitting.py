"""A sitting's life with requests in any order, repeated, late, from two phones, under a bad clock."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from anlan.assessments.intake import hot
from anlan.assessments.models import LateAnswer, Sitting
from anlan.assessments.queries.shelf import forget_shelf
from anlan.assessments.services import submit_overdue
from anlan.assessments.services.submission import graded
from anlan.assessments.tests.builders import a_full_bank, a_learner, a_sitting, the_user
from anlan.foundation.intake import passes
from anlan.foundation.intake.endpoints import Item
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, the_cast

ORDER = {"ready": 0, "started": 1, "submitted": 2}
QUESTIONS = st.integers(1, 2)
OPTIONS = st.integers(0, 1)
COUNTERS = st.integers(1, 4)
SAVES = st.lists(st.tuples(QUESTIONS, OPTIONS, COUNTERS), min_size=1, max_size=3)
DEVICES = st.sampled_from(["a" * 32, "b" * 32])


class Life(RuleBasedStateMachine):
    """What the model knows: the newest answer of each question that came in time."""

    @initialize(early=st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=5)]))
    def set_the_scene(self, early: timedelta) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        forget_shelf()
        a_full_bank()
        self.sitting = a_sitting(a_learner(), the_cast().class_manager)
        self.at = NOW - early
        self.user = the_user(self.sitting.person)
        self.newest: dict[str, tuple[int, int]] = {}
        self.past: list[tuple[str, Any]] = []
        self.first_score: Decimal | None = None
        self.rank = 0
        self.start("a" * 32)

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @property
    def row(self) -> Sitting:
        return Sitting.objects.get(pk=self.sitting.pk)

    def ask(self, act: str, asked: Any, device: str) -> Any:
        who = passes.read(passes.issue(self.user, at=NOW, device=device), at=NOW)
        with transaction.atomic():
            return getattr(hot, act)([Item(who, asked, self.at)])[0]

    @rule(device=DEVICES)
    def start(self, device: str) -> None:
        self.ask("start", hot.Start(self.sitting.uid), device)

    @rule(saves=SAVES, device=DEVICES)
    def save(self, saves: list[tuple[int, int, int]], device: str) -> None:
        self._send("save", saves, device)

    @rule(saves=SAVES, device=DEVICES)
    def submit(self, saves: list[tuple[int, int, int]], device: str) -> None:
        self._send("submit", saves, device)

    @rule(data=st.data())
    def an_old_request_comes_again(self, data: st.DataObject) -> None:
        if self.past:
            act, (saves, device) = data.draw(st.sampled_from(self.past))
            self._send(act, saves, device)

    def _send(self, act: str, saves: list[tuple[int, int, int]], device: str) -> None:
        before = self.row
        shape = hot.Keep if act == "save" else hot.Submit
        told = [hot.Saved(no, [chosen], n) for no, chosen, n in saves]
        answer = self.ask(act, shape(self.sitting.uid, told), device)
        self.past.append((act, (saves, device)))
        if isinstance(answer, Refused) or before.status != "started" or self._over(before):
            return
        for no, chosen, n in saves:
            if n > self.newest.get(str(no), (0, 0))[0]:
                self.newest[str(no)] = (n, chosen)

    def _over(self, sitting: Sitting) -> bool:
        assert sitting.deadline
        return self.at > sitting.deadline + timedelta(seconds=5)

    @rule(seconds=st.sampled_from([1, 240, 900, 1800, -60, -900]))
    def time_goes_on_or_back(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule()
    def the_worker_makes_its_round(self) -> None:
        submit_overdue(self.at)

    @invariant()
    def the_status_only_goes_forward(self) -> None:
        rank = ORDER[self.row.status]
        assert rank >= self.rank
        self.rank = rank

    @invariant()
    def the_newest_answer_in_time_stands_and_no_other(self) -> None:
        row = self.row
        assert row.answers == {no: [chosen] for no, (_, chosen) in self.newest.items()}
        assert row.counters == {no: n for no, (n, _) in self.newest.items()}

    @invariant()
    def it_is_started_and_handed_in_once_and_the_score_stands(self) -> None:
        row = self.row
        lines = Entry.objects.filter(subject=row.subject)
        assert lines.filter(verb="sitting_started").count() == int(row.status != "ready")
        assert lines.filter(verb="sitting_submitted").count() == int(row.status == "submitted")
        if row.status == "submitted":
            assert row.score == graded(row).score
            self.first_score = self.first_score or row.score
            assert row.score == self.first_score

    @invariant()
    def what_lies_apart_was_never_counted(self) -> None:
        for late in LateAnswer.objects.filter(sitting=self.sitting):
            assert late.n > self.newest.get(str(late.no), (0, 0))[0] or self.row.late


@pytest.mark.django_db
def test_a_sitting_survives_any_order_of_requests() -> None:
    chosen = settings(max_examples=10, stateful_step_count=18, deadline=None)
    run_state_machine_as_test(Life, settings=chosen)
