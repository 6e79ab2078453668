"""Classes on their way to the first day: draft, submitted, reviewed, approved, running.

`builders` has those that were held and closed. Everything here is made by the services, at `NOW`
unless said otherwise; the first day is Tuesday 2026-12-01, with six half-days until Thursday.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.assessments.models import Checklist, Practical, Sitting, SittingStatus
from anlan.assessments.services import load_checklists, load_own_bank
from anlan.attendance.models import MarkKind
from anlan.classes import queries
from anlan.classes.models import EnrolmentSource, Session, Status, TrainingClass, Trial
from anlan.classes.services.applications import Application, draft_class, submit_class
from anlan.classes.services.door import attach_recording, sign_by_supervisor
from anlan.classes.services.enrolments import enrol
from anlan.classes.services.exams import arrange_exam
from anlan.classes.services.reviews import approve_class, review_class
from anlan.classes.services.signing import start_class
from anlan.classes.services.timetable import fill_by_syllabus
from anlan.courses.models import Mode, Syllabus
from anlan.courses.services import load_syllabi
from anlan.foundation.files.services import keep
from anlan.identity.models import Person
from anlan.identity.services import employ, register_person
from anlan.lib.dates import local_date
from anlan.organizations.models import Organization
from anlan.programs.models import Project
from anlan.recordings.services import file_recording
from anlan.resources.models import Venue, VenueKind
from anlan.testing.cast import NOW, Cast, an_id_number
from anlan.testing.scenes import remembered
from anlan.trainers.models import Trainer

FIRST_DAY = date(2026, 12, 1)
LATER = NOW + timedelta(hours=2)
NAMES = ("王建国", "欧阳小雨", "李秀英", "张伟", "刘芳", "陈勇", "杨静", "赵磊")


def a_project(*, code: str = "JN-2026-01", industry: str = "") -> Project:
    """A project of 2026; without an industry it pays for all."""
    return Project.objects.get_or_create(
        code=code,
        defaults={
            "title": "2026 年工伤预防能力提升培训（演示）",
            "industry": industry,
            "since": date(2026, 1, 1),
            "until": date(2026, 12, 31),
            "quota_people": 2000,
            "unit_price": Decimal("350.00"),
            "is_synthetic": True,
        },
    )[0]


@remembered
def a_syllabus(key: str = "hazchem-team-leader") -> Syllabus:
    """A shipped syllabus; this one has 24 hours, 16 of them offline."""
    if not Syllabus.objects.exists():
        load_syllabi()
    return Syllabus.objects.get(key=key)


def a_trainer(provider: Organization, name: str = "孙讲师", **fields: object) -> Trainer:
    """A trainer qualified until 2028."""
    facts: dict[str, object] = {
        "qualification": "注册安全工程师",
        "qualified_until": date(2028, 6, 30),
        "is_synthetic": True,
    } | fields
    found = Trainer.objects.filter(provider=provider, name=name).first()
    return found or Trainer.objects.create(provider=provider, name=name, **facts)


def a_venue(owner: Organization, name: str = "一号教室", **fields: object) -> Venue:
    """A classroom of 120 ㎡: room for eighty."""
    facts: dict[str, object] = {
        "kind": VenueKind.CLASSROOM,
        "district": "370112",
        "address": "历城区样例路 1 号",
        "area_m2": Decimal(120),
    } | fields
    found = Venue.objects.filter(owner=owner, name=name).first()
    return found or Venue.objects.create(owner=owner, name=name, **facts)


def an_application(**changes: object) -> Application:
    """What a provider writes on the first page."""
    wish: dict[str, object] = {
        "title": "危化班组长工伤预防培训班",
        "project": a_project(),
        "syllabus": a_syllabus(),
        "district": "370112",
        "quota": 40,
        "equipment": "正压式空气呼吸器 4 套",
    } | changes
    return Application(**wish)  # type: ignore[arg-type]


@remembered
def an_empty_draft(cast: Cast, *, at: datetime = NOW, **changes: object) -> TrainingClass:
    """An application without a timetable."""
    return draft_class(cast.provider, an_application(**changes), by=cast.class_manager, at=at)


@remembered
def a_draft_class(
    cast: Cast, *, first_day: date = FIRST_DAY, at: datetime = NOW, **changes: object
) -> TrainingClass:
    """An application whose timetable is full and in order."""
    klass = an_empty_draft(cast, at=at, **changes)
    fill_by_syllabus(
        klass,
        since=first_day,
        trainer=a_trainer(cast.provider),
        venue=a_venue(cast.provider),
        by=cast.class_manager,
        at=at,
    )
    return klass


@remembered
def a_submitted_class(cast: Cast, *, at: datetime = NOW, **changes: object) -> TrainingClass:
    """Waits for the district."""
    klass = a_draft_class(cast, at=at, **changes)  # type: ignore[arg-type]
    submit_class(klass, by=cast.class_manager, at=at)
    return klass


@remembered
def a_reviewed_class(cast: Cast, *, at: datetime = NOW, **changes: object) -> TrainingClass:
    """Waits for the city."""
    klass = a_submitted_class(cast, at=at, **changes)
    review_class(klass, by=cast.district_official, at=at, reason="材料齐全")
    return klass


@remembered
def a_bookable_class(cast: Cast, *, at: datetime = NOW, **changes: object) -> TrainingClass:
    """Approved; enterprises may book."""
    klass = a_reviewed_class(cast, at=at, **changes)
    approve_class(klass, by=cast.city_official, at=at, reason="同意开班")
    return klass


@remembered
def a_worker(cast: Cast, serial: int, *, at: datetime = NOW) -> Person:
    """Somebody on the roster of the cast's enterprise."""
    person, _new = register_person(
        name=NAMES[serial % len(NAMES)],
        id_number=an_id_number(300 + serial),
        phone=f"1380013{8000 + serial}",
        by=cast.safety_officer,
        at=at,
        synthetic=True,
    )
    employ(person, cast.enterprise, role="team_leader", on=local_date(at), by=cast.safety_officer)
    return person


@remembered
def a_running_class(
    cast: Cast, *, learners: int = 3, at: datetime = NOW, **changes: object
) -> TrainingClass:
    """Begun on its first morning, with learners of the cast's enterprise; nobody has signed yet."""
    klass = a_bookable_class(cast, at=at, **changes)
    if learners:
        enrol(
            klass,
            [a_worker(cast, serial, at=at) for serial in range(learners)],
            organization=cast.enterprise,
            source=EnrolmentSource.BOOKING,
            by=cast.safety_officer,
            at=at,
        )
    start_class(klass, by=None, at=queries.registers_of(klass)[0].opens_at)
    assert klass.status == Status.RUNNING
    return klass


@remembered
def a_finished_class(cast: Cast, *, learners: int = 3) -> TrainingClass:
    """Held to the end with complete evidence, everybody passed at once; only the close is left."""
    klass = a_running_class(cast, learners=learners)
    for session in queries.sessions_of(klass):
        attend(cast, session)
        if session.mode == Mode.OFFLINE:
            film(cast, session)
    examine(cast, klass)
    return klass


def attend(cast: Cast, session: Session) -> None:
    """Everybody is signed in and out by the class manager, on time."""
    register = session.register
    assert register is not None
    for one in queries.enrolled(session.klass):
        for kind, at in ((MarkKind.IN, register.starts_at), (MarkKind.OUT, register.ends_at)):
            how = {"reason": "手机没电", "by": cast.class_manager}
            sign_by_supervisor(session, one, kind, at=at, **how)  # type: ignore[arg-type]


def film(cast: Cast, session: Session) -> None:
    """A recording of the whole session is filed."""
    register = session.register
    assert register is not None
    at = register.ends_at + timedelta(hours=1)
    file = keep([session.slot.encode()], name="课堂.mp4", by=cast.class_manager, at=at)
    recording = file_recording(
        file=file,
        title=session.topic,
        starts_at=register.starts_at,
        ends_at=register.ends_at,
        by=cast.class_manager,
        at=at,
    )
    attach_recording(session, recording)


def examine(cast: Cast, klass: TrainingClass, *, passed: bool = True) -> None:
    """Theory and practical are arranged, and decided for everybody alike without being sat."""
    load_own_bank(at=NOW)
    load_checklists()
    registers = queries.registers_of(klass)
    at = registers[-1].ends_at
    arrange_exam(
        klass,
        opens_at=at,
        closes_at=at + timedelta(hours=4),
        checklist=Checklist.objects.order_by("id")[0],
        by=cast.class_manager,
        at=at,
    )
    score = 92 if passed else 40
    Sitting.objects.filter(title__startswith=klass.title).update(
        status=SittingStatus.SUBMITTED, score=score, passed=passed
    )
    trials = Trial.objects.filter(enrolment__klass=klass)
    Practical.objects.filter(pk__in=trials.values("practical")).update(
        score=score, passed=passed, at=at
    )
