"""The demonstration's injuries leave what the services leave: the same rows, the same lines."""

import json
import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Model

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import Person
from anlan.injuries.models import Appraisal, Case, Recognition, Report, Suspension
from anlan.injuries.services import appraising, recognising
from anlan.injuries.services.reports import Told, report_injury
from anlan.lib.dates import local_date
from anlan.operations.demo.injuries import write_headcounts
from anlan.operations.demo.injury_courses import Grading, Recognising
from anlan.operations.demo.injury_records import WHY, Records, step_at
from anlan.operations.demo.injury_tales import Tale, Teller
from anlan.operations.demo.past import PLAN_BEGINS
from anlan.organizations.models import InsuredHeadcount
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_worker

BY_NATURE = {"id", "uid", "nonce", "case", "recognition"}
SINCE = date(2025, 3, 3)


def day(n: int) -> date:
    return SINCE + timedelta(days=n)


DECIDED: dict[str, Any] = {
    "decided_on": day(95),
    "outcome": "recognised",
    "clause": "条例第十四条（六）",
}
COURSES: list[tuple[Recognising | None, tuple[Grading, ...]]] = [
    (None, ()),
    (Recognising(True, day(40)), ()),
    (Recognising(False, day(30), papers_on=day(33)), ()),
    (Recognising(False, day(30), papers_on=day(33), here_on=day(41)), ()),
    (Recognising(True, day(10), day(12), day(20), True, here_on=day(15)), ()),
    (Recognising(True, day(10), day(12), day(20), True), ()),
    (Recognising(True, day(10), None, day(20), False, ((day(30), None),)), ()),
    (
        Recognising(
            True, day(10), day(12), day(20), False, ((day(22), day(40)), (day(50), day(60))),
            **DECIDED,
        ),
        (Grading(day(100)),),
    ),
    (Recognising(True, day(10), None, day(20), True, **DECIDED), (
        Grading(day(100), day(140), day(180), 9),
        Grading(day(560), day(600)),
    )),
    (Recognising(True, day(10), None, day(20), **DECIDED), (Grading(day(100), None, day(165), 0),)),
]  # fmt: skip


def tales(cast: Cast, person: Person) -> list[Tale]:
    noticed = datetime.combine(SINCE, datetime.min.time(), NOW.tzinfo) + timedelta(hours=1)
    return [
        Tale(
            organization=cast.enterprise,
            officer=cast.safety_officer,
            person=person,
            noticed_at=noticed,
            place="二车间",
            narrative="手指被夹伤。",
            severity="serious",
            circumstance="work",
            reported_at=noticed + timedelta(hours=3 if n else 30),
            recognition=course,
            appraisals=gradings,
        )
        for n, (course, gradings) in enumerate(COURSES)
    ]


def by_services(tale: Tale, by: User) -> Case:
    assert tale.reported_at is not None
    told = Told(tale.noticed_at, tale.place, tale.narrative, tale.severity, tale.person, "", "work")
    officer = tale.officer
    assert officer is not None
    case = report_injury(
        tale.organization, told, nonce=uuid4(), by=officer, at=tale.reported_at
    ).case
    if tale.recognition:
        recognise(case, tale.recognition, by)
    for one in tale.appraisals:
        appraise(case, one, by)
    return case


def recognise(case: Case, course: Recognising, by: User) -> None:
    def at(on: date) -> dict[str, Any]:
        return {"on": on, "by": by, "at": step_at(on, NOW)}

    record = recognising.apply_recognition(
        case, by_employer=course.by_employer, **at(course.applied_on)
    )
    if course.papers_on:
        recognising.ask_papers(record, **at(course.papers_on))
    if course.here_on:
        recognising.bring_papers(record, **at(course.here_on))
    if course.accepted_on:
        recognising.accept(record, clear=course.clear, **at(course.accepted_on))
    for since, until in course.pauses:
        recognising.suspend(record, reason=WHY, **at(since))
        if until:
            recognising.resume(record, **at(until))
    if course.decided_on:
        words = at(course.decided_on) | {"outcome": course.outcome, "clause": course.clause}
        recognising.decide(record, **words)


def appraise(case: Case, one: Grading, by: User) -> None:
    record = appraising.apply_appraisal(
        case, on=one.applied_on, by=by, at=step_at(one.applied_on, NOW)
    )
    if one.extended_on:
        appraising.extend_appraisal(record, by=by, at=step_at(one.extended_on, NOW))
    if one.decided_on:
        assert one.grade is not None
        at = step_at(one.decided_on, NOW)
        appraising.grade(record, on=one.decided_on, grade=one.grade, by=by, at=at)


def plain(row: Model) -> dict[str, Any]:
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in BY_NATURE
    }


def rows_of(cases: list[Case]) -> dict[str, list[dict[str, Any]]]:
    ids = [case.pk for case in cases]
    sets: dict[str, Any] = {
        "case": Case.objects.filter(pk__in=ids).order_by("pk"),
        "report": Report.objects.filter(case__in=ids).order_by("case"),
        "recognition": Recognition.objects.filter(case__in=ids).order_by("case"),
        "suspension": Suspension.objects.filter(recognition__case__in=ids).order_by(
            "recognition__case", "since"
        ),
        "appraisal": Appraisal.objects.filter(case__in=ids).order_by("case", "no"),
    }
    return {name: [plain(row) for row in rows] for name, rows in sets.items()}


def lines_of(case: Case) -> list[tuple[Any, ...]]:
    found = []
    for entry in Entry.objects.filter(subject=case.subject).order_by("at", "id"):
        leaf = json.loads(entry.leaf)
        said = (leaf["data"], sorted(leaf["commitments"]))
        found.append((entry.verb, entry.actor, entry.at, *said))
    return found


@pytest.fixture
def two_tellings(cast: Cast) -> tuple[list[Case], list[Case]]:
    person = a_worker(cast, 0)
    told = tales(cast, person)
    first = [by_services(tale, cast.district_official) for tale in told]
    highest = max(case.pk for case in first)
    Records(told, None, NOW, lambda district: cast.district_official).write()
    return first, list(Case.objects.filter(pk__gt=highest).order_by("pk"))


def test_every_table_and_line_is_the_same(two_tellings: tuple[list[Case], list[Case]]) -> None:
    by_services, in_bulk = two_tellings
    assert len(by_services) == len(in_bulk) == len(COURSES)
    theirs, ours = rows_of(by_services), rows_of(in_bulk)
    assert {name for name, rows in theirs.items() if not rows} == set()
    for name in theirs:
        assert ours[name] == theirs[name], name
    for one, other in zip(by_services, in_bulk, strict=True):
        assert lines_of(other) == lines_of(one)
    assert sum(len(lines_of(case)) for case in by_services) > 30


def test_a_seed_and_a_day_tell_the_same_injuries(cast: Cast) -> None:
    people = {cast.enterprise.pk: [a_worker(cast, 0)]}
    officers = {cast.enterprise.pk: cast.safety_officer}
    firms = [cast.enterprise, cast.rival_enterprise]

    def told(seed: int) -> list[Tale]:
        teller = Teller(random.Random(seed), SINCE, NOW, people, officers)
        return teller.tales(firms, 60)

    assert told(7) == told(7)
    assert told(7) != told(8)
    assert all(local_date(one.noticed_at) <= local_date(NOW) for one in told(7))
    assert all(one.narrative for one in told(7))


def test_every_enterprise_has_its_insured_each_month(cast: Cast) -> None:
    bodies = [cast.enterprise, cast.rival_enterprise]

    def written() -> list[tuple[int, date, int]]:
        InsuredHeadcount.objects.all().delete()
        count = write_headcounts(bodies, NOW, seed=3)
        rows = InsuredHeadcount.objects.order_by("organization", "month")
        assert count == rows.count()
        return list(rows.values_list("organization", "month", "people"))

    rows = written()
    assert rows == written()
    months = [month for body, month, _ in rows if body == cast.enterprise.pk]
    assert months[0] == PLAN_BEGINS.replace(day=1)
    assert months[-1] == local_date(NOW).replace(day=1)
    assert len(months) * 2 == len(rows) == len({row[:2] for row in rows})
    assert all(month.day == 1 and people > 0 for _, month, people in rows)
