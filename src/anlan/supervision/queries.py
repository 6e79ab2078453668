"""Reads: whose tickets, what waits, what a class's record says, which photos have no print."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, islice

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from anlan.attendance.models import Mark, MarkKind
from anlan.classes import queries as classes
from anlan.classes.models import Attachment, Session, Status, TrainingClass, Trial
from anlan.courses.models import Mode
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach, users_with
from anlan.foundation.files.models import StoredFile
from anlan.organizations.models import Organization
from anlan.supervision.models import (
    CallBack,
    CallStatus,
    CheckStatus,
    Draw,
    Evidence,
    Inquiry,
    PhotoPrint,
    SpotCheck,
    Ticket,
    TicketStatus,
)
from anlan.supervision.states import UNDECIDED, UNFINISHED

WEEK = timedelta(days=7)


def _within(user: User, district: str = "district", industry: str = "industry") -> Q:
    """City: everything; district: its own; department: its industry; anybody else nothing."""
    mine = reach(user)
    if mine.whole_city:
        return ~Q(pk__in=[])
    if not mine.official:
        return Q(pk__in=[])
    return Q(**{f"{district}__in": mine.districts}) | Q(**{f"{industry}__in": mine.industries})


def tickets_visible_to(user: User) -> QuerySet[Ticket]:
    return Ticket.objects.filter(_within(user))


def ticket_for(user: User, uid: uuid.UUID) -> Ticket:
    found = tickets_visible_to(user).select_related("klass", "provider", "assignee")
    return found.get(uid=uid)


def narrowed(
    tickets: QuerySet[Ticket],
    *,
    text: str = "",
    kind: str = "",
    severity: str = "",
    state: str = "",
    district: str = "",
    assignee: User | None = None,
) -> QuerySet[Ticket]:
    """The ledger's filters; `state` is a status, `undecided`, `unfinished` or nothing."""
    wanted = {"kind": kind, "severity": severity, "district": district, "assignee": assignee}
    found = tickets.filter(**{key: value for key, value in wanted.items() if value})
    groups = {"undecided": UNDECIDED, "unfinished": UNFINISHED}
    if state:
        found = found.filter(status__in=groups.get(state, (state,)))
    if text:
        named = Q(klass__title__icontains=text) | Q(klass__number__icontains=text)
        found = found.filter(named | Q(provider__name__icontains=text))
    return found


def oldest_clock_first(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What waits for a decision by its clock, then what waits to be closed, then the closed."""
    rank = Case(
        When(status__in=UNDECIDED, then=Value(0)),
        When(status=TicketStatus.CLOSED, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    named = tickets.select_related("klass", "provider", "assignee")
    return named.annotate(rank=rank).order_by("rank", "due_at", "-id")


def counts_by_kind(tickets: QuerySet[Ticket]) -> dict[str, int]:
    rows = tickets.order_by().values("kind").annotate(n=Count("pk"))
    return {row["kind"]: row["n"] for row in rows}


def undecided_for(user: User) -> QuerySet[Ticket]:
    """Tickets that the user decides on and that wait for it, oldest clock first."""
    mine = reach(user)
    found = Ticket.objects.filter(status__in=UNDECIDED)
    if not mine.has(Role.CITY_OFFICIAL):
        found = found.filter(district__in=mine.districts)
    return oldest_clock_first(found)


def inquiries_visible_to(user: User) -> QuerySet[Inquiry]:
    """What the user's providers were asked; the answer shows nothing of who found the doubt."""
    own = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    found = Inquiry.objects.filter(ticket__provider__uid__in=own)
    return found.select_related("ticket__klass", "ticket__provider").order_by(
        F("answered_at").desc(nulls_first=True), "due_at", "-id"
    )


def unanswered(inquiries: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
    return inquiries.filter(answered_at__isnull=True, withdrawn_at__isnull=True)


def inquiry_for(user: User, uid: uuid.UUID) -> Inquiry:
    return inquiries_visible_to(user).get(uid=uid)


def evidence_asked_about(inquiry: Inquiry) -> QuerySet[Evidence]:
    """What was known when the provider was asked."""
    return inquiry.ticket.evidence.filter(found_at__lte=inquiry.asked_at)


def answer_file_for(user: User, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    """A file of an answer, for the provider that gave it and for those who see the ticket."""
    seen = Q(pk__in=inquiries_visible_to(user).order_by().values("pk"))
    seen |= Q(ticket__in=tickets_visible_to(user))
    return Inquiry.objects.filter(seen).get(uid=uid).files.get(uid=file)


def evidence_picture_for(user: User, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    """A picture of a ticket, for those who see the ticket."""
    return _picture(tickets_visible_to(user).get(uid=uid), file, own_only=False)


def own_picture_for(user: User, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    """A picture of the provider's own class, for the provider that is asked about it."""
    return _picture(inquiry_for(user, uid).ticket, file, own_only=True)


def _picture(ticket: Ticket, file: uuid.UUID, *, own_only: bool) -> StoredFile:
    shown = {
        one["file"]
        for evidence in ticket.evidence.all()
        for one in evidence.pictures
        if one["own"] or not own_only
    }
    return StoredFile.objects.get(uid=file, uid__in=shown)


def may_take(ticket: Ticket) -> list[User]:
    """Whom a ticket may be given to: the district's officials and the city's."""
    return officials_of(ticket.district)


def first_told(ticket: Ticket) -> list[User]:
    """Whose desk a new doubt comes to: the district's; where it has nobody, the city's."""
    local = users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, ticket.district)
    return local or users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)


def officials_of(district: str) -> list[User]:
    local = users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, district)
    return [*local, *users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)]


def managers_of(provider: Organization) -> list[User]:
    return users_with(Role.CLASS_MANAGER, ScopeKind.ORGANIZATION, str(provider.uid))


def draws_visible_to(user: User) -> QuerySet[Draw]:
    mine = reach(user)
    found = Draw.objects.select_related("by")
    if mine.whole_city:
        return found
    hit = Q(checks__klass__in=classes.visible_to(user))
    return found.filter(hit | Q(by=user)).distinct()


def draw_for(user: User, uid: uuid.UUID) -> Draw:
    return draws_visible_to(user).get(uid=uid)


def checks_visible_to(user: User) -> QuerySet[SpotCheck]:
    within = _within(user, "klass__district", "klass__industry")
    named = SpotCheck.objects.filter(within | Q(inspector=user)).select_related(
        "klass__provider", "session__trainer", "session__venue", "session__register", "inspector"
    )
    return named.order_by("-session__day", "session__half", "id")


def check_for(user: User, uid: uuid.UUID) -> SpotCheck:
    return checks_visible_to(user).select_related("draw", "photo").get(uid=uid)


def check_photo_for(user: User, uid: uuid.UUID) -> StoredFile:
    photo = check_for(user, uid).photo
    if photo is None:
        raise StoredFile.DoesNotExist
    return photo


def checks_of(draw: Draw, user: User) -> QuerySet[SpotCheck]:
    return checks_visible_to(user).filter(draw=draw)


def checks_waiting_for(user: User) -> QuerySet[SpotCheck]:
    """Visits that this official has been sent to make."""
    return checks_visible_to(user).filter(status=CheckStatus.PLANNED, inspector=user)


def candidates(user: User, monday: date) -> QuerySet[TrainingClass]:
    """Classes with a half-day face to face in the week, where the user decides."""
    held = Session.objects.filter(
        klass=OuterRef("pk"),
        day__gte=monday,
        day__lt=monday + WEEK,
        active=True,
        mode=Mode.OFFLINE,
        register__isnull=False,
    )
    mine = reach(user)
    found = TrainingClass.objects.filter(
        Exists(held), status__in=(Status.APPROVED, Status.RUNNING)
    ).select_related("provider")
    if not mine.has(Role.CITY_OFFICIAL):
        found = found.filter(district__in=mine.districts)
    return found.order_by("number")


def present_now(session: Session) -> int:
    """People who have signed in and not out."""
    marks = Mark.objects.filter(register=session.register_id)
    gone = marks.filter(kind=MarkKind.OUT).values("person")
    return marks.filter(kind=MarkKind.IN).exclude(person__in=gone).count()


def calls_visible_to(user: User) -> QuerySet[CallBack]:
    within = _within(user, "klass__district", "klass__industry")
    named = CallBack.objects.filter(within).select_related(
        "klass__provider", "enrolment__person", "enrolment__organization", "by"
    )
    return named.order_by("due_at", "id")


def waiting_calls(user: User) -> QuerySet[CallBack]:
    """Calls that are still to be made, oldest clock first."""
    again = Q(status=CallStatus.NOT_REACHED, at__isnull=True)
    return calls_visible_to(user).filter(Q(status=CallStatus.WAITING) | again)


def call_for(user: User, uid: uuid.UUID) -> CallBack:
    return calls_visible_to(user).get(uid=uid)


def trainers_of(klass: TrainingClass) -> list[str]:
    """Who teaches a class by its timetable, for the caller to compare with."""
    names = klass.sessions.order_by("trainer__name").values_list("trainer__name", flat=True)
    return list(names.distinct())


@dataclass(frozen=True)
class ClassWatch:
    """What supervision says of one class; call-backs as counts only."""

    tickets: list[Ticket]
    checks: list[SpotCheck]
    calls: list[tuple[str, int]]


def watch_of(user: User, klass: TrainingClass) -> ClassWatch:
    counts = dict(
        CallBack.objects.filter(klass=klass)
        .order_by()
        .values_list("status")
        .annotate(n=Count("pk"))
    )
    return ClassWatch(
        tickets=list(oldest_clock_first(tickets_visible_to(user).filter(klass=klass))),
        checks=list(checks_visible_to(user).filter(klass=klass)),
        calls=[(str(one.label), counts[one.value]) for one in CallStatus if one.value in counts],
    )


def open_tickets_of(klass: TrainingClass) -> int:
    return Ticket.objects.filter(klass=klass, status__in=UNDECIDED).count()


@dataclass(frozen=True)
class Photo:
    """A kept photo with the class that it belongs to and what it shows."""

    file: StoredFile
    klass_id: int
    source: str


def photos_without_print(most: int) -> list[Photo]:
    """Supervisors' sign-in photos, practical photos and attached images that have no print yet."""
    return list(islice(chain(_sign_in_photos(), _practical_photos(), _attached_photos()), most))


def _sign_in_photos() -> Iterator[Photo]:
    rows = Mark.objects.filter(photo__isnull=False, register__session__isnull=False)
    rows = rows.exclude(photo__in=_printed()).select_related("photo")
    found = rows.values_list("photo", "register__session__klass")
    return _photos(found, "代签照片")


def _practical_photos() -> Iterator[Photo]:
    rows = Trial.objects.filter(practical__photo__isnull=False)
    rows = rows.exclude(practical__photo__in=_printed())
    return _photos(rows.values_list("practical__photo", "enrolment__klass"), "实操照片")


def _attached_photos() -> Iterator[Photo]:
    rows = Attachment.objects.filter(file__content_type__startswith="image/")
    rows = rows.exclude(file__in=_printed())
    return _photos(rows.values_list("file", "klass"), "附件图片")


def _printed() -> QuerySet[PhotoPrint, int]:
    return PhotoPrint.objects.values_list("file_id", flat=True)


def _photos(rows: Iterable[tuple[int, int]], source: str) -> Iterator[Photo]:
    by_file = dict(islice(rows, 200))
    files = StoredFile.objects.in_bulk(by_file)
    return (Photo(files[pk], klass, source) for pk, klass in by_file.items())
