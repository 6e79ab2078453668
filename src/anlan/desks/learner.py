"""A learner's phone: what to do first, the rest of today, hours, what comes, what is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from anlan.archives.models import Certificate
from anlan.archives.queries import certificates_of
from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.queries.reviews import questions_to
from anlan.attendance.models import Mark, MarkKind, Register
from anlan.attendance.queries import worths
from anlan.classes.models import Enrolment, EnrolmentStatus, Session, Status, SurveyDone
from anlan.classes.queries import COUNTED
from anlan.courses.links import lesson_page
from anlan.courses.models import Module
from anlan.courses.queries.learning import Learned, Step, learned_by, next_step, steps_of
from anlan.courses.queries.reviewing import workload
from anlan.desks.hours import Standing, standing_of
from anlan.foundation.accounts.models import User
from anlan.foundation.notices.queries import unread_count
from anlan.foundation.ui.formats import cn_date, cn_day, cn_time
from anlan.identity.models import Person
from anlan.lib.dates import local_date

SURVEY_OPEN = timedelta(days=30)
LIVE = (Status.APPROVED, Status.RUNNING)
NEXT_SHOWN = 4
CARD_SECONDS = 30  # what one review card takes, as a guess for the learner


@dataclass(frozen=True)
class Task:
    """One big row of the phone. `act` is what its button says where it is the first of all."""

    title: str
    href: str
    note: str = ""
    icon: str = "chevron-right"
    act: str = "打开"


@dataclass(frozen=True)
class Phone:
    """The learner's first page: `now` is to be done today, the first of it before all else."""

    now: list[Task]
    next: list[Task]
    standings: list[Standing]
    kept: list[Task]
    unread: int
    enrolled: bool = False

    @property
    def first(self) -> Task | None:
        return self.now[0] if self.now else None

    @property
    def rest(self) -> list[Task]:
        return self.now[1:]

    @property
    def full(self) -> list[Task]:
        """Classes whose hours are all there: a line each is enough."""
        return [
            Task(
                one.klass.title,
                reverse("classes:mine", args=[one.klass.uid]),
                f"{one.needed} 学时已学满",
                "circle-check",
            )
            for one in self.standings
            if one.reached
        ]

    @property
    def finished(self) -> bool:
        """Nothing is left, and there is something to show for it."""
        return not self.now and not self.next and not self.standings and bool(self.kept)


# (register id, in or out) → the mark that the person made there.
Marks = Mapping[tuple[int, str], Mark]


@dataclass(frozen=True)
class _Classes:
    """The person's classes that are not over, with everything that their page part needs."""

    enrolments: Sequence[Enrolment]
    sessions: list[Session]
    marks: Marks
    worth: dict[int, Decimal]
    modules: dict[int, list[Module]]
    steps: list[Step]


def phone_of(user: User, person: Person | None, at: datetime) -> Phone:
    """Everything of one person on one screen."""
    unread = unread_count(user)
    if person is None:
        return Phone([], [], [], [], unread)
    own = _classes(person, at)
    signing = [one for one in own.sessions if _signs(own, one)]
    sittings = _open_sittings(person, at)
    now = [
        *_questions(user),
        *_on_now(signing, own.marks, at),
        *_exams(sittings, at),
        *_lessons(own.steps),
        *_reviews(person, at),
        *_surveys(own.enrolments, at),
    ]
    ahead = [*_exams_ahead(sittings, at), *(_next(one, at) for one in signing if _ahead(one, at))]
    return Phone(
        now=now,
        next=ahead[:NEXT_SHOWN],
        standings=[_standing(own, one) for one in own.enrolments],
        kept=[*_learned(learned_by(person)), *map(_certificate, certificates_of(person)[:2])],
        unread=unread,
        enrolled=bool(own.enrolments),
    )


def _classes(person: Person, at: datetime) -> _Classes:
    rows = Enrolment.objects.filter(person=person, status__in=COUNTED, klass__status__in=LIVE)
    rated = Exists(SurveyDone.objects.filter(enrolment=OuterRef("pk")))
    rows = rows.annotate(rated=rated).select_related("klass__syllabus")
    enrolments = list(rows.order_by("klass__first_day", "pk"))
    if not enrolments:
        return _Classes([], [], {}, {}, {}, [])
    klasses = [one.klass for one in enrolments]
    sessions = Session.objects.filter(klass__in=klasses, active=True)
    found = list(sessions.select_related("klass", "venue", "register").order_by("day", "half"))
    registers = [one.register_id for one in found if one.register_id]
    marks = Mark.objects.filter(person=person, register__in=registers)
    modules = {one.syllabus_id: [*_modules(one.syllabus_id)] for one in klasses}
    every = {module.pk: module for taught in modules.values() for module in taught}
    owners = {one.provider_id for one in klasses}
    return _Classes(
        enrolments,
        found,
        {(one.register_id, one.kind): one for one in marks},
        _worth([one.register for one in found if one.register], person),
        modules,
        steps_of(person, every.values(), owners=owners, at=at),
    )


def _worth(registers: Sequence[Register], person: Person) -> dict[int, Decimal]:
    earned = worths(registers, [person.pk])
    return {register: hours for (register, _person), hours in earned.items()}


def _modules(syllabus: int) -> QuerySet[Module]:
    return Module.objects.filter(places__syllabus=syllabus).order_by("places__order")


def _standing(own: _Classes, enrolment: Enrolment) -> Standing:
    klass = enrolment.klass
    sessions = [one for one in own.sessions if one.klass_id == klass.pk]
    return standing_of(klass, own.modules[klass.syllabus_id], sessions, own.worth, own.steps)


def _signs(own: _Classes, session: Session) -> bool:
    """Whoever has given up the make-up signs nowhere."""
    enrolled = {one.klass_id for one in own.enrolments if one.status == EnrolmentStatus.ENROLLED}
    return session.register is not None and session.klass_id in enrolled


def _on_now(sessions: list[Session], marks: Marks, at: datetime) -> list[Task]:
    tasks = []
    for one in sessions:
        register = one.register
        if register is None or not register.opens_at <= at < register.closes_at:
            continue
        if (register.pk, MarkKind.OUT) in marks:
            continue
        act = "签退" if (register.pk, MarkKind.IN) in marks else "签到"
        ends = cn_time(register.closes_at)
        note = f"{one.place} · {cn_time(register.starts_at)}–{cn_time(register.ends_at)}"
        title = f"{act}：{one.topic}"
        tasks.append(
            Task(title, reverse("classes:scan"), f"{note}，{ends} 截止", "qrcode", f"扫码{act}")
        )
    return tasks


def _open_sittings(person: Person, at: datetime) -> list[Sitting]:
    rows = Sitting.objects.filter(
        person=person, status__in=(SittingStatus.READY, SittingStatus.STARTED), closes_at__gt=at
    )
    return list(rows.only("uid", "title", "status", "minutes", "opens_at", "closes_at"))


def _exams(sittings: list[Sitting], at: datetime) -> list[Task]:
    """A paper that runs stands before one that waits."""
    tasks = []
    for one in sorted(sittings, key=lambda s: (s.status != SittingStatus.STARTED, s.closes_at)):
        if one.opens_at > at:
            continue
        act = "继续考试" if one.status == SittingStatus.STARTED else "开始考试"
        until = f"{cn_day(one.closes_at)} {cn_time(one.closes_at)} 截止"
        href = reverse("assessments:sitting", args=[one.uid])
        note = f"{one.minutes} 分钟 · {until}"
        tasks.append(Task(f"{act}：{one.title}", href, note, "writing", act))
    return tasks


def _lessons(steps: Sequence[Step]) -> list[Task]:
    """The one lesson to go on with."""
    step = next_step(steps)
    if step is None:
        return []
    act = "继续学习" if step.begun else "开始学习"
    left = sum(one.completed_at is None for one in steps)
    note = f"还要 {step.minutes_left} 分钟 · 线上课还有 {left} 课"
    title = f"{act}：{step.lesson.title}"
    return [Task(title, lesson_page(step.lesson), note, "player-play", act)]


def _reviews(person: Person, at: datetime) -> list[Task]:
    load = workload(person, at)
    if not load.left:
        return []
    minutes = max(1, round(load.left * CARD_SECONDS / 60))
    note = f"考试和课中答错的题，约 {minutes} 分钟"
    href = reverse("courses:review")
    return [Task(f"复习错题：{load.left} 题", href, note, "refresh", "开始复习")]


def _questions(user: User) -> list[Task]:
    """Somebody asks about a sitting and waits for this learner's word."""
    return [
        Task(
            "请对考试情况作出说明",
            reverse("assessments:explain", args=[one.sitting.uid]),
            f"{one.sitting.title} · {cn_day(one.answer_due)} {cn_time(one.answer_due)} 前回复",
            "message",
        )
        for one in questions_to(user)
    ]


def _surveys(enrolments: Sequence[Enrolment], at: datetime) -> list[Task]:
    """Classes that are over for the learner and not rated yet."""
    today = local_date(at)
    return [
        Task(
            f"评价：{one.klass.title}",
            reverse("classes:survey", args=[one.klass.uid]),
            "匿名，30 秒",
            "star",
            "去评价",
        )
        for one in enrolments
        if one.klass.status == Status.RUNNING
        and one.klass.last_day is not None
        and today - SURVEY_OPEN <= one.klass.last_day <= today
        and not one.rated  # type: ignore[attr-defined]
    ]


def _exams_ahead(sittings: list[Sitting], at: datetime) -> list[Task]:
    ahead = sorted((one for one in sittings if one.opens_at > at), key=lambda s: s.opens_at)
    return [
        Task(
            f"{_day(one.opens_at, at)} {cn_time(one.opens_at)} 考试",
            reverse("assessments:sitting", args=[one.uid]),
            one.title,
            "writing",
        )
        for one in ahead[:2]
    ]


def _ahead(session: Session, at: datetime) -> bool:
    return session.register is not None and session.register.opens_at > at


def _next(session: Session, at: datetime) -> Task:
    begins = session.register.starts_at if session.register else None
    return Task(
        f"{_day(begins or at, at)} {cn_time(begins)} 上课",
        reverse("classes:mine", args=[session.klass.uid]),
        f"{session.topic} · {session.place}",
        "calendar-event",
    )


def _day(moment: datetime, at: datetime) -> str:
    days = (local_date(moment) - local_date(at)).days
    return {0: "今天", 1: "明天"}.get(days) or cn_day(moment)


def _learned(found: Learned) -> list[Task]:
    if not found.lessons:
        return []
    hours, minutes = divmod(found.minutes, 60)
    took = f"{hours} 小时 {minutes} 分钟" if hours else f"{minutes} 分钟"
    href = reverse("classes:mine_list")
    return [Task(f"已学完 {found.lessons} 课线上课", href, f"共用时 {took}", "circle-check")]


def _certificate(one: Certificate) -> Task:
    return Task(
        one.enrolment.klass.title,
        reverse("archives:mine"),
        f"证书 {one.number} · {cn_date(one.issued_on)}",
        "certificate",
    )
