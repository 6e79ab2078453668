"""What came of each learner: hours, theory, practical. Read in a few queries for a whole class."""

from collections import defaultdict
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from anlan.assessments.models import Practical, Sitting, SittingStatus
from anlan.assessments.queries.releases import released
from anlan.attendance.queries import hours_of
from anlan.classes import queries
from anlan.classes.madeup import Credit, credits_of
from anlan.classes.models import Enrolment, EnrolmentStatus, TrainingClass, Trial
from anlan.lib.dates import local_date

UNDECIDED = (SittingStatus.READY, SittingStatus.STARTED, SittingStatus.ON_PAPER)


@dataclass(frozen=True)
class Result:
    """One learner's standing. Pass needs hours, theory and practical.

    `hours` holds what was made up elsewhere (`made_up`) too.
    """

    enrolment: Enrolment
    hours: Decimal
    hours_planned: int
    share_needed: float
    trials: tuple[Trial, ...]
    made_up: tuple[Credit, ...] = ()

    @property
    def attended(self) -> bool:
        return float(self.hours) >= self.share_needed * self.hours_planned

    @property
    def sittings(self) -> list[Sitting]:
        return [trial.sitting for trial in self.trials if trial.sitting]

    @property
    def practicals(self) -> list[Practical]:
        return [trial.practical for trial in self.trials if trial.practical]

    @property
    def last_sitting(self) -> Sitting | None:
        return self.sittings[-1] if self.sittings else None

    @property
    def last_practical(self) -> Practical | None:
        return self.practicals[-1] if self.practicals else None

    @property
    def theory_passed(self) -> bool:
        return any(sitting.passed for sitting in self.sittings)

    @property
    def practical_passed(self) -> bool:
        return any(practical.passed for practical in self.practicals)

    @property
    def theory_score(self) -> Decimal | None:
        scores = [sitting.score for sitting in self.sittings if sitting.score is not None]
        return max(scores) if scores else None

    @property
    def practical_score(self) -> int | None:
        scores = [check.score for check in self.practicals if check.score is not None]
        return max(scores) if scores else None

    @property
    def tries(self) -> int:
        return len(self.trials)

    @property
    def used(self) -> int:
        """Tries that count: one whose result was voided by a person is given back."""
        voided = [s for s in self.sittings if s.status == SittingStatus.VOID and s.submitted_at]
        return self.tries - len(voided)

    @property
    def theory_voided(self) -> bool:
        """The latest theory result was taken back, and nothing has come after it."""
        last = self.last_sitting
        return last is not None and last.status == SittingStatus.VOID

    @property
    def pending(self) -> bool:
        """A sitting or a practical check that is arranged and not decided yet."""
        waits = any(sitting.status in UNDECIDED for sitting in self.sittings)
        return waits or any(practical.passed is None for practical in self.practicals)

    @property
    def passed(self) -> bool:
        return self.attended and self.theory_passed and self.practical_passed

    @property
    def passed_first(self) -> bool:
        if not self.trials or not self.attended:
            return False
        first = self.trials[0]
        theory = first.sitting is not None and bool(first.sitting.passed)
        return theory and first.practical is not None and bool(first.practical.passed)

    @property
    def sat(self) -> bool:
        return any(sitting.status == SittingStatus.SUBMITTED for sitting in self.sittings)

    @property
    def verdict(self) -> str:
        """The word that stands in the list."""
        if self.passed:
            return "合格"
        if self.pending:
            return "考核中"
        if not self.trials:
            return "未考核"
        if self.enrolment.status == EnrolmentStatus.GAVE_UP:
            return "放弃补考"
        if not self.attended:
            return "学时不足"
        return "待补考"


def results_of(klass: TrainingClass) -> dict[int, Result]:
    """Every counted learner's standing, by enrolment id, in the order of enrolment."""
    people = list(queries.enrolled(klass))
    by_person = hours_of(queries.registers_of(klass))
    planned = sum(session.hours for session in klass.sessions.all())
    day = klass.first_day or local_date(klass.created_at)
    rules = queries.rules_for(klass, day)
    share = rules.number("attendance.share_min")
    trials, made_up = _trials(people), credits_of(people, planned=planned, rules=rules)
    return {
        one.pk: Result(
            enrolment=one,
            hours=by_person.get(one.person_id, Decimal(0))
            + sum((credit.hours for credit in made_up.get(one.pk, ())), Decimal(0)),
            hours_planned=planned,
            share_needed=share,
            trials=tuple(trials[one.pk]),
            made_up=tuple(made_up.get(one.pk, ())),
        )
        for one in people
    }


def _trials(people: list[Enrolment]) -> dict[int, list[Trial]]:
    found: dict[int, list[Trial]] = defaultdict(list)
    rows = Trial.objects.filter(enrolment__in=people)
    for trial in rows.select_related("sitting", "practical__checklist").order_by("no"):
        found[trial.enrolment_id].append(trial)
    return found


def veiled(result: Result, *, at: datetime) -> Result:
    """The result as the learner and the employer may see it: what is not released is undecided.

    The sittings in it are copies, not to be saved.
    """
    shown = released(result.sittings, at=at)
    trials = []
    for trial in result.trials:
        sitting = trial.sitting
        if sitting and sitting.status == SittingStatus.SUBMITTED and sitting.pk not in shown:
            trial, hidden = copy(trial), copy(sitting)
            hidden.score = hidden.passed = None
            hidden.status = SittingStatus.STARTED
            trial.sitting = hidden
        trials.append(trial)
    return replace(result, trials=tuple(trials))


def may_make_up(result: Result, most: int) -> bool:
    """Failed, nothing pending, tries left, hours enough, and not given up."""
    return (
        result.attended
        and result.tries > 0
        and not result.pending
        and not (result.theory_passed and result.practical_passed)
        and result.used <= most
        and result.enrolment.status == EnrolmentStatus.ENROLLED
    )
