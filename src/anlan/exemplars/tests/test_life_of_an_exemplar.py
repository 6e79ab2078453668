"""Whatever people try in whatever order: no naming without notice and answers, none by the same hand."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from anlan.exemplars.jobs import expire_namings, watch_namings
from anlan.exemplars.models import Check, Exemplar, Objection, ObjectionStatus, Status
from anlan.exemplars.models.exemplars import STANDING
from anlan.exemplars.services import applying, naming, objecting
from anlan.exemplars.tests.builders import a_model_enterprise
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.ledger.models import Entry
from anlan.hazards.receipts import code_of, new_ticket
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast, a_user

WHO = st.sampled_from(("district", "city", "city2", "officer"))
DAYS = st.sampled_from((1, 3, 8))


class Life(RuleBasedStateMachine):
    """One enterprise that fulfils everything, four people, some days."""

    def __init__(self, cast: Cast, people: dict[str, User]) -> None:
        super().__init__()
        self.cast, self.people = cast, people

    @initialize()
    def begin(self) -> None:
        Objection.objects.all().delete()
        Exemplar.objects.all().delete()
        self.at, self.exemplar = NOW, self._apply(NOW)

    def _apply(self, at: Any) -> Exemplar:
        return applying.apply_for_naming(
            self.cast.enterprise, "做法", by=self.people["officer"], at=at
        )

    def _try(self, act: Any, *words: Any, **named: Any) -> bool:
        """Whether it was done; what is refused changes nothing at all."""
        self.exemplar = Exemplar.objects.get(pk=self.exemplar.pk)
        self.at += timedelta(minutes=1)
        before = self._everything()
        try:
            act(self.exemplar, *words, at=self.at, **named)
        except Refused:
            assert self._everything() == before
            return False
        return True

    def _everything(self) -> tuple[Any, ...]:
        return (
            list(Exemplar.objects.values_list()),
            list(Objection.objects.values_list("status")),
            Entry.objects.count(),
            Check.objects.count(),
        )

    @rule(who=WHO)
    def examine(self, who: str) -> None:
        done = self._try(applying.examine, "属实", by=self.people[who])
        assert not done or who != "officer"

    @rule(who=WHO)
    def announce(self, who: str) -> None:
        examiner = Exemplar.objects.get(pk=self.exemplar.pk).examined_by
        done = self._try(applying.announce, "同意", by=self.people[who])
        assert not done or (who in ("city", "city2") and self.people[who] != examiner)

    @rule(who=WHO)
    def send_back(self, who: str) -> None:
        assert not self._try(applying.send_back, "补正", by=self.people[who]) or who != "officer"

    @rule()
    def reapply(self) -> None:
        self._try(applying.reapply, "补了", by=self.people["officer"])

    @rule()
    def somebody_objects(self) -> None:
        self._try(objecting.object_to, "有人受伤没报", code=code_of(new_ticket()))

    @rule(upheld=st.booleans(), who=WHO)
    def answer(self, upheld: bool, who: str) -> None:
        one = Objection.objects.filter(status=ObjectionStatus.OPEN).first()
        if one is None:
            return
        by = self.people[who]

        def act(_: Exemplar, *, at: Any) -> None:
            objecting.answer_objection(one, "查过", upheld=upheld, by=by, at=at)

        assert not self._try(act) or who != "officer"

    @rule(who=WHO)
    def name(self, who: str) -> None:
        was = Exemplar.objects.get(pk=self.exemplar.pk)
        if self._try(naming.name_exemplar, by=self.people[who]):
            assert was.notice_until is not None
            assert local_date(self.at) > was.notice_until
            assert not was.objections.filter(status=ObjectionStatus.OPEN).exists()
            assert who in ("city", "city2")

    @rule(who=WHO)
    def doubt(self, who: str) -> None:
        self._try(naming.doubt, "有投诉", by=self.people[who])

    @rule(who=WHO, keep=st.booleans())
    def judge(self, who: str, keep: bool) -> None:
        act = naming.keep if keep else naming.withdraw
        assert not self._try(act, "理由", by=self.people[who]) or who.startswith("city")

    @rule(days=DAYS)
    def time_goes_on(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule()
    def the_night(self) -> None:
        watch_namings(self.at)
        expire_namings(self.at)

    @rule()
    def do_what_comes_next(self) -> None:
        """The straight way, so that runs get far."""
        status = Exemplar.objects.get(pk=self.exemplar.pk).status
        if status == Status.APPLIED:
            assert self._try(applying.examine, "属实", by=self.people["district"])
        elif status == Status.EXAMINED:
            self._try(applying.announce, "同意", by=self.people["city"])
        elif status == Status.ANNOUNCED:
            self.at += timedelta(days=8)
            for one in Objection.objects.filter(status=ObjectionStatus.OPEN):
                by = self.people["district"]
                objecting.answer_objection(one, "不属实", upheld=False, by=by, at=self.at)
            self._try(naming.name_exemplar, by=self.people["city"])
        elif status == Status.RETURNED:
            self._try(applying.reapply, "补了", by=self.people["officer"])

    @invariant()
    def it_holds(self) -> None:
        if not hasattr(self, "exemplar"):
            return
        one = Exemplar.objects.get(pk=self.exemplar.pk)
        if one.status in STANDING:
            assert one.number
            assert one.named_on
            assert one.checks.filter(why="named", fulfilled=True).exists()
        lines = Entry.objects.filter(subject=one.subject).count()
        assert lines >= 1
        assert one.decided_by is None or one.decided_by != one.examined_by


def test_whatever_people_try(cast: Cast) -> None:
    a_model_enterprise(cast)
    second = a_user("city2", "另一位市级", Role.CITY_OFFICIAL, ScopeKind.CITY)
    people = {
        "district": cast.district_official,
        "city": cast.city_official,
        "city2": second,
        "officer": cast.safety_officer,
    }
    few = settings(max_examples=4, stateful_step_count=10, derandomize=True, database=None)
    run_state_machine_as_test(
        lambda: Life(cast, people),  # type: ignore[arg-type]
        settings=few,
    )
