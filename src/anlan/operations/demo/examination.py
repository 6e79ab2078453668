"""The final checks of a class of past years: papers drawn and graded by the real rules."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.assessments.lines import (
    digest,
    practical_marked_line,
    practical_scheduled_line,
    sitting_line,
    submitted_line,
)
from anlan.assessments.models import Checklist, Item, Practical, Sitting, SittingStatus
from anlan.assessments.papers import Candidate, draw, grade, mark
from anlan.classes.models import Enrolment, TrainingClass, Trial
from anlan.courses.models import Module
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import Line
from anlan.foundation.rules.queries import Rulebook
from anlan.operations.story.troupe import Provider


@dataclass(frozen=True)
class Shelf:
    """What many classes draw on, read once."""

    modules: Sequence[Module]
    checklist: Checklist
    pool: Sequence[Candidate]
    items: dict[int, Item]
    photo: StoredFile


@dataclass
class Examination:
    """Writes sittings, practicals and trials of one class; `lines` are for the ledger."""

    klass: TrainingClass
    house: Provider
    shelf: Shelf
    rules: Rulebook
    chance: random.Random
    skill: float
    lines: list[Line] = field(default_factory=list)

    def hold(
        self, people: Sequence[Enrolment], opens_at: datetime, *, failing: frozenset[int]
    ) -> list[Trial]:
        """Everybody's first try; `failing` are places in the list that answer nothing right."""
        wrong = {one.pk for n, one in enumerate(people) if n in failing}
        arranged = opens_at - timedelta(minutes=30)
        trials = self._trials(people, 0, opens_at, arranged, wrong)
        self._say("exam_arranged", arranged, people=len(trials))
        self.lines += self._taken(trials, opens_at)
        return trials

    def make_up(
        self, failed: Sequence[Enrolment], tried: Sequence[Trial], at: datetime
    ) -> list[Trial]:
        """A second try at the first one's enterprise, with other items; everybody passes."""
        place = failed[0].organization.address
        told = at - timedelta(days=1)
        first = {trial.enrolment_id: trial.sitting for trial in tried if trial.sitting}
        again = self._trials(failed, 1, at, told, set(), first=first, place=place)
        self._say("makeup_arranged", told, people=len(again), place=place)
        self.lines += self._taken(again, at)
        return again

    def _say(self, verb: str, at: datetime, **data: object) -> None:
        self.lines.append(Line(self.klass.subject, verb, self.house.manager, at, data))

    def _trials(
        self,
        people: Sequence[Enrolment],
        no: int,
        opens_at: datetime,
        arranged: datetime,
        failing: set[int],
        first: dict[int, Sitting] | None = None,
        place: str = "",
    ) -> list[Trial]:
        sittings = [
            self._sitting(one, opens_at, one.pk in failing, (first or {}).get(one.pk))
            for one in people
        ]
        Sitting.objects.bulk_create(sittings, batch_size=200)
        by = self.house.manager
        self.lines += [
            sitting_line(_undrawn(s), "sitting_scheduled", by, arranged) for s in sittings
        ]
        practicals = [] if no else [self._practical(one, opens_at) for one in people]
        Practical.objects.bulk_create(practicals, batch_size=500)
        self.lines += [practical_scheduled_line(p, by, arranged) for p in practicals]
        trials = [
            Trial(
                enrolment=one,
                no=no,
                sitting=sitting,
                practical=practicals[n] if practicals else None,
                scheduled_at=opens_at if no else None,
                place=place,
                at=arranged,
            )
            for n, (one, sitting) in enumerate(zip(people, sittings, strict=True))
        ]
        return Trial.objects.bulk_create(trials)

    def _sitting(
        self, one: Enrolment, opens_at: datetime, fails: bool, earlier: Sitting | None
    ) -> Sitting:
        """A drawn, answered and graded paper; a make-up opens half an hour early."""
        rules, klass = self.rules, self.klass
        makeup = earlier is not None
        terms = rules.ruling("exam.composition").value
        avoid = [question["item"] for question in earlier.questions] if earlier else []
        questions = draw(self.shelf.pool, terms, avoid=avoid, chance=self.chance)
        minutes = rules.whole("exam.minutes")
        sitting = Sitting(
            person=one.person,
            title=f"{klass.title} · {'补考' if makeup else '结业理论考试'}"[:120],
            industry=klass.industry,
            composition=terms,
            weights=rules.ruling("exam.weights").value,
            minutes=minutes,
            pass_mark=rules.whole("exam.pass_mark"),
            opens_at=opens_at - timedelta(minutes=30) if makeup else opens_at,
            closes_at=opens_at + timedelta(hours=8 if makeup else 4),
            avoid=avoid,
            status=SittingStatus.SUBMITTED,
            questions=questions,
            paper=digest(questions),
            turn=1,
            started_at=opens_at,
            deadline=opens_at + timedelta(minutes=minutes),
            submitted_at=opens_at + timedelta(minutes=25),
            device=f"phone-{one.person_id}",
        )
        self._answer(sitting, 0.0 if fails else 1.0 if makeup else self.skill)
        return sitting

    def _answer(self, sitting: Sitting, skill: float) -> None:
        items = self.shelf.items
        answers: dict[str, list[int]] = {}
        for no, question in enumerate(sitting.questions, start=1):
            key = items[question["item"]].answer
            right = [n for n, original in enumerate(question["order"]) if original in key]
            wrong = [n for n in range(len(question["order"])) if n not in right][:1]
            answers[str(no)] = right if self.chance.random() < skill else wrong
        sitting.answers = answers
        sitting.counters = dict.fromkeys(answers, 1) | {"1": 2}  # the first was saved before
        keys = {q["item"]: items[q["item"]].answer for q in sitting.questions}
        kinds = [items[q["item"]].kind for q in sitting.questions]
        found = grade(
            mark(sitting.questions, answers, keys), kinds, sitting.weights, sitting.pass_mark
        )
        sitting.score, sitting.passed = found.score, found.passed

    def _practical(self, one: Enrolment, opens_at: datetime) -> Practical:
        return Practical(
            person=one.person,
            checklist=self.shelf.checklist,
            opens_at=opens_at,
            marks={item["key"]: True for item in self.shelf.checklist.items},
            photo=self.shelf.photo,
            examiner=self.house.examiner,
            at=opens_at + timedelta(hours=1),
            score=100,
            passed=True,
        )

    def _taken(self, trials: Sequence[Trial], opens_at: datetime) -> list[Line]:
        lines: list[Line] = []
        for trial in trials:
            sitting, practical = trial.sitting, trial.practical
            if sitting:
                by = sitting.person.user
                paper = digest(sitting.questions)
                lines.append(sitting_line(sitting, "sitting_started", by, opens_at, paper=paper))
                lines.append(submitted_line(sitting, by, sitting.submitted_at or opens_at))
            if practical and practical.at:
                lines.append(practical_marked_line(practical, self.house.examiner, practical.at))
        return lines


def _undrawn(sitting: Sitting) -> Sitting:
    """The sitting as it was when it was scheduled: no device yet."""
    return Sitting(uid=sitting.uid, person=sitting.person)
