"""A learner's phone: what is on now, what comes next, what waits for an answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse

from anlan.archives.models import Certificate
from anlan.archives.queries import certificates_of
from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.queries.reviews import questions_to
from anlan.attendance.models import Mark, MarkKind
from anlan.classes.models import Enrolment, EnrolmentStatus, Session, Status, SurveyDone
from anlan.classes.queries import COUNTED
from anlan.foundation.accounts.models import User
from anlan.foundation.notices.queries import unread_count
from anlan.foundation.ui.formats import cn_date, cn_day, cn_time
from anlan.identity.models import Person
from anlan.lib.dates import local_date

NEW_CERTIFICATE = timedelta(days=30)
SURVEY_OPEN = timedelta(days=30)


@dataclass(frozen=True)
class Task:
    """One big row of the phone; the first of a page is the main one."""

    title: str
    href: str
    note: str = ""
    icon: str = "chevron-right"


@dataclass(frozen=True)
class Phone:
    """The learner's first page: `now` is to be done at once, `next` comes, `kept` stays."""

    now: list[Task]
    next: list[Task]
    kept: list[Task]
    unread: int


def phone_of(user: User, person: Person | None, at: datetime) -> Phone:
    """Everything of one person on one screen."""
    unread = unread_count(user)
    if person is None:
        return Phone([], [], [], unread)
    sessions = list(_sessions(person, at))
    signed = _signed(person, sessions)
    return Phone(
        now=[
            *_questions(user),
            *_on_now(sessions, signed, at),
            *_exams(person, at),
            *_surveys(person, at),
        ],
        next=[_next(one) for one in sessions if not _open(one, at)][:3],
        kept=[_certificate(one) for one in certificates_of(person)[:2]],
        unread=unread,
    )


def _sessions(person: Person, at: datetime) -> list[Session]:
    own = Enrolment.objects.filter(
        person=person, status=EnrolmentStatus.ENROLLED, klass=OuterRef("klass")
    )
    rows = Session.objects.filter(
        Exists(own),
        active=True,
        klass__status__in=(Status.APPROVED, Status.RUNNING),
        register__closes_at__gt=at,
    )
    return list(rows.select_related("klass", "venue", "register").order_by("day", "half")[:6])


def _signed(person: Person, sessions: list[Session]) -> set[tuple[int, str]]:
    """(register, in or out) that the person has made."""
    registers = [one.register_id for one in sessions]
    marks = Mark.objects.filter(person=person, register__in=registers)
    return set(marks.values_list("register_id", "kind"))


def _open(session: Session, at: datetime) -> bool:
    return session.register is not None and session.register.opens_at <= at


def _on_now(sessions: list[Session], signed: set[tuple[int, str]], at: datetime) -> list[Task]:
    tasks = []
    for one in sessions:
        register = one.register
        if register is None or not _open(one, at) or (register.pk, MarkKind.OUT) in signed:
            continue
        here = (register.pk, MarkKind.IN) in signed
        act = f"签退：{one.topic}" if here else f"签到：{one.topic}"
        ends = cn_time(register.closes_at)
        note = f"{one.place} · {cn_time(register.starts_at)}–{cn_time(register.ends_at)}"
        tasks.append(Task(act, reverse("classes:scan"), f"{note}，{ends} 截止", "qrcode"))
    return tasks


def _exams(person: Person, at: datetime) -> list[Task]:
    rows = Sitting.objects.filter(
        person=person,
        status__in=(SittingStatus.READY, SittingStatus.STARTED),
        opens_at__lte=at,
        closes_at__gt=at,
    ).order_by("closes_at")
    return [
        Task(
            f"{'继续考试' if one.status == SittingStatus.STARTED else '开始考试'}：{one.title}",
            reverse("assessments:sitting", args=[one.uid]),
            f"{one.minutes} 分钟 · {cn_day(one.closes_at)} {cn_time(one.closes_at)} 截止",
            "writing",
        )
        for one in rows
    ]


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


def _surveys(person: Person, at: datetime) -> list[Task]:
    """Classes that are over for the learner and not rated yet."""
    done = SurveyDone.objects.filter(enrolment=OuterRef("pk"))
    today = local_date(at)
    rows = Enrolment.objects.filter(
        ~Exists(done),
        person=person,
        status__in=COUNTED,
        klass__status=Status.RUNNING,
        klass__last_day__range=(today - SURVEY_OPEN, today),
    ).select_related("klass")
    return [
        Task(
            f"评价：{one.klass.title}",
            reverse("classes:survey", args=[one.klass.uid]),
            "匿名，30 秒",
            "star",
        )
        for one in rows
    ]


def _next(session: Session) -> Task:
    begins = session.register.starts_at if session.register else None
    return Task(
        f"{cn_day(session.day)} {cn_time(begins)}",
        reverse("classes:mine", args=[session.klass.uid]),
        f"{session.topic} · {session.place}",
        "calendar-event",
    )


def _certificate(one: Certificate) -> Task:
    return Task(
        one.enrolment.klass.title,
        reverse("archives:mine"),
        f"证书 {one.number} · {cn_date(one.issued_on)}",
        "certificate",
    )
