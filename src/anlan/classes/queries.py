"""Reading classes: who sees which, what a class's days look like, who is in it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from anlan.attendance.models import Register
from anlan.classes.models import (
    ChangeRequest,
    ChangeStatus,
    Closing,
    DeskLogin,
    DeskLoginStatus,
    Enrolment,
    EnrolmentStatus,
    HalfDay,
    Session,
    Status,
    TrainingClass,
)
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import Reach, reach
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.identity.models import Person
from anlan.lib.bigrams import matching
from anlan.lib.dates import at_shanghai, local_date

OFFERED = (Status.APPROVED, Status.RUNNING, Status.CLOSED)
COUNTED = (EnrolmentStatus.ENROLLED, EnrolmentStatus.GAVE_UP)


@dataclass(frozen=True)
class WaitingPhone:
    """A request to be logged in; how many others asked from the same phone today."""

    asked: DeskLogin
    others: int


def visible_to(user: User) -> QuerySet[TrainingClass]:
    """The classes that a user may open. No joins, so that counts and sums over it stay right."""
    return TrainingClass.objects.filter(_visible(reach(user), user))


def _visible(mine: Reach, user: User) -> Q:
    if mine.whole_city:
        return ~Q(status=Status.DRAFT)
    seen = Q(district__in=mine.districts) | Q(industry__in=mine.industries)
    seen &= ~Q(status=Status.DRAFT)
    seen |= Q(provider__uid__in=mine.organizations)
    if mine.classes:
        seen |= Q(uid__in=mine.classes, status__in=OFFERED)
    if mine.has(Role.SAFETY_OFFICER):
        seen |= Q(status__in=OFFERED)
    own = Enrolment.objects.filter(person__user=user).values("klass")
    return seen | Q(pk__in=own, status__in=OFFERED)


def class_for(user: User, uid: uuid.UUID) -> TrainingClass:
    """One visible class; `DoesNotExist` for an outsider."""
    found = visible_to(user).select_related("provider", "project", "syllabus", "manager")
    return found.get(uid=uid)


def session_for(user: User, uid: uuid.UUID) -> Session:
    """One session of a visible class."""
    found = Session.objects.select_related(
        "klass__provider", "klass__syllabus", "trainer", "venue", "register", "module"
    )
    return found.get(uid=uid, klass__in=visible_to(user))


def desk_login_for(user: User, uid: uuid.UUID) -> DeskLogin:
    """A phone that waits before a screen of a visible class."""
    found = DeskLogin.objects.select_related("session__klass__provider", "person__user")
    return found.get(uid=uid, session__klass__in=visible_to(user))


def phones_waiting(session: Session, *, at: datetime) -> list[WaitingPhone]:
    """Who asks now to be logged in before this screen, first come first."""
    minutes = rulebook(local_date(at)).whole("classes.desk_login_minutes")
    rows = session.desk_logins.filter(person__isnull=False).select_related("person")
    today = list(rows.order_by("at"))
    people: dict[str, set[int | None]] = {}
    for one in today:
        people.setdefault(one.phone, set()).add(one.person_id)
    return [
        WaitingPhone(one, len(people[one.phone]) - 1)
        for one in today
        if one.status == DeskLoginStatus.ASKED and one.at > at - timedelta(minutes=minutes)
    ]


def enrolment_for(user: User, uid: uuid.UUID) -> Enrolment:
    """One enrolment of a visible class."""
    found = Enrolment.objects.select_related("klass__provider", "person", "organization")
    return found.get(uid=uid, klass__in=visible_to(user))


def change_for(user: User, uid: uuid.UUID) -> ChangeRequest:
    """One change request of a visible class."""
    found = ChangeRequest.objects.select_related("klass__provider", "session__register")
    return found.get(uid=uid, klass__in=visible_to(user))


def filtered(
    classes: QuerySet[TrainingClass],
    *,
    text: str = "",
    status: str = "",
    district: str = "",
    industry: str = "",
    provider: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[TrainingClass]:
    """The class ledger's filters; an empty one narrows nothing."""
    wanted = {
        "status": status,
        "district": district,
        "industry": industry,
        "provider__uid": provider,
    }
    found = classes.filter(**{key: value for key, value in wanted.items() if value})
    if text:
        found = found.filter(matching("search", text))
    if since:
        found = found.filter(last_day__gte=since)
    if until:
        found = found.filter(first_day__lte=until)
    return found


def waiting_for(user: User) -> QuerySet[TrainingClass]:
    """Applications that this official should decide, the oldest first."""
    mine = reach(user)
    due = Q(status=Status.SUBMITTED, district__in=mine.districts)
    if mine.has(Role.CITY_OFFICIAL):
        due |= Q(status=Status.REVIEWED)
    return TrainingClass.objects.filter(due).select_related("provider").order_by("submitted_at")


def changes_waiting_for(user: User) -> QuerySet[ChangeRequest]:
    """Change requests that this official should decide, the oldest first."""
    mine = reach(user)
    asked = ChangeRequest.objects.filter(status=ChangeStatus.ASKED).select_related("klass")
    if mine.has(Role.CITY_OFFICIAL):
        return asked
    return asked.filter(klass__district__in=mine.districts)


def rules_for(klass: TrainingClass, on: date) -> Rulebook:
    """The rules that bind this class on a day."""
    return rulebook(on, scope=klass.industry)


def session_times(session: Session, rules: Rulebook) -> tuple[datetime, datetime]:
    """When a half-day begins and ends, by the dated rules."""
    key = "class.morning" if session.half == HalfDay.MORNING else "class.afternoon"
    first, last = (time.fromisoformat(clock) for clock in rules.ruling(key).value)
    return at_shanghai(session.day, first), at_shanghai(session.day, last)


def sessions_of(klass: TrainingClass) -> QuerySet[Session]:
    """The timetable in order, with all that a page prints of it."""
    return klass.sessions.select_related("trainer", "venue", "module", "register").order_by(
        "day", "half"
    )


def registers_of(klass: TrainingClass) -> list[Register]:
    return list(Register.objects.filter(session__klass=klass).order_by("starts_at"))


def enrolled(klass: TrainingClass) -> QuerySet[Enrolment]:
    """Who counts as a learner of the class: the enrolled and those who gave up a make-up."""
    found = klass.enrolments.filter(status__in=COUNTED)
    return found.select_related("person", "organization").order_by("id")


def seats_taken(klass: TrainingClass) -> int:
    return klass.enrolments.filter(status__in=COUNTED).count()


def trained_before(persons: Iterable[Person], klass: TrainingClass) -> dict[int, str]:
    """Persons of an earlier or simultaneous class of the same project: shown, not counted twice."""
    others = Enrolment.objects.filter(
        person__in=list(persons), klass__project=klass.project, status__in=COUNTED
    ).exclude(klass=klass)
    if klass.first_day:
        others = others.filter(klass__first_day__lte=klass.first_day)
    live = others.exclude(klass__status=Status.CANCELLED).select_related("klass")
    return {one.person_id: one.klass.number for one in live}


def with_counts(classes: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """Adds `people` (learners who count) to each row."""
    return classes.annotate(
        people=Count("enrolments", filter=Q(enrolments__status__in=COUNTED), distinct=True)
    )


@dataclass(frozen=True)
class Totals:
    """What a filtered ledger adds up to; `passed` of `finished` learners in closed classes."""

    classes: int
    people: int
    passed: int
    finished: int


def totals(classes: QuerySet[TrainingClass]) -> Totals:
    """Three queries, however many classes; `classes` must not be sliced."""
    closed = Closing.objects.filter(klass__in=classes.order_by())
    sums = closed.aggregate(passed=Sum("passed", default=0), finished=Sum("enrolled", default=0))
    people = Enrolment.objects.filter(klass__in=classes.order_by(), status__in=COUNTED)
    return Totals(classes.count(), people.count(), sums["passed"], sums["finished"])


def newest_first(classes: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """The ledger's order; drafts without a timetable stand last."""
    return classes.select_related("provider").order_by(F("first_day").desc(nulls_last=True), "-id")


def subjects_of(klass: TrainingClass) -> list[str]:
    """Every ledger subject that belongs to a class, for its time line and its archive."""
    registers = klass.sessions.filter(register__isnull=False).values_list(
        "register__uid", flat=True
    )
    filmed = klass.sessions.filter(Q(recordings__isnull=False) | Q(lives__isnull=False))
    pairs = filmed.values_list("recordings__uid", "lives__uid")
    recordings = dict.fromkeys(uid for pair in pairs for uid in pair if uid)
    trials = klass.enrolments.filter(trials__isnull=False)
    sittings = trials.filter(trials__sitting__isnull=False).values_list(
        "trials__sitting__uid", flat=True
    )
    practicals = trials.filter(trials__practical__isnull=False).values_list(
        "trials__practical__uid", flat=True
    )
    return [
        klass.subject,
        *(f"register/{uid}" for uid in registers),
        *(f"recording/{uid}" for uid in recordings),
        *(f"sitting/{uid}" for uid in sittings),
        *(f"practical/{uid}" for uid in practicals),
    ]
