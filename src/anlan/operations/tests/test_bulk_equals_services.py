"""The demonstration's bulk writer leaves what the services leave: the same rows, the same lines."""

import json
import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model, Q
from django.utils.timezone import now

from anlan.assessments.models import Checklist, Item, Practical, Sitting
from anlan.assessments.queries import draw_pool
from anlan.attendance.models import Mark, Register
from anlan.bookings.models import Booking
from anlan.bookings.services import book_seats, enrol_from_roster
from anlan.classes import queries
from anlan.classes.models import (
    Closing,
    Enrolment,
    Review,
    Session,
    Survey,
    SurveyDone,
    TrainingClass,
    Trial,
)
from anlan.classes.services import applications, closing
from anlan.classes.services.enrolments import give_up_makeup
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Employment, Person
from anlan.identity.services import employ, ensure_account, register_person
from anlan.lib.dates import local_date
from anlan.operations.demo.bulk import Group, History
from anlan.operations.demo.examination import Shelf
from anlan.operations.demo.people import registration_lines, write_firms, write_people
from anlan.operations.story import acts
from anlan.operations.story.names import Inventor
from anlan.organizations.models import Organization
from anlan.organizations.services import approve_organization, register_organization
from anlan.testing.builders import Stage, the_stage
from anlan.testing.cast import NOW, Cast
from anlan.trainers.models import Outcome

# What differs between two tellings by its nature: names of rows, drawn questions, secrets.
BY_NATURE = {
    "id", "uid", "number", "search", "secret", "nonce", "questions", "paper", "answers", "avoid",
    "recorded_at", "occasion", "created_at", "snapshot", "title", "username", "password",
}  # fmt: skip
FAILING = frozenset({1})
LEAVING = frozenset({3})
ABSENT = {2: 1}


def told_by_services(
    cast: Cast, stage: Stage, plan: acts.Plan, starts_at: datetime
) -> TrainingClass:
    applied = starts_at - timedelta(days=25)
    klass = acts.apply(stage.house, plan, at=applied)
    applications.submit_class(klass, by=stage.house.manager, at=applied)
    acts.approve(klass, stage.officials, at=applied)
    enrolled = applied + timedelta(days=5)
    booking = book_seats(
        klass,
        cast.enterprise,
        seats=len(stage.people),
        by=cast.safety_officer,
        at=enrolled - timedelta(hours=1),
    )
    enrol_from_roster(booking, stage.people, by=cast.safety_officer, at=enrolled)
    for no, session in enumerate(queries.sessions_of(klass)):
        listed = enumerate(queries.enrolled(klass))
        people = [one for n, one in listed if ABSENT.get(n, 0) <= no]
        acts.sign_in_by_code(session, people)
        acts.sign_out_by_code(session, people)
    acts.record_sessions(klass, by=stage.house.manager)
    klass.refresh_from_db()
    ends_at = queries.registers_of(klass)[-1].ends_at
    people = list(queries.enrolled(klass))
    failed = [one for n, one in enumerate(people) if n in FAILING]
    leaving = [one for n, one in enumerate(people) if n in LEAVING]
    opens_at = ends_at + timedelta(hours=15, minutes=30)
    failing = frozenset(one.pk for one in (*failed, *leaving))
    acts.examine(klass, stage.house, opens_at=opens_at, failing=failing)
    for one in leaving:
        give_up_makeup(
            one, reason="学员已离职", by=stage.house.manager, at=opens_at + timedelta(days=2)
        )
    makeup = opens_at + timedelta(days=5)
    acts.make_up(klass, stage.house, failed, at=makeup, place=cast.enterprise.address)
    acts.rate(people, at=ends_at + timedelta(days=8))
    closing.close_class(klass, by=stage.house.manager, at=ends_at + timedelta(days=9))
    return klass


def told_in_bulk(cast: Cast, stage: Stage, plan: acts.Plan) -> TrainingClass:
    modules = [p.module for p in plan.syllabus.places.select_related("module").order_by("order")]
    keys = [module.practical for module in modules if module.practical]
    people = [Person.objects.select_related("user").get(pk=one.pk) for one in stage.people]
    return History(
        plan=plan,
        house=stage.house,
        who=stage.officials,
        groups=[Group(cast.enterprise, cast.safety_officer, people)],
        shelf=Shelf(
            modules=modules,
            checklist=Checklist.objects.filter(key__in=keys)[0],
            pool=draw_pool(plan.syllabus.industry, None),
            items=Item.objects.in_bulk(),
            photo=keep([acts.DOT], name="p.png", by=cast.class_manager, at=NOW),
        ),
        number="2026-90000",
        rules=rulebook(plan.first_day, scope=plan.syllabus.industry),
        chance=random.Random(1),
        skill=1.0,
        failing=FAILING,
        leaving=LEAVING,
        absent=ABSENT,
    ).write()


def rows_of(klass: TrainingClass) -> dict[str, list[dict[str, Any]]]:
    """Every row that belongs to a class, times counted from its first session."""
    zero = queries.registers_of(klass)[0].starts_at
    enrolments = Enrolment.objects.filter(klass=klass)
    sets: dict[str, Iterable[Model]] = {
        "class": TrainingClass.objects.filter(pk=klass.pk),
        "review": Review.objects.filter(klass=klass),
        "session": Session.objects.filter(klass=klass),
        "register": Register.objects.filter(session__klass=klass).order_by("starts_at"),
        "booking": Booking.objects.filter(klass=klass),
        "enrolment": enrolments.order_by("id"),
        "mark": Mark.objects.filter(register__session__klass=klass).order_by("at", "person_id"),
        "recording": [r for s in queries.sessions_of(klass) for r in s.recordings.all()],
        "trial": Trial.objects.filter(enrolment__klass=klass).order_by("no", "enrolment_id"),
        "sitting": Sitting.objects.filter(trials_of(klass)).order_by("opens_at", "person_id"),
        "practical": Practical.objects.filter(practicals_of(klass)).order_by("person_id"),
        "survey": Survey.objects.filter(klass=klass).order_by("id"),
        "answered": SurveyDone.objects.filter(enrolment__klass=klass),
        "closing": Closing.objects.filter(klass=klass),
        "outcome": Outcome.objects.filter(occasion=klass.uid).order_by("trainer_id"),
    }
    return {name: [plain(row, zero) for row in rows] for name, rows in sets.items()}


def trials_of(klass: TrainingClass) -> Q:
    ids = Trial.objects.filter(enrolment__klass=klass).values_list("sitting_id", flat=True)
    return Q(pk__in=list(ids))


def practicals_of(klass: TrainingClass) -> Q:
    ids = Trial.objects.filter(enrolment__klass=klass).values_list("practical_id", flat=True)
    return Q(pk__in=[pk for pk in ids if pk])


def plain(row: Model, zero: datetime) -> dict[str, Any]:
    """The row's own values; keys to other rows of the class only say whether they are set."""
    kept: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.name in BY_NATURE:
            continue
        if field.is_relation:
            shared = field.related_model in {Person, Organization} or "by" in field.name
            kept[field.name] = value if shared else value is not None
        elif isinstance(value, datetime):
            kept[field.name] = (value - zero).total_seconds()
        elif isinstance(value, date):
            kept[field.name] = (value - local_date(zero)).days
        else:
            kept[field.name] = Decimal(str(value)) if isinstance(value, Decimal) else value
    return kept


def lines_of(klass: TrainingClass) -> list[tuple[str, str, float, dict[str, Any], list[str]]]:
    """The class's ledger: verb, actor, when, what is said, what is committed to."""
    zero = queries.registers_of(klass)[0].starts_at
    lines = []
    for entry in Entry.objects.filter(subject__in=queries.subjects_of(klass)).order_by("id"):
        leaf = json.loads(entry.leaf)
        data = {key: said(key, value) for key, value in leaf["data"].items()}
        committed = sorted(leaf["commitments"])
        lines.append((entry.verb, entry.actor, (entry.at - zero).total_seconds(), data, committed))
    return lines


def said(key: str, value: Any) -> Any:
    """Digests, hashes, titles and times name what differs by nature: that they are there counts."""
    differs = {
        "enrolment",
        "number",
        "sha256",
        "paper",
        "answers",
        "photo",
        "size",
        "title",
        "when",
    }
    return bool(value) if key in differs | {"starts_at", "ends_at"} else value


@pytest.fixture
def two_tellings(cast: Cast) -> tuple[TrainingClass, TrainingClass]:
    stage = the_stage(cast, learners=4)
    for person in stage.people:
        ensure_account(person, at=NOW)
    plans = [
        acts.Plan("两种写法（演示）", stage.syllabus, stage.project, "370112", 12, day)
        for day in (local_date(NOW) - timedelta(days=60), local_date(NOW) - timedelta(days=40))
    ]
    bulk = told_in_bulk(cast, stage, plans[1])
    zero = queries.registers_of(bulk)[0].starts_at - timedelta(days=20)
    return told_by_services(cast, stage, plans[0], zero), bulk


def test_every_table_holds_the_same(two_tellings: tuple[TrainingClass, TrainingClass]) -> None:
    by_services, in_bulk = (rows_of(klass) for klass in two_tellings)
    assert {name for name, rows in by_services.items() if not rows} == set()
    for name in by_services:
        assert in_bulk[name] == by_services[name], name


def test_the_ledger_says_the_same(two_tellings: tuple[TrainingClass, TrainingClass]) -> None:
    by_services, in_bulk = (lines_of(klass) for klass in two_tellings)
    assert len(by_services) > 50
    assert in_bulk == by_services


def test_enterprises_and_people_are_the_same(cast: Cast) -> None:
    firm = write_firms(1, 1, cast.district_official, chance=random.Random(3), at=NOW)[0]
    body = firm.organization
    people = write_people([firm], 1, Inventor(5), chance=random.Random(3), at=NOW)
    written = people[body.pk][0]
    Organization.objects.filter(pk=body.pk).update(uscc="91370199000000000X")
    facts = {
        name: getattr(body, name)
        for name in (
            "kind", "uscc", "name", "industry", "district", "hazardous", "headcount", "address",
            "contact_name", "contact_phone",
        )
    }  # fmt: skip
    assert firm.officer is not None
    again = register_organization(by=firm.officer, at=NOW, synthetic=True, **facts)
    approve_organization(
        again, by=cast.district_official, at=NOW + timedelta(days=1), reason="登记信息无误"
    )
    again.refresh_from_db()
    zero = now()
    assert plain(again, zero) == plain(body, zero) | {"status": again.status}
    assert [line.verb for line in registration_lines(body)] == [
        entry.verb for entry in Entry.objects.filter(subject=again.subject).order_by("id")
    ]
    _same_person(cast, written)


def _same_person(cast: Cast, written: Person) -> None:
    one = Inventor(7, start=500).person()
    person, _new = register_person(
        name=one.name, id_number=one.id_number, phone=one.phone, by=None, at=NOW, synthetic=True
    )
    job = employ(person, cast.enterprise, trade="操作工", department="生产部", on=local_date(NOW))
    ours = Employment.objects.get(person=written)
    fields = ("trade", "department", "since", "until")
    assert [getattr(job, f) for f in fields] == [getattr(ours, f) for f in fields]
    assert Person.objects.get(id_index=written.id_index).id_number == written.id_number
    assert written.search
