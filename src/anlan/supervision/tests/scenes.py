"""Differences put into classes on purpose, each by the services where there is one."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.assessments.models import Item, Sitting, SittingStatus
from anlan.attendance.models import Proof
from anlan.attendance.services import sign_in
from anlan.classes import queries
from anlan.classes.models import EnrolmentSource, Session, TrainingClass
from anlan.classes.services.applications import submit_class
from anlan.classes.services.enrolments import enrol
from anlan.classes.services.filing import file_attachment
from anlan.classes.services.reviews import approve_class, review_class
from anlan.classes.services.signing import start_class
from anlan.classes.services.timetable import fill_by_syllabus
from anlan.courses.models import Mode
from anlan.foundation.files.services import keep
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import local_date
from anlan.methods.tests.scenes import a_scene, jpeg
from anlan.recordings.models import HeadCount, Recording
from anlan.supervision.doubts import Doubt, class_facts
from anlan.supervision.models import Ticket, TicketKind
from anlan.supervision.services.tickets import raise_doubt
from anlan.testing import classes
from anlan.testing.cast import NOW, Cast

RULES_DAY = local_date(NOW)


def the_rules() -> Rulebook:
    return rulebook(RULES_DAY)


def offline(klass: TrainingClass) -> list[Session]:
    return list(queries.sessions_of(klass).filter(mode=Mode.OFFLINE))


def count_heads(klass: TrainingClass, most: int) -> list[HeadCount]:
    """Every recording of the class was sampled and showed at most so many faces."""
    found = Recording.objects.filter(pk__in=klass.sessions.values("recordings"))
    frames = [{"second": 60 * n, "count": max(0, most - n)} for n in range(3)]
    return [
        HeadCount.objects.create(recording=one, most=most, frames=frames, at=NOW) for one in found
    ]


def scan_all(
    session: Session,
    *,
    device: str = "",
    apart: timedelta = timedelta(seconds=7),
    address: str = "",
) -> None:
    """Everybody signs in by code: each with a phone of their own unless `device` is named."""
    register = session.register
    assert register is not None
    since = register.starts_at - timedelta(minutes=10)
    for n, one in enumerate(queries.enrolled(session.klass)):
        sign_in(
            register,
            one.person,
            proof=Proof.QR,
            by=None,
            at=since + n * apart,
            device=device or f"phone-{one.person_id}",
            address=address,
        )


def another_class(cast: Cast, *, learners: int = 3, day: Any = None, **other: Any) -> TrainingClass:
    """A second running class of the provider, with a room and a trainer of its own."""
    klass = classes.an_empty_draft(cast, title="另一期危化培训班")
    trainer = other.get("trainer") or classes.a_trainer(cast.provider, "周讲师")
    venue = other.get("venue") or classes.a_venue(cast.provider, "二号教室")
    fill_by_syllabus(
        klass,
        since=day or classes.FIRST_DAY + timedelta(days=7),
        trainer=trainer,
        venue=venue,
        by=cast.class_manager,
        at=NOW,
    )
    submit_class(klass, by=cast.class_manager, at=NOW)
    review_class(klass, by=cast.district_official, at=NOW, reason="材料齐全")
    approve_class(klass, by=cast.city_official, at=NOW, reason="同意开班")
    people = [classes.a_worker(cast, 50 + n) for n in range(learners)]
    enrol(
        klass,
        people,
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=NOW,
    )
    start_class(klass, by=None, at=queries.registers_of(klass)[0].opens_at)
    return klass


def move(session: Session, starts_at: datetime, hours: float = 3.5) -> None:
    """The register stands at another time, as an approved change leaves it."""
    register = session.register
    assert register is not None
    register.starts_at, register.ends_at = starts_at, starts_at + timedelta(hours=hours)
    register.opens_at = starts_at - timedelta(minutes=40)
    register.save()


def attach_photo(cast: Cast, klass: TrainingClass, image: bytes, *, at: datetime = NOW) -> None:
    file = keep([image], name="现场.jpg", by=cast.class_manager, at=at)
    file_attachment(klass, file, title="现场照片", by=cast.class_manager, at=at)


def a_photo(name: str = "现场.jpg", seed: int = 5) -> "SimpleUploadedFile":
    return SimpleUploadedFile(name, jpeg(a_scene(seed)), content_type="image/jpeg")


def sat(
    klass: TrainingClass, answers: list[list[list[int]]], items: list[Item], *, seconds: int = 1500
) -> list[Sitting]:
    """Everybody has submitted the same paper with these answers (original positions)."""
    sittings = [
        trial.sitting
        for one in queries.enrolled(klass)
        for trial in one.trials.order_by("no")
        if trial.sitting
    ]
    for sitting, given in zip(sittings, answers, strict=True):
        sitting.questions = [
            {"item": item.pk, "order": list(range(len(item.options)))} for item in items
        ]
        sitting.answers = {str(no): chosen for no, chosen in enumerate(given, start=1)}
        sitting.status = SittingStatus.SUBMITTED
        sitting.started_at, sitting.score, sitting.passed = NOW, 90, True
        sitting.submitted_at = NOW + timedelta(seconds=seconds)
        sitting.save()
    return sittings


def a_doubt(klass: TrainingClass, *, evidence: str = "one", **changes: Any) -> Doubt:
    facts: dict[str, Any] = {
        "kind": TicketKind.HEAD_COUNT,
        "provider": klass.provider,
        "klass": klass,
        "evidence": evidence,
        "said": "录像画面最多 12 人，签到 31 人，待核实。",
        "facts": [*class_facts(klass), ("签到人数", "31 人"), ("画面最多人数", "12 人")],
        "inner": [("允许差异", "30% 或 5 人，取较大者")],
        "subjects": [klass.subject],
    }
    return Doubt(**facts | changes)


def a_ticket(klass: TrainingClass, **changes: Any) -> Ticket:
    return raise_doubt(a_doubt(klass, **changes), by=None, at=NOW)
