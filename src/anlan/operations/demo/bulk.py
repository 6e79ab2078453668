"""Closed classes of past years, written table by table with the ledger lines of the services.

A test tells the same class twice, by the services and by this writer, and compares every table.
Notices and text messages are left out: nobody is told of history.
"""

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
from anlan.attendance.lines import mark_line
from anlan.attendance.models import Mark, MarkKind, Proof, Register
from anlan.attendance.services import Occasion, open_registers
from anlan.bookings.models import Booking, BookingStatus
from anlan.classes import queries
from anlan.classes.lines import enrolled_line
from anlan.classes.models import (
    Closing,
    Decision,
    Enrolment,
    EnrolmentSource,
    HalfDay,
    Review,
    Session,
    Stage,
    Status,
    Survey,
    SurveyDone,
    TrainingClass,
    Trial,
)
from anlan.classes.services.reviews import snapshot
from anlan.courses.models import Mode, Module
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.ledger.services import Line, record_many, rfc3339
from anlan.foundation.rules.queries import Rulebook
from anlan.identity.models import Person
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import local_date
from anlan.operations.story.acts import Plan
from anlan.operations.story.troupe import Officials, Provider
from anlan.organizations.models import Organization
from anlan.recordings.models import Recording
from anlan.trainers.models import Outcome


@dataclass(frozen=True)
class Group:
    """People whom one enterprise sends."""

    organization: Organization
    officer: User
    people: Sequence[Person]


@dataclass(frozen=True)
class Shelf:
    """What many classes draw on, read once."""

    modules: Sequence[Module]
    checklist: Checklist
    pool: Sequence[Candidate]
    items: dict[int, Item]
    video: StoredFile
    photo: StoredFile


@dataclass
class History:
    """One closed class being written. `skill` is the chance that a learner answers right."""

    plan: Plan
    house: Provider
    who: Officials
    groups: Sequence[Group]
    shelf: Shelf
    number: str
    rules: Rulebook
    chance: random.Random
    skill: float = 0.96
    failing: frozenset[int] = frozenset()

    lines: list[Line] = field(default_factory=list)
    klass: TrainingClass = field(init=False)
    sessions: list[Session] = field(init=False)
    enrolments: list[Enrolment] = field(init=False)
    trials: list[Trial] = field(init=False)

    def write(self) -> TrainingClass:
        """Write the class with everything that belongs to it; returns it closed."""
        self._application()
        self._people()
        self._attendance()
        self._recordings()
        self._examination()
        self._surveys()
        self._closing()
        record_many(self.lines)
        return self.klass

    @property
    def applied_at(self) -> datetime:
        return self.starts_at - timedelta(days=25)

    @property
    def starts_at(self) -> datetime:
        return self.sessions[0].register.starts_at  # type: ignore[union-attr]

    @property
    def ends_at(self) -> datetime:
        return self.sessions[-1].register.ends_at  # type: ignore[union-attr]

    def _say(self, verb: str, by: User | None, at: datetime, **data: object) -> None:
        self.lines.append(Line(self.klass.subject, verb, by, at, data))

    def _application(self) -> None:
        plan, manager = self.plan, self.house.manager
        self.klass = TrainingClass(
            number=self.number,
            title=plan.title,
            provider=self.house.organization,
            project=plan.project,
            syllabus=plan.syllabus,
            district=plan.district,
            industry=plan.syllabus.industry,
            quota=plan.quota,
            equipment="投影、模拟人、气体检测仪",
            manager=manager,
            is_synthetic=True,
            status=Status.CLOSED,
            search=bigrams(plan.title, self.number, self.house.organization.name),
        )
        self._timetable()
        klass, applied = self.klass, self.applied_at
        agreed = applied + timedelta(hours=4)
        klass.created_at = klass.submitted_at = applied
        klass.approved_at = agreed
        klass.first_day, klass.last_day = self.sessions[0].day, self.sessions[-1].day
        klass.save()
        for session in self.sessions:
            session.klass = klass
        Session.objects.bulk_create(self.sessions)
        self._reviews(applied, agreed)

    def _reviews(self, applied: datetime, agreed: datetime) -> None:
        klass, who = self.klass, self.who
        said = ("材料齐全，同意上报", "符合年度计划，同意开班")
        as_it_was = snapshot(klass)
        steps = ((Stage.DISTRICT, who.district, applied), (Stage.CITY, who.city, agreed))
        Review.objects.bulk_create(
            Review(
                klass=klass,
                stage=stage,
                decision=Decision.AGREED,
                reason=reason,
                snapshot=as_it_was,
                by=by,
                at=at,
            )
            for (stage, by, at), reason in zip(steps, said, strict=True)
        )
        self._say("class_drafted", self.house.manager, applied, number=self.number)
        self._say("class_submitted", self.house.manager, applied)
        self._say("class_reviewed", who.district, applied, reason=said[0])
        self._say("class_approved", who.city, agreed, reason=said[1])

    def _timetable(self) -> None:
        self.sessions = [self._session(n, module) for n, module in enumerate(self.shelf.modules)]
        occasions = []
        for session in self.sessions:
            starts_at, ends_at = queries.session_times(session, self.rules)
            title = f"{self.plan.title} · {session.topic}"[:120]
            occasions.append(
                Occasion(title, session.place[:200], starts_at, ends_at, session.hours)
            )
        registers = open_registers(occasions, rules=self.rules)
        for session, register in zip(self.sessions, registers, strict=True):
            session.register = register

    def _session(self, n: int, module: Module) -> Session:
        online = module.mode == Mode.ONLINE
        return Session(
            day=self.plan.first_day + timedelta(days=n // 2),
            half=HalfDay.AFTERNOON if n % 2 else HalfDay.MORNING,
            module=module,
            topic=module.title,
            mode=module.mode,
            trainer=self.house.trainers[n % len(self.house.trainers)],
            venue=None if online else self.house.rooms[1 if module.practical else 0],
            hours=module.hours,
            active=True,
        )

    def _people(self) -> None:
        at = self.applied_at + timedelta(days=5)
        self.enrolments = []
        for group in self.groups:
            booked = at - timedelta(hours=1)
            Booking.objects.create(
                klass=self.klass,
                organization=group.organization,
                seats=len(group.people),
                status=BookingStatus.CONFIRMED,
                asked_by=group.officer,
                asked_at=booked,
                confirmed_at=booked,
            )
            self._say(
                "seats_booked",
                group.officer,
                booked,
                seats=len(group.people),
                status=BookingStatus.CONFIRMED.label,
                organization=group.organization.uscc,
            )
            self.enrolments += [self._enrolment(group, person, at) for person in group.people]
        Enrolment.objects.bulk_create(self.enrolments, batch_size=500)
        self.lines += [enrolled_line(self.klass, one, one.by, at) for one in self.enrolments]

    def _enrolment(self, group: Group, person: Person, at: datetime) -> Enrolment:
        return Enrolment(
            klass=self.klass,
            person=person,
            organization=group.organization,
            source=EnrolmentSource.BOOKING,
            by=group.officer,
            at=at,
        )

    def _attendance(self) -> None:
        marks: list[Mark] = []
        for session in self.sessions:
            register = session.register
            if register is None:
                raise ValueError("a session of history has its register")
            before = register.starts_at - timedelta(minutes=12)
            marks += self._marks(register, MarkKind.IN, before, timedelta(seconds=7))
            after = register.ends_at + timedelta(seconds=20)
            marks += self._marks(register, MarkKind.OUT, after, timedelta(seconds=5))
        Mark.objects.bulk_create(marks, batch_size=500)
        began = marks[0].at
        self.klass.started_at = began
        self._say("class_started", None, began)
        self.lines += [mark_line(one, people_on_device=1) for one in marks]

    def _marks(
        self, register: Register, kind: MarkKind, since: datetime, apart: timedelta
    ) -> list[Mark]:
        return [
            Mark(
                register=register,
                person=one.person,
                kind=kind,
                at=since + n * apart,
                recorded_at=since + n * apart,
                proof=Proof.QR,
                device=f"phone-{one.person_id}",
                by=one.person.user,
                late=kind == MarkKind.IN and since + n * apart > register.late_after,
            )
            for n, one in enumerate(self.enrolments)
        ]

    def _recordings(self) -> None:
        offline = [session for session in self.sessions if session.mode == Mode.OFFLINE]
        recordings = Recording.objects.bulk_create(self._recording(session) for session in offline)
        links = Session.recordings.through
        links.objects.bulk_create(
            links(session_id=session.pk, recording_id=recording.pk)
            for session, recording in zip(offline, recordings, strict=True)
        )
        self.lines += [self._recording_line(one) for one in recordings]

    def _recording(self, session: Session) -> Recording:
        register = session.register
        if register is None:
            raise ValueError("a session of history has its register")
        return Recording(
            title=f"{session.day} {session.get_half_display()} {session.topic}",
            file=self.shelf.video,
            starts_at=register.starts_at,
            ends_at=register.ends_at,
            by=self.house.manager,
            at=register.ends_at + timedelta(hours=1),
        )

    def _recording_line(self, one: Recording) -> Line:
        data = {
            "title": one.title,
            "sha256": one.file.sha256,
            "size": one.file.size,
            "starts_at": rfc3339(one.starts_at),
            "ends_at": rfc3339(one.ends_at),
        }
        return Line(one.subject, "recording_filed", one.by, one.at, data)

    def _examination(self) -> None:
        opens_at = self.ends_at + timedelta(hours=15, minutes=30)
        failing = {one.pk for n, one in enumerate(self.enrolments) if n in self.failing}
        arranged = opens_at - timedelta(minutes=30)
        self.trials = self._trials(self.enrolments, 0, opens_at, arranged, failing)
        self._say("exam_arranged", self.house.manager, arranged, people=len(self.trials))
        self.lines += self._taken(self.trials, opens_at)
        failed = [one for one, trial in self._pairs() if not trial.sitting.passed]  # type: ignore[union-attr]
        if failed:
            self._make_up(failed, opens_at + timedelta(days=5))

    def _pairs(self) -> list[tuple[Enrolment, Trial]]:
        return list(zip(self.enrolments, self.trials, strict=True))

    def _make_up(self, failed: list[Enrolment], at: datetime) -> None:
        place = failed[0].organization.address
        told = at - timedelta(days=1)
        first = {trial.enrolment_id: trial.sitting for trial in self.trials}
        again = self._trials(failed, 1, at, told, set(), first=first, place=place)
        self._say("makeup_arranged", self.house.manager, told, people=len(again), place=place)
        self.lines += self._taken(again, at)
        self.trials += again

    def _trials(
        self,
        people: Sequence[Enrolment],
        no: int,
        opens_at: datetime,
        arranged: datetime,
        failing: set[int],
        first: dict[int, Sitting | None] | None = None,
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
        rules, plan = self.rules, self.plan
        makeup = earlier is not None
        terms = rules.ruling("exam.composition").value
        avoid = [question["item"] for question in earlier.questions] if earlier else []
        questions = draw(self.shelf.pool, terms, avoid=avoid, chance=self.chance)
        minutes = rules.whole("exam.minutes")
        sitting = Sitting(
            person=one.person,
            title=f"{plan.title} · {'补考' if makeup else '结业理论考试'}"[:120],
            industry=plan.syllabus.industry,
            composition=terms,
            weights=rules.ruling("exam.weights").value,
            minutes=minutes,
            pass_mark=rules.whole("exam.pass_mark"),
            opens_at=opens_at - timedelta(minutes=30) if makeup else opens_at,
            closes_at=opens_at + timedelta(hours=8 if makeup else 4),
            avoid=avoid,
            status=SittingStatus.SUBMITTED,
            questions=questions,
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

    def _surveys(self) -> None:
        at = self.ends_at + timedelta(days=8)
        count = len(self.enrolments)
        Survey.objects.bulk_create(
            Survey(
                klass=self.klass,
                useful=5 - n % 2,
                clear=5 - n % 3 // 2,
                place=4 + n % 2,
                recommend=5,
                words="实操练得多，收获大。" if n % 7 == 0 else "",
                day=local_date(at),
            )
            for n in range(count)
        )
        SurveyDone.objects.bulk_create(SurveyDone(enrolment=one) for one in self.enrolments)
        for _ in range(count):
            self._say("survey_received", None, at)

    def _closing(self) -> None:
        at = self.ends_at + timedelta(days=9)
        first = [trial for trial in self.trials if trial.no == 0]
        passed_first = sum(bool(trial.sitting and trial.sitting.passed) for trial in first)
        count = len(self.enrolments)
        ratings = [(5 - n % 2, 5 - n % 3 // 2, 4 + n % 2, 5) for n in range(count)]
        closing = Closing.objects.create(
            klass=self.klass,
            enrolled=count,
            attended=count,
            attendances=count * len(self.sessions),
            sat=count,
            passed_first=passed_first,
            passed=count,
            made_up=count - passed_first,
            surveys=count,
            rating_sum=sum(map(sum, ratings)),
            hours=sum(session.hours for session in self.sessions),
            by=self.house.manager,
            at=at,
        )
        self.klass.closed_at = at
        self.klass.save(update_fields=["started_at", "closed_at"])
        Outcome.objects.bulk_create(
            Outcome(
                trainer=trainer,
                occasion=self.klass.uid,
                sat=count,
                passed=passed_first,
                ratings=count,
                rating_sum=sum(rating[1] for rating in ratings),
                at=at,
            )
            for trainer in {session.trainer for session in self.sessions}
        )
        self._say(
            "class_closed",
            self.house.manager,
            at,
            enrolled=count,
            attended=count,
            attendances=closing.attendances,
            passed=count,
            passed_first=passed_first,
        )


def _undrawn(sitting: Sitting) -> Sitting:
    """The sitting as it was when it was scheduled: no device yet."""
    return Sitting(uid=sitting.uid, person=sitting.person)
