"""Writes tales table by table, with the ledger lines of the services.

A test tells the same case twice, by the services and by this writer, and compares every table. What
came from a file has no lines, as the import writes none. Notices are left out: nobody is told of
history.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import Line, record_many
from anlan.foundation.rules.models import Rule
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.injuries.clocks import Pause, Terms, application_due, due, last_day
from anlan.injuries.models import (
    Appraisal,
    AppraisalStatus,
    Case,
    Recognition,
    RecognitionOutcome,
    RecognitionStatus,
    Report,
    Source,
    Suspension,
)
from anlan.injuries.services.records import appraisal_from, recognition_from
from anlan.lib import idnumber
from anlan.lib.dates import at_shanghai, local_date, to_shanghai
from anlan.operations.demo.injury_courses import Grading, Recognising
from anlan.operations.demo.injury_tales import Tale

WHY = "等待交通事故责任认定书"
OFFICE = time(10)  # when an official writes a step down
BATCH = 500


def step_at(day: date, today: datetime) -> datetime:
    return min(at_shanghai(day, OFFICE), today)


@dataclass
class Records:
    """`decider` gives the official who records the steps of a case in a district."""

    tales: Sequence[Tale]
    source: Source | None
    today: datetime
    decider: Callable[[str], User]
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        rules = Rule.objects.filter(key__startswith="injuries.")
        spans = rules.values_list("valid_from", "valid_to")
        self._turns = sorted({day for span in spans for day in span if day})
        self._serial = 0
        self._books: dict[int, tuple[Rulebook, Terms]] = {}

    def write(self) -> int:
        """Everything of every tale; returns how many cases there are now."""
        cases = Case.objects.bulk_create([self._case(one) for one in self.tales], batch_size=BATCH)
        pairs = list(zip(self.tales, cases, strict=True))
        told = [(tale, case) for tale, case in pairs if tale.reported_at]
        Report.objects.bulk_create([self._report(*pair) for pair in told], batch_size=BATCH)
        recognitions = [
            self._recognition(tale, case, tale.recognition)
            for tale, case in pairs
            if tale.recognition
        ]
        Recognition.objects.bulk_create(recognitions, batch_size=BATCH)
        self._suspensions(recognitions, pairs)
        Appraisal.objects.bulk_create(
            [
                self._appraisal(tale, case, one, no)
                for tale, case in pairs
                for no, one in enumerate(tale.appraisals, start=1)
            ],
            batch_size=BATCH,
        )
        record_many(sorted(self.lines, key=lambda line: line.at))
        return len(cases)

    def _book(self, day: date) -> tuple[Rulebook, Terms]:
        """The rules of a day; read once for each span in which none of them changes."""
        span = bisect_right(self._turns, day)
        if span not in self._books:
            book = rulebook(day)
            self._books[span] = (book, Terms.of(book))
        return self._books[span]

    def _case(self, tale: Tale) -> Case:
        local, body = to_shanghai(tale.noticed_at), tale.organization
        known = tale.reported_at or self._filed_at(tale)
        facts: dict[str, object] = {"district": body.district} | dict(tale.coded)
        if tale.reported_at and tale.person:
            said = idnumber.parse(tale.person.id_number)
            facts |= {"sex": said.sex[0], "age": said.age_on(local.date())}
        return Case(
            source=None if tale.reported_at else self.source,
            source_key="" if tale.reported_at or not self.source else self._key(tale),
            organization=body,
            employer_name=body.name,
            person=tale.person,
            injured_on=local.date(),
            injured_hour=local.hour,
            place=tale.place,
            industry=body.industry,
            key_industry=body.key_industry,
            circumstance=tale.circumstance,
            severity=tale.severity,
            narrative=tale.narrative,
            known_at=known,
            changed_at=self._last_at(tale) if tale.reported_at else known,
            is_synthetic=body.is_synthetic,
            **facts,
        )

    def _key(self, tale: Tale) -> str:
        """A number as the other system would give one; no two tales share it."""
        self._serial += 1
        return f"{tale.noticed_at:%Y}-{self._serial:06d}"

    def _filed_at(self, tale: Tale) -> datetime:
        """The file of the month after the application, or after the injury."""
        course = tale.recognition
        day = course.applied_on if course else local_date(tale.noticed_at)
        return step_at(day + timedelta(days=20), self.today)

    def _last_at(self, tale: Tale) -> datetime:
        assert tale.reported_at is not None
        days = [
            day
            for one in tale.appraisals
            for day in (one.applied_on, one.extended_on, one.decided_on)
        ]
        if course := tale.recognition:
            days += [course.applied_on, course.papers_on, course.here_on]
            days += [course.accepted_on, course.decided_on]
            days += [day for pause in course.pauses for day in pause]
        steps = [step_at(day, self.today) for day in days if day]
        return max([tale.reported_at, *steps])

    def _report(self, tale: Tale, case: Case) -> Report:
        book, _ = self._book(local_date(tale.noticed_at))
        last = tale.noticed_at + timedelta(hours=book.whole("injuries.report_hours"))
        at, person = tale.reported_at, tale.person
        assert at is not None
        assert person is not None
        self.lines.append(
            Line(
                case.subject,
                "injury_reported",
                tale.officer,
                at,
                {
                    "noticed_at": tale.noticed_at.isoformat(),
                    "severity": str(case.get_severity_display()),
                    "photos": 0,
                    "photo_sha256": [],
                    "late": at > last,
                },
                str(person.uid),
                {"person": person.name},
            )
        )
        return Report(
            case=case,
            noticed_at=tale.noticed_at,
            due_at=last,
            reported_at=at,
            by=tale.officer,
            person_name=person.name,
        )

    def _recognition(self, tale: Tale, case: Case, course: Recognising) -> Recognition:
        if not tale.reported_at:
            return self._filed(case, course)
        _, terms = self._book(course.applied_on)
        say = self._sayer(case)
        late = course.applied_on > application_due(
            case.injured_on, by_employer=course.by_employer, terms=terms
        )
        say("recognition_applied", course.applied_on, late=late)
        record = Recognition(
            case=case,
            by_employer=course.by_employer,
            applied_on=course.applied_on,
            due_on=last_day(course.applied_on, terms.acceptance),
        )
        if course.papers_on:
            say("papers_asked", course.papers_on)
            record.status, record.due_on = RecognitionStatus.PAPERS_ASKED, None
            record.papers_asked_on = course.papers_on
        if course.here_on:
            say("papers_brought", course.here_on)
            _, then = self._book(course.here_on)
            record.status, record.due_on = (
                RecognitionStatus.PAPERS_HERE,
                last_day(course.here_on, then.acceptance),
            )
            record.papers_complete_on = course.here_on
        if course.accepted_on:
            self._accept(record, course, say)
        return record

    def _accept(self, record: Recognition, course: Recognising, say: Callable[..., None]) -> None:
        on = course.accepted_on
        assert on is not None
        _, terms = self._book(on)
        term = terms.decision_clear if course.clear else terms.decision
        record.status, record.accepted_on, record.clear = (
            RecognitionStatus.ACCEPTED,
            on,
            course.clear,
        )
        if course.papers_on and not course.here_on:
            record.papers_complete_on = on
        record.due_on = due(on, term, [Pause(*pause) for pause in course.pauses])
        say("recognition_accepted", on, clear=course.clear)
        for since, until in course.pauses:
            say("recognition_suspended", since)
            if until:
                say("recognition_resumed", until)
            else:
                record.status = RecognitionStatus.SUSPENDED
        if course.decided_on:
            late = record.due_on is not None and course.decided_on > record.due_on
            said = str(RecognitionOutcome(course.outcome).label)
            say("recognition_decided", course.decided_on, outcome=said, late=late)
            record.status, record.due_on = RecognitionStatus.DECIDED, None
            record.decided_on, record.outcome, record.clause = (
                course.decided_on,
                course.outcome,
                course.clause,
            )

    def _filed(self, case: Case, course: Recognising) -> Recognition:
        """As the import reads a file: it knows neither papers nor pauses."""
        said = {
            "by_employer": course.by_employer,
            "applied_on": course.applied_on,
            "accepted_on": course.accepted_on,
            "decided_on": course.decided_on,
            "outcome": course.outcome,
            "clause": course.clause,
        }
        _, terms = self._book(local_date(case.known_at))
        return recognition_from(case, None, said, terms)

    def _suspensions(
        self, records: Sequence[Recognition], pairs: Sequence[tuple[Tale, Case]]
    ) -> None:
        courses = {case.pk: tale.recognition for tale, case in pairs if tale.reported_at}
        Suspension.objects.bulk_create(
            Suspension(recognition=record, since=since, until=until, reason=WHY)
            for record in records
            if (course := courses.get(record.case_id))
            for since, until in course.pauses
        )

    def _appraisal(self, tale: Tale, case: Case, one: Grading, no: int) -> Appraisal:
        _, terms = self._book(one.applied_on)
        if not tale.reported_at:
            said = {"applied_on": one.applied_on, "decided_on": one.decided_on, "grade": one.grade}
            record = appraisal_from(case, None, said, terms)
            record.no = no
            return record
        say = self._sayer(case, no=no)
        say("appraisal_applied", one.applied_on)
        last = last_day(one.applied_on, terms.appraisal)
        record = Appraisal(case=case, no=no, applied_on=one.applied_on, due_on=last)
        if one.extended_on:
            last = last_day(one.applied_on, terms.appraisal + terms.appraisal_extension)
            record.status, record.due_on = AppraisalStatus.EXTENDED, last
            at = step_at(one.extended_on, self.today)
            by = self.decider(case.district)
            self.lines.append(Line(case.subject, "appraisal_extended", by, at, {"no": no}))
        if one.decided_on:
            say("appraisal_graded", one.decided_on, late=one.decided_on > last)
            record.status, record.due_on = AppraisalStatus.DECIDED, None
            record.decided_on, record.grade = one.decided_on, one.grade
        return record

    def _sayer(self, case: Case, **always: object) -> Callable[..., None]:
        def say(verb: str, on: date, **data: object) -> None:
            said = {"on": on.isoformat(), **always, **data}
            by, at = self.decider(case.district), step_at(on, self.today)
            self.lines.append(Line(case.subject, verb, by, at, said))

        return say
