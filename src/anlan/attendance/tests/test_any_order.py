"""Whatever people do in whatever order, a register stays sound and the ledger tells the same."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from anlan.attendance.models import Leave, LeaveStatus, Mark, MarkKind, Pause, Proof, StruckMark
from anlan.attendance.queries import attendances, hours_of, presence, worths
from anlan.attendance.services import (
    ask_leave,
    come_back,
    decide_leave,
    file_sheet,
    go_out,
    sign_in,
    sign_out,
    strike_mark,
)
from anlan.attendance.tests.builders import a_morning, a_person, a_scan, after, lines
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import Refused

PEOPLE = 3
who = st.integers(0, PEOPLE - 1)
minutes = st.integers(-45, 305)
proofs = st.sampled_from(Proof)
reasons = st.sampled_from(["", "手机没电"])


class Door(RuleBasedStateMachine):
    """A model of one register: who came, who left, who is out, who asked for leave."""

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.register = a_morning()
        self.manager = User.objects.create_user("door", "班主任")
        self.people = [a_person(n + 1) for n in range(PEOPLE)]
        self.came: dict[int, datetime] = {}
        self.left: dict[int, datetime] = {}
        self.pauses: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
        self.told: dict[str, int] = defaultdict(int)
        self.on_leave: set[int] = set()
        self.filed = 0

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    @rule()
    def file(self) -> None:
        file_sheet(self.register, a_scan(), by=self.manager, at=after(300))
        self.filed += 1
        self.told["sheet_filed"] += 1

    @rule(who=who, minute=minutes, proof=proofs, reason=reasons)
    def come(self, who: int, minute: int, proof: Proof, reason: str) -> None:
        allowed = who not in self.came and -40 <= minute <= 240 and self.proves(proof, reason)
        assert self.tried(sign_in, who, minute, proof=proof, reason=reason) == allowed
        if allowed:
            self.came[who] = after(minute)
            self.told["signed_in"] += 1

    @rule(who=who, minute=minutes, proof=proofs, reason=reasons)
    def leave(self, who: int, minute: int, proof: Proof, reason: str) -> None:
        arrived = self.came.get(who)
        in_time = arrived is not None and max(arrived, after(0)) <= after(minute) <= after(300)
        allowed = in_time and who not in self.left and self.proves(proof, reason)
        assert self.tried(sign_out, who, minute, proof=proof, reason=reason) == allowed
        if allowed:
            self.left[who] = after(minute)
            self.told["signed_out"] += 1

    @rule(who=who, minute=minutes)
    def step_out(self, who: int, minute: int) -> None:
        open_one = any(back is None for _, back in self.pauses[who])
        allowed = self.here(who, minute) and 0 <= minute <= 240 and not open_one
        assert self.tried(go_out, who, minute) == allowed
        if allowed:
            self.pauses[who].append((after(minute), None))
            self.told["went_out"] += 1

    @rule(who=who, minute=minutes)
    def step_in(self, who: int, minute: int) -> None:
        since = [out for out, back in self.pauses[who] if back is None]
        allowed = bool(since) and self.here(who, minute) and after(minute) >= since[0]
        assert self.tried(come_back, who, minute) == allowed
        if allowed:
            self.pauses[who] = [(out, back or after(minute)) for out, back in self.pauses[who]]
            self.told["came_back"] += 1

    @rule(who=who, minute=minutes, granted=st.booleans())
    def stay_away(self, who: int, minute: int, granted: bool) -> None:
        allowed = who not in self.came and minute <= 240 and who not in self.on_leave
        how = {"reason": "当天上夜班", "by": self.manager, "at": after(minute)}
        try:
            leave = ask_leave(self.register, self.people[who], **how)  # type: ignore[arg-type]
        except Refused:
            assert not allowed
            return
        assert allowed
        decide_leave(leave, granted=granted, reason="缺人手", by=self.manager, at=after(minute))
        self.told["leave_asked"] += 1
        self.told["leave_granted" if granted else "leave_refused"] += 1
        if granted:
            self.on_leave.add(who)

    @rule(who=who)
    def strike(self, who: int) -> None:
        if who not in self.came:
            return
        mark = Mark.objects.get(register=self.register, person=self.people[who], kind=MarkKind.IN)
        strike_mark(mark, reason="不在现场", signals=[], by=self.manager, at=after(300))
        self.told["mark_struck"] += 1 + (who in self.left)
        self.came.pop(who)
        self.left.pop(who, None)

    def here(self, who: int, minute: int) -> bool:
        arrived = self.came.get(who)
        return arrived is not None and arrived <= after(minute) and who not in self.left

    def proves(self, proof: Proof, reason: str) -> bool:
        return {
            Proof.QR: True,
            Proof.ID_CARD: True,
            Proof.SUPERVISOR: bool(reason),
            Proof.PAPER: self.filed > 0,
        }[proof]

    def tried(self, act: Callable[..., object], who: int, minute: int, **how: object) -> bool:
        try:
            act(self.register, self.people[who], by=self.manager, at=after(minute), **how)
        except Refused as refused:
            return not (refused.message and refused.next_step)
        return True

    @invariant()
    def the_register_is_what_happened(self) -> None:
        ids = {person.pk: n for n, person in enumerate(self.people)}
        there = {ids[one.person_id]: one for one in presence(self.register)}
        assert {n: one.in_at for n, one in there.items()} == self.came
        assert {n: one.out_at for n, one in there.items() if one.out_at} == self.left
        assert all(one.out_at is None or one.out_at >= one.in_at for one in there.values())
        assert attendances([self.register]) == len(self.came)
        granted = Leave.objects.filter(status=LeaveStatus.GRANTED)
        assert {ids[pk] for pk in granted.values_list("person", flat=True)} == self.on_leave

    @invariant()
    def the_ledger_has_one_line_for_each_act(self) -> None:
        told: dict[str, int] = defaultdict(int)
        for verb in lines(self.register):
            told[verb] += 1
        assert told == {verb: n for verb, n in self.told.items() if n}
        assert Mark.objects.count() + StruckMark.objects.count() == (
            told["signed_in"] + told["signed_out"]
        )
        assert Pause.objects.count() == told["went_out"]

    def whole(self, n: int) -> bool:
        """In before it was late, out when one may go: the beginning and the end are forgiven."""
        on_time = self.came[n] <= self.register.late_after
        return on_time and self.left[n] >= self.register.leave_from

    @invariant()
    def hours_need_both_marks_and_stay_within_their_bounds(self) -> None:
        earned = hours_of([self.register])
        narrow = worths([self.register], [person.pk for person in self.people])
        for n, person in enumerate(self.people):
            worth = earned.get(person.pk, Decimal(0))
            assert narrow.get((self.register.pk, person.pk), Decimal(0)) == worth
            assert Decimal(0) <= worth <= Decimal(4)
            assert worth % Decimal("0.5") == 0
            if n not in self.left:
                assert worth == 0
            elif self.whole(n) and not self.pauses[n]:
                assert worth == Decimal(4)


@pytest.mark.django_db
def test_a_register_stays_sound_whatever_people_do() -> None:
    calm = settings(max_examples=12, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(Door, settings=calm)
