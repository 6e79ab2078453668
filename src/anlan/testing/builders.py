"""Classes in a state that a story begins with, made by the services alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.archives.jobs import seal_closed_classes
from anlan.assessments.services import load_checklists, load_own_bank
from anlan.classes import queries
from anlan.classes.models import EnrolmentSource, TrainingClass
from anlan.classes.services.applications import submit_class
from anlan.classes.services.closing import close_class
from anlan.classes.services.enrolments import enrol
from anlan.courses.models import Syllabus
from anlan.courses.services import load_syllabi
from anlan.identity.models import Person
from anlan.identity.services import employ, register_person
from anlan.lib.dates import local_date
from anlan.operations.story import acts
from anlan.operations.story.troupe import Officials, Provider
from anlan.programs.models import Project
from anlan.resources.models import Venue, VenueKind
from anlan.testing.cast import NOW, Cast, an_id_number
from anlan.testing.scenes import remembered
from anlan.trainers.models import Trainer

LEARNERS = ("赵明安", "欧阳安澜", "阿依古丽·买买提", "钱大勇", "孙小宁", "周平", "吴敏", "郑强")


@dataclass(frozen=True)
class Stage:
    """Teachers, rooms, a project and people: what a class needs beside the cast."""

    house: Provider
    officials: Officials
    syllabus: Syllabus
    project: Project
    people: tuple[Person, ...]


@remembered
def the_stage(cast: Cast, *, learners: int = 3) -> Stage:
    """Banks, syllabi and checklists loaded; `learners` registered at the cast's enterprise."""
    load_own_bank(at=NOW)
    load_checklists()
    load_syllabi()
    return Stage(
        house=Provider(
            cast.provider,
            cast.class_manager,
            cast.examiner,
            (_trainer(cast),),
            tuple(_room(cast, kind) for kind in (VenueKind.CLASSROOM, VenueKind.GROUND)),
        ),
        officials=Officials(cast.city_official, cast.district_official),
        syllabus=Syllabus.objects.get(key="machinery-worker"),
        project=_project(),
        people=tuple(a_learner(cast, serial) for serial in range(learners)),
    )


def a_learner(cast: Cast, serial: int) -> Person:
    """Somebody on the roster of the cast's enterprise."""
    name = LEARNERS[serial % len(LEARNERS)]
    person, _new = register_person(
        name=name,
        id_number=an_id_number(100 + serial),
        phone=f"1380000{1000 + serial}",
        by=cast.safety_officer,
        at=NOW - timedelta(days=60),
        synthetic=True,
    )
    employ(person, cast.enterprise, on=local_date(NOW), by=cast.safety_officer)
    return person


@remembered
def an_approved_class(
    cast: Cast, stage: Stage, *, begins: datetime, title: str = "工伤预防培训班（演示）第一期"
) -> TrainingClass:
    """Applied for, reviewed, approved, and every person of the stage enrolled."""
    plan = acts.Plan(title, stage.syllabus, stage.project, "370112", 30, local_date(begins))
    at = begins - timedelta(days=20)
    klass = acts.apply(stage.house, plan, at=at)
    submit_class(klass, by=cast.class_manager, at=at)
    acts.approve(klass, stage.officials, at=at + timedelta(days=1))
    enrol(
        klass,
        stage.people,
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=at + timedelta(days=3),
    )
    return klass


@remembered
def a_closed_class(
    cast: Cast, *, learners: int = 3, failing: Sequence[int] = (), stage: Stage | None = None
) -> TrainingClass:
    """A class held and closed in the three weeks before `NOW`, its evidence complete.

    The learners at the positions `failing` fail the first theory exam and pass the make-up.
    """
    stage = stage or the_stage(cast, learners=learners)
    klass = an_approved_class(cast, stage, begins=NOW - timedelta(days=20))
    people = list(queries.enrolled(klass))
    for session in queries.sessions_of(klass):
        acts.sign_in_by_code(session, people)
        acts.sign_out_by_code(session, people)
    klass.refresh_from_db()
    acts.record_sessions(klass, by=cast.class_manager)
    failed = [people[at] for at in failing]
    acts.examine(
        klass,
        stage.house,
        opens_at=NOW - timedelta(days=12),
        failing=frozenset(one.pk for one in failed),
    )
    if failed:
        at = NOW - timedelta(days=6)
        acts.make_up(klass, stage.house, failed, at=at, place=cast.enterprise.address)
    acts.rate(people, at=NOW - timedelta(days=5))
    close_class(klass, by=cast.class_manager, at=NOW - timedelta(days=4))
    return klass


@remembered
def the_worker_seals(at: datetime = NOW) -> int:
    """What is closed is sealed; how many classes."""
    return seal_closed_classes(at)


def _trainer(cast: Cast) -> Trainer:
    return Trainer.objects.create(
        provider=cast.provider,
        name="讲师（演示）",
        user=cast.trainer_user,
        qualification="注册安全工程师（演示）",
        qualified_until=local_date(NOW + timedelta(days=900)),
        is_synthetic=True,
    )


def _room(cast: Cast, kind: VenueKind) -> Venue:
    return Venue.objects.create(
        owner=cast.provider,
        name=str(kind.label),
        kind=kind,
        district="370112",
        address="历城区样例路 1 号",
        area_m2=160,
    )


def _project() -> Project:
    day = local_date(NOW)
    return Project.objects.create(
        code="TEST-1",
        title=f"{day.year} 年工伤预防培训（演示）",
        industry="",
        since=day.replace(month=1, day=1),
        until=day.replace(year=day.year + 1, month=12, day=31),
        quota_people=500,
        unit_price=300,
        is_synthetic=True,
    )
