"""Closed classes of past years, written table by table with the ledger lines of the services.

A test tells the same class twice, by the services and by this writer, and compares every table.
Notices and text messages are left out: nobody is told of history.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

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
    EnrolmentStatus,
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
from anlan.classes.services.applications import when_of
from anlan.classes.services.reviews import snapshot
from anlan.courses.models import Mode, Module
from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.services import Line, record_many, rfc3339
from anlan.foundation.rules.queries import Rulebook
from anlan.identity.models import Person
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import day_bounds, local_date
from anlan.operations.demo.examination import Examination, Shelf
from anlan.operations.story import acts
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


@dataclass
class History:
    """One closed class being written. `skill` is the chance that a learner answers right.

    `failing`, `leaving` (failed, and gives the make-up up) and `absent` name learners by their
    place in the list; `absent` says how many of the first sessions they missed.
    """

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
    leaving: frozenset[int] = frozenset()
    absent: Mapping[int, int] = field(default_factory=dict)

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
        for session in self.sessions:
            told = {"when": when_of(session), "topic": session.topic}
            self._say("session_put", self.house.manager, applied, **told)
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
                Occasion(title, session.place[:200], starts_at, ends_at, Decimal(session.hours))
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
        for no, session in enumerate(self.sessions):
            register = session.register
            if register is None:
                raise ValueError("a session of history has its register")
            here = [one for n, one in enumerate(self.enrolments) if self.absent.get(n, 0) <= no]
            before = register.starts_at - timedelta(minutes=12)
            marks += self._marks(register, here, MarkKind.IN, before, timedelta(seconds=7))
            after = register.ends_at + timedelta(seconds=20)
            marks += self._marks(register, here, MarkKind.OUT, after, timedelta(seconds=5))
        Mark.objects.bulk_create(marks, batch_size=500)
        began = marks[0].at
        self.klass.started_at = began
        self._say("class_started", None, began)
        self.lines += [mark_line(one, people_on_device=1) for one in marks]

    def _marks(
        self,
        register: Register,
        people: Sequence[Enrolment],
        kind: MarkKind,
        since: datetime,
        apart: timedelta,
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
            for n, one in enumerate(people)
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
        at = register.ends_at + timedelta(hours=1)
        film = [acts.STAND_IN_VIDEO, str(session.uid).encode()]  # no two films are the same
        name = f"{session.day}-{session.half}.mp4"
        return Recording(
            title=f"{session.day} {session.get_half_display()} {session.topic}",
            file=keep(film, name=name, by=self.house.manager, at=at),
            starts_at=register.starts_at,
            ends_at=register.ends_at,
            by=self.house.manager,
            at=at,
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
        exam = Examination(
            klass=self.klass,
            house=self.house,
            shelf=self.shelf,
            rules=self.rules,
            chance=self.chance,
            skill=self.skill,
        )
        self.trials = exam.hold(self.enrolments, opens_at, failing=self.failing | self.leaving)
        self.lines += exam.lines
        failed = [n for n, trial in enumerate(self.trials) if not _passed(trial)]
        self._give_up([n for n in failed if n in self.leaving], opens_at + timedelta(days=2))
        again = [n for n in failed if n not in self.leaving and self._attended(n)]
        if again:
            exam.lines.clear()
            people = [self.enrolments[n] for n in again]
            first = [self.trials[n] for n in again]
            self.trials += exam.make_up(people, first, opens_at + timedelta(days=5))
            self.lines += exam.lines

    def _give_up(self, places: Sequence[int], at: datetime) -> None:
        """Who failed and has left the firm: counted as not passed, with the reason."""
        for one in (self.enrolments[n] for n in places):
            one.status, one.reason = EnrolmentStatus.GAVE_UP, "学员已离职"
            one.save(update_fields=["status", "reason"])
            self.lines.append(
                Line(
                    self.klass.subject,
                    "gave_up",
                    self.house.manager,
                    at,
                    {"reason": one.reason},
                    str(one.person.uid),
                    one.person.committed,
                )
            )

    def _attended(self, place: int) -> bool:
        taught = sum(session.hours for session in self.sessions)
        missed = sum(session.hours for session in self.sessions[: self.absent.get(place, 0)])
        return taught - missed >= self.rules.number("attendance.share_min") * taught

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
            self._say("survey_received", None, day_bounds(local_date(at))[0])

    def _closing(self) -> None:
        at = self.ends_at + timedelta(days=9)
        count = len(self.enrolments)
        attended = {one.pk for n, one in enumerate(self.enrolments) if self._attended(n)}
        right = [t for t in self.trials if _passed(t) and t.enrolment_id in attended]
        passed_first = sum(trial.no == 0 for trial in right)
        passed = len({trial.enrolment_id for trial in right})
        attendances = sum(len(self.sessions) - self.absent.get(n, 0) for n in range(count))
        ratings = [(5 - n % 2, 5 - n % 3 // 2, 4 + n % 2, 5) for n in range(count)]
        closing = Closing.objects.create(
            klass=self.klass,
            enrolled=count,
            attended=len(attended),
            attendances=attendances,
            sat=count,
            passed_first=passed_first,
            passed=passed,
            made_up=passed - passed_first,
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
            attended=closing.attended,
            attendances=closing.attendances,
            passed=closing.passed,
            passed_first=passed_first,
        )


def _passed(trial: Trial) -> bool:
    """History's practicals are all passed; the paper decides."""
    return bool(trial.sitting and trial.sitting.passed)
