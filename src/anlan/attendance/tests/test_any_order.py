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

from anlan.attendance.models import Mark, MarkKind, Proof
from anlan.attendance.queries import attendances, hours_of, presence
from anlan.attendance.services import file_sheet, sign_in, sign_out
from anlan.attendance.tests.builders import a_morning, a_person, a_scan, after, lines
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import Refused

PEOPLE = 3
who = st.integers(0, PEOPLE - 1)
minutes = st.integers(-45, 305)
proofs = st.sampled_from(Proof)
reasons = st.sampled_from(["", "手机没电"])


class Door(RuleBasedStateMachine):
    """A model of one register: who came when, who left when, whether a sheet is filed."""

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.register = a_morning()
        self.manager = User.objects.create_user("door", "班主任")
        self.people = [a_person(n + 1) for n in range(PEOPLE)]
        self.came: dict[int, datetime] = {}
        self.left: dict[int, datetime] = {}
        self.filed = 0

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    @rule()
    def file(self) -> None:
        file_sheet(self.register, a_scan(), by=self.manager, at=after(300))
        self.filed += 1

    @rule(who=who, minute=minutes, proof=proofs, reason=reasons)
    def come(self, who: int, minute: int, proof: Proof, reason: str) -> None:
        allowed = who not in self.came and -40 <= minute <= 240 and self.proves(proof, reason)
        assert self.tried(sign_in, who, minute, proof, reason) == allowed
        if allowed:
            self.came[who] = after(minute)

    @rule(who=who, minute=minutes, proof=proofs, reason=reasons)
    def leave(self, who: int, minute: int, proof: Proof, reason: str) -> None:
        arrived = self.came.get(who)
        in_time = arrived is not None and max(arrived, after(0)) <= after(minute) <= after(300)
        allowed = in_time and who not in self.left and self.proves(proof, reason)
        assert self.tried(sign_out, who, minute, proof, reason) == allowed
        if allowed:
            self.left[who] = after(minute)

    def proves(self, proof: Proof, reason: str) -> bool:
        return {
            Proof.QR: True,
            Proof.SUPERVISOR: bool(reason),
            Proof.PAPER: self.filed > 0,
        }[proof]

    def tried(
        self, sign: Callable[..., Mark], who: int, minute: int, proof: Proof, reason: str
    ) -> bool:
        how = {"proof": proof, "by": self.manager, "at": after(minute), "reason": reason}
        try:
            sign(self.register, self.people[who], **how)
        except Refused as refused:
            return not (refused.message and refused.next_step)
        return True

    @invariant()
    def the_register_is_what_happened(self) -> None:
        ids = {person.pk: n for n, person in enumerate(self.people)}
        there = {ids[one.person_id]: one for one in presence(self.register)}
        assert {n: one.in_at for n, one in there.items()} == self.came
        assert {n: one.out_at for n, one in there.items() if one.out_at} == self.left
        assert attendances([self.register]) == len(self.came)

    @invariant()
    def the_ledger_has_one_line_for_each_act(self) -> None:
        told: dict[str, int] = defaultdict(int)
        for verb in lines(self.register):
            told[verb] += 1
        assert told["signed_in"] == Mark.objects.filter(kind=MarkKind.IN).count() == len(self.came)
        assert told["signed_out"] == len(self.left)
        assert told["sheet_filed"] == self.filed

    def stayed(self, n: int) -> bool:
        return self.left[n] >= self.register.leave_from

    @invariant()
    def hours_need_both_marks(self) -> None:
        earned = hours_of([self.register])
        for n, person in enumerate(self.people):
            if n not in self.left:
                assert earned.get(person.pk, Decimal(0)) == 0
            elif self.came[n] <= self.register.late_after and self.stayed(n):
                assert earned[person.pk] == Decimal(4)


@pytest.mark.django_db
def test_a_register_stays_sound_whatever_people_do() -> None:
    calm = settings(max_examples=25, stateful_step_count=15, deadline=None)
    run_state_machine_as_test(Door, settings=calm)
