"""Running classes whose door is open, for as many learners as a burst wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from anlan.attendance.models import Register
from anlan.attendance.services import Occasion, open_registers
from anlan.classes.models import (
    Enrolment,
    EnrolmentSource,
    HalfDay,
    Session,
    Status,
    TrainingClass,
)
from anlan.courses.models import Syllabus
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.lib.dates import local_date
from anlan.operations.story import troupe
from anlan.operations.story.names import Inventor
from anlan.resources.models import Venue, VenueKind
from anlan.trainers.models import Trainer

CLASS_SIZE = 50
DISTRICT = "370112"
CODE_SECONDS = 600  # a plan of many thousand scans is written before the first is sent


@dataclass(frozen=True)
class Seat:
    """A learner and the session at whose door they stand."""

    person: Person
    session: Session


@dataclass
class Schools:
    """Who runs the classes; made once, whatever crowds come."""

    at: datetime

    def __post_init__(self) -> None:
        at = self.at - timedelta(days=30)
        self.who = troupe.officials(DISTRICT, at=at)
        inventor = Inventor(3, start=900_000)
        self.house = troupe.provider(
            "量测培训中心（演示）", 1, self.who, inventor, at=at, district=DISTRICT
        )
        self.firm = troupe.enterprise("量测企业（演示）", 2, self.who, at=at, district=DISTRICT)
        since = self.at - timedelta(days=60)
        self.project = troupe.project(since=since, code="BURST")
        self.syllabus = Syllabus.objects.order_by("id").first()
        self.made = 0

    def seats(self, people: Sequence[Person]) -> list[Seat]:
        """Classes of fifty that began ten minutes ago, with everybody on their lists."""
        count = -(-len(people) // CLASS_SIZE)
        classes = TrainingClass.objects.bulk_create(self._class(n) for n in range(count))
        sessions = self._sessions(classes)
        self.made += count
        seats = [Seat(one, sessions[n // CLASS_SIZE]) for n, one in enumerate(people)]
        Enrolment.objects.bulk_create((self._enrolment(seat) for seat in seats), batch_size=500)
        return seats

    def _class(self, n: int) -> TrainingClass:
        day = local_date(self.at)
        return TrainingClass(
            number=f"BURST-{self.made + n}",
            title="量测班（演示）",
            provider=self.house.organization,
            project=self.project,
            syllabus=self.syllabus,
            district=DISTRICT,
            industry="hazchem",
            quota=CLASS_SIZE,
            status=Status.RUNNING,
            manager=self.house.manager,
            created_at=self.at,
            started_at=self.at,
            first_day=day,
            last_day=day,
            is_synthetic=True,
        )

    def _sessions(self, classes: Sequence[TrainingClass]) -> list[Session]:
        begins, ends = self.at - timedelta(minutes=10), self.at + timedelta(hours=3)
        rules = rulebook(local_date(self.at))
        occasion = Occasion("量测班（演示）", "样例路 1 号", begins, ends, Decimal(4))
        registers = open_registers([occasion] * len(classes), rules=rules)
        for register in registers:
            register.qr_seconds = CODE_SECONDS
        Register.objects.bulk_update(registers, ["qr_seconds"], batch_size=500)
        trainers = Trainer.objects.bulk_create(self._trainer(n) for n in range(len(classes)))
        venues = Venue.objects.bulk_create(self._venue(n) for n in range(len(classes)))
        module = self.syllabus.modules.order_by("id")[0] if self.syllabus else None
        return Session.objects.bulk_create(
            Session(
                klass=klass,
                day=local_date(self.at),
                half=HalfDay.MORNING,
                module=module,
                topic="量测",
                trainer=trainer,
                venue=venue,
                register=register,
                active=True,
            )
            for klass, trainer, venue, register in zip(
                classes, trainers, venues, registers, strict=True
            )
        )

    def _trainer(self, n: int) -> Trainer:
        return Trainer(
            provider=self.house.organization,
            name=f"讲师{self.made + n}",
            industries=[],
            qualification="注册安全工程师（演示）",
            qualified_until=local_date(self.at) + timedelta(days=900),
            is_synthetic=True,
        )

    def _venue(self, n: int) -> Venue:
        return Venue(
            owner=self.house.organization,
            name=f"教室{self.made + n}",
            kind=VenueKind.CLASSROOM,
            district=DISTRICT,
            address="样例路 1 号",
            area_m2=Decimal(120),
        )

    def _enrolment(self, seat: Seat) -> Enrolment:
        return Enrolment(
            klass=seat.session.klass,
            person=seat.person,
            organization=self.firm.organization,
            source=EnrolmentSource.BOOKING,
            at=self.at,
        )
