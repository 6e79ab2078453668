"""An enterprise that fulfils every criterion on the cast's day, and steps of its application."""

import io
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from anlan.assessments.models import Checklist, Practical, Sitting
from anlan.attendance.models import Mark, Register
from anlan.classes.models import Enrolment, TrainingClass, Trial
from anlan.exemplars.models import DeclaredMeasure, Drill, Exemplar, Shutdown, Spending
from anlan.exemplars.models.declarations import Declaration
from anlan.exemplars.services import applying, naming
from anlan.exemplars.services.declaring import declare, verify
from anlan.foundation.files.models import StoredFile
from anlan.foundation.rules.models import Rule
from anlan.hazards.models import Grade, Hazard, Source
from anlan.hazards.tests.builders import a_closed_hazard, a_photo
from anlan.identity.models import Person
from anlan.injuries.models import Case, Circumstance, Severity
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_draft_class, a_worker
from anlan.testing.scenes import remembered

D = TypeVar("D", bound=Declaration)
TODAY = local_date(NOW)  # 2026-11-23
DAY = timedelta(days=1)


def a_case(
    organization: Organization | None = None,
    on: date = TODAY,
    *,
    severity: Severity = Severity.MINOR,
    circumstance: Circumstance = Circumstance.WORK,
    known_at: datetime = NOW,
) -> Case:
    """An injury as an import leaves it; of nobody's enterprise when none is said."""
    return Case.objects.create(
        organization=organization,
        injured_on=on,
        severity=severity,
        circumstance=circumstance,
        known_at=known_at,
        changed_at=known_at,
        is_synthetic=True,
    )


def the_records_begin(on: date = date(2020, 1, 6), *, known_at: datetime = NOW) -> Case:
    """The platform knows of injuries since then: elsewhere, long ago."""
    return a_case(None, on, known_at=known_at)


def a_drill(
    cast: Cast,
    *,
    on: date = TODAY - 30 * DAY,
    needed: int = 180,
    wanted: int = 240,
    verified: bool = True,
    at: datetime = NOW,
) -> Drill:
    facts = {
        "held_on": on,
        "scenario": "反应釜超温超压紧急停车",
        "seconds_needed": needed,
        "seconds_wanted": wanted,
        "people": 12,
        "witness": "周见证",
    }
    return _declared(cast, Drill, facts, verified, at)


def a_spending(
    cast: Cast, *, year: int = 2025, spent: int = 500_000, verified: bool = True, at: datetime = NOW
) -> Spending:
    facts = {
        "year": year,
        "prescribed": Decimal(500_000),
        "spent": Decimal(spent),
        "basis": "上年度营业收入",
    }
    return _declared(cast, Spending, facts, verified, at)


def a_shutdown(cast: Cast, since: date, until: date, *, verified: bool = True) -> Shutdown:
    facts = {"since": since, "until": until, "what": "年度大修"}
    return _declared(cast, Shutdown, facts, verified, NOW)


def a_measure(
    cast: Cast, key: str, numerator: int, denominator: int, on: date, *, verified: bool = False
) -> DeclaredMeasure:
    facts = {
        "key": key,
        "numerator": numerator,
        "denominator": denominator,
        "on": on,
        "note": "班前清点",
    }
    return _declared(cast, DeclaredMeasure, facts, verified, NOW)


def _declared(
    cast: Cast, kind: type[D], facts: dict[str, object], verified: bool, at: datetime
) -> D:
    one = declare(kind, cast.enterprise, facts, a_photo(at=at), by=cast.safety_officer, at=at)
    if verified:
        verify(one, by=cast.district_official, at=at)
    return one


def self_checks(organization: Organization, months: int, *, last: date = TODAY) -> None:
    """One reported and declined hazard in each of so many months: they count, nothing is due."""
    for n in range(months):
        at = NOW - timedelta(days=31 * n)
        Hazard.objects.create(
            organization=organization,
            district=organization.district,
            industry=organization.key_industry,
            place="车间",
            what="自查",
            risk_system="gb_6441_2025",
            risk="10",
            grade=Grade.GENERAL,
            source=Source.SELF_CHECK,
            nonce=uuid.uuid4(),
            found_at=at,
            reported_at=at,
            status="declined",
        )


@remembered
def a_held_class(cast: Cast, people: tuple[Person, ...]) -> TrainingClass:
    """Closed three weeks ago, everybody there and passed: rows alone, for their counting is asked."""
    klass = a_draft_class(cast, first_day=TODAY - 20 * DAY)
    TrainingClass.objects.filter(pk=klass.pk).update(
        status="closed", first_day=TODAY - 20 * DAY, last_day=TODAY - 18 * DAY
    )
    at = NOW - 20 * DAY
    hours = dict.fromkeys(("opens_at", "starts_at", "late_after"), at)
    hours |= dict.fromkeys(("leave_from", "ends_at", "closes_at"), at + timedelta(hours=3))
    register = Register.objects.create(title="上午", hours=Decimal(4), **hours)
    klass.sessions.filter(pk=klass.sessions.order_by("pk")[0].pk).update(register=register)
    checklist = Checklist.objects.create(key="model", title="实操", items=[])
    for person in people:
        _passed(klass, person, register, checklist, at)
    return klass


def _passed(
    klass: TrainingClass, person: Person, register: Register, checklist: Checklist, at: datetime
) -> None:
    body = person.employments.get().organization
    enrolment = Enrolment.objects.create(
        klass=klass, person=person, organization=body, source="booking", at=at
    )
    Mark.objects.create(
        register=register, person=person, kind="in", at=at, recorded_at=at, proof="qr"
    )
    sitting = Sitting.objects.create(
        person=person,
        title="理论",
        composition={},
        weights={},
        minutes=60,
        pass_mark=80,
        opens_at=at,
        closes_at=at,
        status="submitted",
        passed=True,
    )
    practical = Practical.objects.create(
        person=person, checklist=checklist, opens_at=at, passed=True
    )
    Trial.objects.create(enrolment=enrolment, sitting=sitting, practical=practical, at=at)


@remembered
def a_model_enterprise(cast: Cast) -> Organization:
    """Every criterion is fulfilled: three people trained and passed, drills, spending, hazards."""
    people = tuple(a_worker(cast, serial) for serial in range(5, 8))
    a_held_class(cast, people)
    a_closed_hazard(cast, people[0], at=NOW - 40 * DAY)
    self_checks(cast.enterprise, 7)
    a_drill(cast)
    a_drill(cast, on=TODAY - 90 * DAY)
    a_spending(cast)
    the_records_begin()
    return cast.enterprise


@remembered
def an_application(cast: Cast, *, at: datetime = NOW) -> Exemplar:
    body = a_model_enterprise(cast)
    return applying.apply_for_naming(body, "班前会天天讲风险", by=cast.safety_officer, at=at)


@remembered
def an_announced(cast: Cast, *, at: datetime = NOW) -> Exemplar:
    exemplar = an_application(cast, at=at)
    applying.examine(exemplar, "现场核过，属实", by=cast.district_official, at=at)
    applying.announce(exemplar, "同意", by=cast.city_official, at=at)
    return exemplar


@remembered
def a_named(cast: Cast, *, at: datetime = NOW) -> Exemplar:
    """Named eight days after: the notice runs for seven."""
    exemplar = an_announced(cast, at=at)
    naming.name_exemplar(exemplar, by=cast.city_official, at=at + 8 * DAY)
    return exemplar


def change_rule(key: str, value: object, *, since: date, scope: str = "") -> None:
    """From a day on another number holds."""
    old = Rule.objects.filter(key=key, scope=scope, valid_to=None)
    clause = "测试"
    old.filter(valid_from__lt=since).update(valid_to=since)
    Rule.objects.create(
        key=key, scope=scope, value=value, valid_from=since, label=key, clause=clause
    )


def a_pdf(name: str = "证明.pdf") -> io.BytesIO:
    file = io.BytesIO(b"%PDF-1.7 proof")
    file.name = name
    return file


def kept(files: Sequence[StoredFile]) -> list[str]:
    return [one.name for one in files]
