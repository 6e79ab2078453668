"""Reads that only a desk asks: what comes next for whom, an enterprise across rooms."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from anlan.archives.models import Certificate, CertificateStatus
from anlan.assessments.models import Sitting, SittingStatus
from anlan.attendance.models import Mark, MarkKind
from anlan.classes.models import Enrolment, Session, Status, TrainingClass
from anlan.classes.queries import COUNTED
from anlan.courses.models import Syllabus
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.identity.models import Employment, Person
from anlan.insights.queries import HELD
from anlan.organizations import queries as organizations
from anlan.organizations.models import Kind, Organization

AHEAD = timedelta(days=14)
LIVE = (Status.APPROVED, Status.RUNNING)


def sessions_between(found: QuerySet[TrainingClass], first: date, last: date) -> QuerySet[Session]:
    """Active sessions of these classes in a span of days, in order."""
    rows = Session.objects.filter(klass__in=found, active=True, day__range=(first, last))
    return _told(rows.filter(klass__status__in=LIVE))


def lessons_of(user: User, first: date, last: date) -> QuerySet[Session]:
    """Active sessions that the user teaches."""
    rows = Session.objects.filter(trainer__user=user, active=True, day__range=(first, last))
    return _told(rows.filter(klass__status__in=LIVE))


def sessions_of_people(organization: Organization, first: date, last: date) -> QuerySet[Session]:
    """Sessions to which an enterprise sends people, each with `sent` of them."""
    own = Q(klass__enrolments__organization=organization, klass__enrolments__status__in=COUNTED)
    rows = Session.objects.filter(own, active=True, day__range=(first, last))
    return _told(rows.filter(klass__status__in=LIVE)).annotate(sent=Count("klass__enrolments"))


def _told(rows: QuerySet[Session]) -> QuerySet[Session]:
    return rows.select_related("klass", "venue", "trainer", "register").order_by("day", "half")


def classes_to_examine(user: User) -> QuerySet[TrainingClass]:
    """Running classes of the examiner's providers, each with `unmarked` practical checks."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.EXAMINER)
    waiting = Q(
        enrolments__status__in=COUNTED,
        enrolments__trials__practical__isnull=False,
        enrolments__trials__practical__passed__isnull=True,
    )
    rows = TrainingClass.objects.filter(provider__uid__in=keys, status=Status.RUNNING)
    return (
        rows.annotate(unmarked=Count("enrolments__trials", filter=waiting))
        .filter(unmarked__gt=0)
        .order_by("last_day", "id")
    )


def enterprise_for(user: User, uid: uuid.UUID) -> Organization:
    """An employer for officials in whose reach it lies, and for its own safety officer."""
    return organizations.visible_to(user).get(uid=uid, kind=Kind.EMPLOYER)


def of_year(organization: Organization, year: int) -> QuerySet[Enrolment]:
    """The enterprise's people in the classes of a year, whether they have begun or not."""
    span = (date(year, 1, 1), date(year, 12, 31))
    return Enrolment.objects.filter(
        organization=organization,
        status__in=COUNTED,
        klass__first_day__range=span,
        klass__status__in=(*LIVE, Status.CLOSED),
    )


def years_of(organization: Organization, today: date) -> list[int]:
    """Years in which the enterprise sent people, and this one, the newest first."""
    rows = Enrolment.objects.filter(organization=organization, klass__first_day__isnull=False)
    found = set(rows.order_by().values_list("klass__first_day__year", flat=True).distinct())
    return sorted(found | {today.year}, reverse=True)


@dataclass(frozen=True)
class Progress:
    """How far one enrolment has come. `came` of `held` sessions; `passed` None is undecided."""

    enrolment: Enrolment
    came: int
    held: int
    certificate: Certificate | None
    theory: str
    practical: str

    @property
    def passed(self) -> bool:
        return self.certificate is not None


@dataclass(frozen=True)
class Learner:
    """One person of an enterprise with every class of the year: counted once."""

    person: Person
    classes: tuple[Progress, ...]

    @property
    def times(self) -> int:
        """In how many classes of one project this person is this year, at most."""
        return max(Counter(one.enrolment.klass.project_id for one in self.classes).values())

    @property
    def twice(self) -> bool:
        """In more than one class of the same project: shown, and still one person."""
        return self.times > 1

    @property
    def came(self) -> int:
        return sum(one.came for one in self.classes)

    @property
    def passed(self) -> bool:
        return any(one.passed for one in self.classes)


def learners_of(organization: Organization, year: int) -> list[Learner]:
    """Everybody whom the enterprise sent this year, in a fixed number of queries."""
    rows = list(
        of_year(organization, year)
        .select_related("person", "klass", "certificate")
        .prefetch_related("trials__sitting", "trials__practical")
        .order_by("person__name", "person_id", "klass__first_day")
    )
    came = _signed(rows)
    held = _held({one.klass_id for one in rows})
    grouped: dict[Person, list[Progress]] = defaultdict(list)
    for one in rows:
        grouped[one.person].append(_progress(one, came[one.klass_id, one.person_id], held))
    return [Learner(person, tuple(classes)) for person, classes in grouped.items()]


def _progress(one: Enrolment, came: int, held: dict[int, int]) -> Progress:
    trials = list(one.trials.all())
    sittings = [trial.sitting for trial in trials if trial.sitting]
    checks = [trial.practical.passed for trial in trials if trial.practical]
    certificate = getattr(one, "certificate", None)
    valid = certificate and certificate.status == CertificateStatus.VALID
    return Progress(
        enrolment=one,
        came=came,
        held=held.get(one.klass_id, 0),
        certificate=certificate if valid else None,
        theory=_theory(sittings),
        practical=_verdict(checks),
    )


def _theory(sittings: list[Sitting]) -> str:
    live = [one for one in sittings if one.status != SittingStatus.VOID]
    lapsed = live and all(one.status == SittingStatus.LAPSED for one in live)
    return "未参加" if lapsed else _verdict([one.passed for one in live])


def _verdict(results: Iterable[bool | None]) -> str:
    found = list(results)
    if not found:
        return "未安排"
    if any(found):
        return "合格"
    return "待考" if None in found else "未合格"


def _signed(rows: list[Enrolment]) -> dict[tuple[int, int], int]:
    """(class, person) → sessions signed in."""
    marks = Mark.objects.filter(
        kind=MarkKind.IN,
        person__in={one.person_id for one in rows},
        register__session__klass__in={one.klass_id for one in rows},
    )
    counted: dict[tuple[int, int], int] = defaultdict(int)
    for klass, person in marks.values_list("register__session__klass", "person"):
        counted[klass, person] += 1
    return counted


def _held(classes: set[int]) -> dict[int, int]:
    """Class → sessions at which anybody signed in."""
    signed = Mark.objects.filter(register=OuterRef("register"), kind=MarkKind.IN)
    rows = Session.objects.filter(Exists(signed), klass__in=classes)
    counts = rows.order_by().values("klass").annotate(n=Count("pk"))
    return {row["klass"]: row["n"] for row in counts}


def certificates_of(organization: Organization) -> QuerySet[Certificate]:
    """Valid certificates of the people whom the enterprise sent."""
    return Certificate.objects.filter(
        enrolment__organization=organization, status=CertificateStatus.VALID
    )


def classes_of(organization: Organization) -> QuerySet[TrainingClass]:
    """Classes to which the enterprise sent people, the newest first, each with its own counts."""
    own = Q(enrolments__organization=organization, enrolments__status__in=COUNTED)
    passed = own & Q(enrolments__certificate__status=CertificateStatus.VALID)
    return (
        TrainingClass.objects.filter(own, status__in=(*LIVE, *HELD))
        .select_related("provider")
        .annotate(
            sent=Count("enrolments", distinct=True),
            passed=Count("enrolments", filter=passed, distinct=True),
        )
        .order_by("-first_day", "-id")
    )


def classes_of_year(organization: Organization, year: int) -> QuerySet[TrainingClass]:
    """Classes of a year that have begun and to which the enterprise sent people."""
    rows = of_year(organization, year).filter(klass__status__in=HELD)
    return TrainingClass.objects.filter(pk__in=rows.values("klass"))


@dataclass(frozen=True)
class Post:
    """Somebody in a post that the industry's syllabi are for; `booked`: a coming class has them."""

    name: str
    role: str
    since: date
    valid_until: date | None
    booked: bool


def must_be_trained(organization: Organization) -> list[Post]:
    """Who works there in a post that a syllabus of its industry is written for, by name."""
    industry = organization.key_industry
    roles = Syllabus.objects.filter(industry=industry).values("role")
    own = Enrolment.objects.filter(person=OuterRef("person"), status__in=COUNTED)
    valid = Certificate.objects.filter(
        enrolment__person=OuterRef("person"), status=CertificateStatus.VALID
    )
    rows = (
        Employment.objects.filter(organization=organization, until=None, role__in=roles)
        .annotate(
            valid_until=Subquery(valid.order_by("-valid_until").values("valid_until")[:1]),
            booked=Exists(own.filter(klass__status__in=LIVE)),
        )
        .order_by("person__name", "id")
    )
    return [
        Post(*row)
        for row in rows.values_list("person__name", "role", "since", "valid_until", "booked")
    ]
