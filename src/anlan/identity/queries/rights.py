"""Reads about a person's rights: what is kept, what would go, who has looked, what is due."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.db.models import Case, IntegerField, QuerySet, When
from django.utils.module_loading import import_string

from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.queries import Ruling
from anlan.identity.kept import LOOK_KINDS, Clock, Look, PersonalData, kinds, ruling
from anlan.identity.models import (
    DeletionRequest,
    DeletionStatus,
    Employment,
    ImpactAssessment,
    Person,
    PersonalExport,
    Retained,
)
from anlan.lib.dates import at_shanghai, day_bounds, local_date
from anlan.lib.refusals import Refused

OPEN = (DeletionStatus.ASKED, DeletionStatus.GRANTED)
MOST_LOOKS = 500
OWN_DAY = Ruling("", "按每条记录自己的保存期限", "")


@dataclass(frozen=True)
class Planned:
    """One kind of data as a wish to be deleted would meet it; `rows` of it are there."""

    kind: PersonalData
    rows: int
    until: date | None
    law: str


def plan_for(person: Person, at: datetime) -> list[Planned]:
    """What goes at once, and what stays until when by which law; films and the like apart."""
    found = []
    for kind in kinds():
        if kind.apart:
            continue
        until = kind.must_stay_until(person, at)
        law = law_of(kind, at) if until else ""
        found.append(Planned(kind, len(kind.export(person)), until, law))
    return found


def law_of(kind: PersonalData, at: datetime) -> str:
    """What binds: the clause of the kind's dated rule, or the law that it names itself."""
    return kind.law or (ruling(kind.rule, at).clause if kind.rule else "")


def answer_days(at: datetime) -> int:
    """Within how many days a wish to be deleted is answered."""
    return int(ruling("rights.answer_days", at).value)


def statutory(at: datetime) -> list[tuple[PersonalData, Ruling]]:
    """Kinds that a law or rule keeps, each counted from the last record of the person."""
    return [(kind, ruling(kind.rule, at)) for kind in kinds() if kind.rule]


def holds_on(person: Person) -> list[str]:
    """What has to be over before the person can be erased, in plain Chinese."""
    return [said for kind in kinds() for said in kind.holds(person)]


def apart() -> list[PersonalData]:
    """Kinds that are about people, and about no one of them."""
    return [kind for kind in kinds() if kind.apart]


def exports_of(person: Person) -> QuerySet[PersonalExport]:
    return person.exports.select_related("file").order_by("-asked_at", "-id")


def export_for(user: User, uid: UUID | str) -> PersonalExport:
    """An export of the user's own that is still there."""
    rows = PersonalExport.objects.select_related("person", "file")
    return rows.get(uid=uid, person__user=user, ended_at=None, ready_at__isnull=False)


def exports_to_make() -> QuerySet[PersonalExport]:
    rows = PersonalExport.objects.filter(ready_at=None, ended_at=None)
    return rows.select_related("person").order_by("asked_at", "id")


def exports_to_end(at: datetime) -> QuerySet[PersonalExport]:
    rows = PersonalExport.objects.filter(ended_at=None, expires_at__lte=at)
    return rows.select_related("file").order_by("expires_at", "id")


def deletion_of(person: Person) -> DeletionRequest | None:
    """The newest wish to be deleted, whatever came of it."""
    return person.deletions.order_by("-asked_at", "-id").first()


def deletions_visible_to(user: User) -> QuerySet[DeletionRequest]:
    """The city's officials: all; a district's: of people who worked there when they asked."""
    rows = DeletionRequest.objects.select_related("person", "person__retained", "decided_by")
    if not reach(user).has(Role.CITY_OFFICIAL):
        rows = rows.filter(district__in=reach(user).districts)
    waits = Case(When(status__in=OPEN, then=0), default=1, output_field=IntegerField())
    return rows.order_by(waits, "due_at", "id")


def deletion_for(user: User, uid: UUID | str) -> DeletionRequest:
    return deletions_visible_to(user).get(uid=uid)


def deletions_waiting(user: User) -> QuerySet[DeletionRequest]:
    return deletions_visible_to(user).filter(status=DeletionStatus.ASKED)


def deletions_to_carry_out() -> QuerySet[DeletionRequest]:
    """Granted and not done: something had to be over first."""
    rows = DeletionRequest.objects.filter(status=DeletionStatus.GRANTED)
    return rows.select_related("person").order_by("decided_at", "id")


def overdue_deletions(at: datetime) -> QuerySet[DeletionRequest]:
    """Unanswered when their clock ran out, and nobody told yet."""
    rows = DeletionRequest.objects.filter(
        status=DeletionStatus.ASKED, due_at__lte=at, reminded_at=None
    )
    return rows.order_by("due_at", "id")


def ended_restrictions(at: datetime) -> QuerySet[Retained]:
    """People whom no law wants kept any more."""
    rows = Retained.objects.filter(ended_at=None, restricted_until__lt=local_date(at))
    return rows.select_related("person").order_by("restricted_until", "id")


def looks_at(
    person: Person, *, kind: str = "", since: date | None = None, until: date | None = None
) -> list[Look]:
    """谁看过我的信息: the newest first, over all rooms, narrowed by kind and days."""
    found = [look for source in kinds() for look in source.looks(person)]
    if kind in LOOK_KINDS:
        found = [look for look in found if look.kind == kind]
    if since:
        first, _ = day_bounds(since)
        found = [look for look in found if look.at >= first]
    if until:
        _, end = day_bounds(until)
        found = [look for look in found if look.at < end]
    return sorted(found, key=lambda look: look.at, reverse=True)[:MOST_LOOKS]


def roster_exports(jobs: Iterable[Employment]) -> list[Entry]:
    """Ledger lines of rosters that were taken while these people worked there."""
    found: list[Entry] = []
    for job in jobs:
        rows = Entry.objects.filter(
            subject=job.organization.subject,
            verb="roster_exported",
            at__gte=at_shanghai(job.since, time()),
        )
        if job.until is not None:
            rows = rows.filter(at__lt=day_bounds(job.until)[1])
        found += rows
    return found


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """`user/<uid>` → name, as ledger lines call whoever acted."""
    uids = {one.removeprefix("user/") for one in actors if one.startswith("user/")}
    found = User.objects.filter(uid__in=uids).values_list("uid", "name")
    return {f"user/{uid}": name for uid, name in found}


@dataclass(frozen=True)
class Due:
    """A clock as the page of retention shows it."""

    kind: PersonalData
    clock: Clock
    value: object
    clause: str
    now: int
    soon: int


def clocks(at: datetime, soon: datetime) -> list[Due]:
    """Every retention clock: what is past its time now, and what will be at `soon`."""
    found = []
    for kind in kinds():
        for clock in kind.clocks:
            rule = ruling(clock.rule, at) if clock.rule else OWN_DAY
            past = clock.due(at)
            found.append(Due(kind, clock, rule.value, rule.clause, past, clock.due(soon) - past))
    return found


def stored_faces() -> int:
    """People with a face on file, each once; counted by whoever keeps faces (a dotted path)."""
    path = str(settings.ANLAN_STORED_FACES)
    if not path:
        return 0
    count: Callable[[], int] = import_string(path)
    return count()


@dataclass(frozen=True)
class FaceCount:
    """How near the city is to having to file its faces (人脸识别技术应用安全管理办法 15)."""

    stored: int
    warn_at: int
    filing_at: int
    clause: str

    @property
    def state(self) -> str:
        if self.stored >= self.filing_at:
            return "filing"
        return "warn" if self.stored >= self.warn_at else ""


def face_count(at: datetime) -> FaceCount:
    warn, filing = ruling("faces.warn_at", at), ruling("faces.filing_at", at)
    return FaceCount(stored_faces(), int(warn.value), int(filing.value), filing.clause)


def impacts_visible_to(user: User) -> QuerySet[ImpactAssessment]:
    """City officials and operators."""
    if not reach(user).whole_city:
        return ImpactAssessment.objects.none()
    return ImpactAssessment.objects.select_related("author", "decided_by")


def impact_for(user: User, uid: UUID | str) -> ImpactAssessment:
    return impacts_visible_to(user).get(uid=uid)


def other_versions(one: ImpactAssessment) -> QuerySet[ImpactAssessment]:
    return ImpactAssessment.objects.filter(topic=one.topic).exclude(pk=one.pk).order_by("-version")


def own_person(user: User) -> Person:
    """The person behind the account. Raises `Refused` where there is none."""
    found = Person.objects.filter(user=user, erased_at=None).first()
    if found is None:
        raise Refused("这个账号没有对应的学员档案。", "学员请用手机验证码登录。")
    return found
