"""Applying for a class: draft, timetable, submit."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Min

from anlan.classes.checks import Gap, application_gaps
from anlan.classes.models import ClassNumber, HalfDay, Session, Status, TrainingClass
from anlan.classes.states import EDITABLE, STEPS
from anlan.courses.models import Mode, Module, Syllabus
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.lib.states import advance
from anlan.organizations.models import Organization
from anlan.programs.models import Project
from anlan.resources.models import Venue
from anlan.trainers.models import Trainer


class ApplicationIncomplete(Refused):
    """The application can't be submitted; `gaps` says what to mend."""

    def __init__(self, gaps: list[Gap]) -> None:
        super().__init__(f"申请还有 {len(gaps)} 处需要补正。", "请按清单逐项修改后再提交。")
        self.gaps = gaps


@dataclass(frozen=True)
class Application:
    """What a provider writes on the first page of an application."""

    title: str
    project: Project
    syllabus: Syllabus
    district: str
    quota: int
    equipment: str = ""
    note: str = ""


@transaction.atomic
def draft_class(
    provider: Organization, wish: Application, *, by: User, at: datetime
) -> TrainingClass:
    """Open an application; it gets its number now and keeps it."""
    klass = TrainingClass(
        number=next_number(local_date(at).year),
        provider=provider,
        manager=by,
        created_at=at,
        is_synthetic=provider.is_synthetic,
    )
    _write(klass, wish)
    klass.save()
    record(klass.subject, "class_drafted", by=by, at=at, number=klass.number)
    return klass


@transaction.atomic
def edit_class(klass: TrainingClass, wish: Application, *, by: User, at: datetime) -> None:
    """Change the first page of a draft or returned application."""
    _require_editable(klass)
    _write(klass, wish)
    klass.save()
    record(klass.subject, "class_edited", by=by, at=at)


@dataclass(frozen=True)
class Slot:
    """One half-day of a timetable as it is typed in."""

    day: date
    half: HalfDay
    module: Module
    trainer: Trainer
    venue: Venue | None
    topic: str = ""
    mode: Mode = Mode.OFFLINE


@transaction.atomic
def put_session(klass: TrainingClass, slot: Slot, *, hours: int, by: User, at: datetime) -> Session:
    """Put a half-day on the timetable, replacing what stood there."""
    session = lay_session(klass, slot, hours=hours)
    record(klass.subject, "session_put", by=by, at=at, when=when_of(session), topic=session.topic)
    return session


def lay_session(klass: TrainingClass, slot: Slot, *, hours: int) -> Session:
    """Lay one half-day, for services that record the whole of what they lay."""
    _require_editable(klass)
    if slot.trainer.provider_id != klass.provider_id:
        raise BadInput("这位讲师不属于本机构。", "请选择本机构在聘的讲师。")
    if slot.mode == Mode.OFFLINE and slot.venue is None:
        raise BadInput("线下课须选择场地。", "请选择一处场地，或改为线上。")
    session, _new = Session.objects.update_or_create(
        klass=klass,
        day=slot.day,
        half=slot.half,
        defaults={
            "module": slot.module,
            "topic": slot.topic or slot.module.title,
            "mode": slot.mode,
            "trainer": slot.trainer,
            "venue": slot.venue if slot.mode == Mode.OFFLINE else None,
            "hours": hours,
        },
    )
    _span(klass)
    return session


@transaction.atomic
def drop_session(session: Session, *, by: User, at: datetime) -> None:
    """Take a half-day off the timetable of a draft."""
    _require_editable(session.klass)
    klass = session.klass
    session.delete()
    _span(klass)
    record(klass.subject, "session_dropped", by=by, at=at, when=when_of(session))


@transaction.atomic
def submit_class(klass: TrainingClass, *, by: User, at: datetime) -> None:
    """Hand the application in. Trainers and rooms are held from here on."""
    if gaps := application_gaps(klass, at=at):
        raise ApplicationIncomplete(gaps)
    advance(klass, Status.SUBMITTED, STEPS, submitted_at=at)
    hold_sessions(klass)
    record(klass.subject, "class_submitted", by=by, at=at)
    tell(
        users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, klass.district),
        f"培训班待审核：{klass.title}",
        body=f"{klass.provider.name} 提交，班号 {klass.number}",
        url=f"/classes/{klass.uid}/",
        at=at,
        dedupe=f"submitted/{klass.uid}/{at:%Y%m%d%H%M%S}",
    )


def hold_sessions(klass: TrainingClass) -> None:
    """Hold trainers and rooms; the database refuses a second holder of the same half-day."""
    try:
        with transaction.atomic():
            klass.sessions.update(active=True)
    except IntegrityError as taken:
        raise Refused(
            "讲师或场地刚刚被另一个班占用。", "请刷新课程表，调整有冲突的半天后再提交。"
        ) from taken


@transaction.atomic
def next_number(year: int) -> str:
    """The next class number of a year; the head row is locked, so none is drawn twice."""
    ClassNumber.objects.get_or_create(year=year)
    head = ClassNumber.objects.select_for_update().get(year=year)
    head.last += 1
    head.save(update_fields=["last"])
    return f"{year}-{head.last:05d}"


def _write(klass: TrainingClass, wish: Application) -> None:
    klass.title = wish.title
    klass.project = wish.project
    klass.syllabus = wish.syllabus
    klass.industry = wish.syllabus.industry
    klass.district = wish.district
    klass.quota = wish.quota
    klass.equipment = wish.equipment
    klass.note = wish.note
    klass.search = bigrams(klass.title, klass.number, klass.provider.name)


def when_of(session: Session) -> str:
    return f"{date_text(session.day)}{HalfDay(session.half).label}"


def _span(klass: TrainingClass) -> None:
    ends = klass.sessions.aggregate(first=Min("day"), last=Max("day"))
    klass.first_day, klass.last_day = ends["first"], ends["last"]
    klass.save(update_fields=["first_day", "last_day"])


def _require_editable(klass: TrainingClass) -> None:
    if klass.status not in EDITABLE:
        raise Refused(
            f"「{klass.get_status_display()}」的班不能直接修改。", "已批准的班请提交变更申请。"
        )
