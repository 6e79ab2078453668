"""Reading archives and certificates: who sees which, what waits to be sealed."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractYear

from anlan.archives import numbers
from anlan.archives.models import (
    Archive,
    Certificate,
    CertificateNumber,
    CertificatePrint,
    CertificateStatus,
    ExportOrder,
    SealOrder,
)
from anlan.classes import queries as classes
from anlan.classes.models import Enrolment, Status, TrainingClass
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import Reach, reach
from anlan.foundation.ledger.models import Entry, SubjectKey
from anlan.identity.models import Person
from anlan.identity.queries.past import name_then
from anlan.lib.bigrams import matching
from anlan.lib.dates import day_bounds, local_date

EXPIRED = "expired"
STANDINGS = [
    (CertificateStatus.VALID.value, "有效"),
    (EXPIRED, "已过期"),
    (CertificateStatus.REVOKED.value, "已撤销"),
]
_LABELS = dict(STANDINGS)


def visible_to(user: User) -> QuerySet[Archive]:
    """Officials: of their classes; a class manager: of the provider's; a learner: one's own."""
    seen = _supervised(reach(user), "klass__", Role.CLASS_MANAGER)
    mine = Q(enrolment__person__user=user)
    return Archive.objects.filter(seen | mine)


def certificates_visible_to(user: User) -> QuerySet[Certificate]:
    """Officials and class managers as above; a safety officer: own people's; a learner's own."""
    seen = _supervised(reach(user), "enrolment__klass__", Role.CLASS_MANAGER)
    sent = reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    seen |= Q(enrolment__organization__uid__in=sent) | Q(enrolment__person__user=user)
    return Certificate.objects.filter(seen)


def _supervised(mine: Reach, klass: str, *staff: Role) -> Q:
    if mine.whole_city:
        return Q(pk__isnull=False)  # not Q(): an empty one vanishes when it is or-ed
    own = mine.keys(ScopeKind.ORGANIZATION, *staff)
    return (
        Q(**{f"{klass}district__in": mine.districts})
        | Q(**{f"{klass}industry__in": mine.industries})
        | Q(**{f"{klass}provider__uid__in": own})
    )


def closed_class_for(user: User, uid: uuid.UUID) -> TrainingClass:
    """A visible class that is closed: only those have a report and an archive."""
    found = classes.visible_to(user).select_related("provider", "project", "syllabus", "manager")
    return found.get(uid=uid, status=Status.CLOSED)


def archive_for(user: User, uid: uuid.UUID) -> Archive:
    found = visible_to(user).select_related("klass__provider", "enrolment__person", "file")
    return found.get(uid=uid)


def certificate_for(user: User, uid: uuid.UUID) -> Certificate:
    return _whole(certificates_visible_to(user)).get(uid=uid)


def archives_of(klass: TrainingClass) -> QuerySet[Archive]:
    """The class's own archives, the newest version first."""
    found = klass.archives.filter(enrolment__isnull=True).select_related("file", "order__by")
    return found.order_by("-version")


def learner_archives_of(klass: TrainingClass) -> QuerySet[Archive]:
    """The newest archive of each learner of a class, in the order of enrolment."""
    newer = Archive.objects.filter(enrolment=OuterRef("enrolment"), version__gt=OuterRef("version"))
    found = klass.archives.filter(~Exists(newer), enrolment__isnull=False)
    return found.select_related("file", "enrolment__person").order_by("enrolment_id")


def learner_archives_for(person: Person) -> QuerySet[Archive]:
    """The newest archive of every class that a person was in."""
    newer = Archive.objects.filter(enrolment=OuterRef("enrolment"), version__gt=OuterRef("version"))
    found = Archive.objects.filter(~Exists(newer), enrolment__person=person)
    return found.select_related("klass", "file").order_by("-at")


def last_version(klass: TrainingClass, enrolment: Enrolment | None = None) -> int:
    """The newest version of the class's archive, or of one learner's; 0 when there is none."""
    found = klass.archives.filter(enrolment=enrolment).order_by("-version").first()
    return found.version if found else 0


def keep_until(klass: TrainingClass, at: datetime) -> date:
    """The last day on which the class's personal parts may be opened.

    Counted from the first sealing, by the rule of that day: sealing again keeps nothing longer.
    """
    first = klass.archives.filter(enrolment__isnull=True).order_by("version").first()
    if first is not None and first.keep_until is not None:
        return first.keep_until
    day = local_date(first.at if first is not None else at)
    years = classes.rules_for(klass, day).whole("archive.keep_years")
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # sealed on 29 February
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True)
class Parts:
    """How many encrypted parts an archive has, and how many of them have no key any more."""

    total: int
    gone: int
    gone_at: datetime | None


def parts_of(archive: Archive) -> Parts:
    gone = Q(key__destroyed_at__gt=archive.at)
    found = archive.parts.aggregate(
        total=Count("pk"),
        gone=Count("pk", filter=gone),
        gone_at=Max("key__destroyed_at", filter=gone),
    )
    return Parts(**found)


def keys_past_retention(today: date) -> list[str]:
    """Refs of keys that still open something and have nothing left to open it for.

    A person's key waits for every class that the person was in, and for those not sealed yet.
    """
    found = SubjectKey.objects.annotate(
        until=Max("archive_parts__archive__keep_until"),
        sealed_at=Max("archive_parts__archive__at"),
    )
    standing = Q(destroyed_at__isnull=True) | Q(destroyed_at__lt=F("sealed_at"))
    ended = found.filter(standing, until__lt=today).order_by("id")
    refs = list(ended.values_list("ref", flat=True))
    persons = [ref for ref in refs if "/" not in ref]
    closed = Archive.objects.filter(enrolment__isnull=True, keep_until__lt=today)
    waiting = (
        Enrolment.objects.filter(person__uid__in=persons)
        .exclude(klass__status=Status.CANCELLED)
        .exclude(klass__in=closed.values("klass"))
    )
    wanted = {str(uid) for uid in waiting.values_list("person__uid", flat=True)}
    return [ref for ref in refs if ref not in wanted]


def archive_by_reference(reference: str) -> Archive | None:
    """What is printed on paper: the class's number (its newest version), or an archive's uid."""
    found = Archive.objects.select_related("klass__provider", "enrolment", "file")
    try:
        return found.filter(uid=uuid.UUID(reference)).first()
    except ValueError:
        pass
    of_class = found.filter(klass__number=reference, enrolment__isnull=True)
    return of_class.order_by("-version").first()


def sealing_entry(archive: Archive) -> Entry | None:
    """The ledger line that recorded this seal."""
    one = archive.enrolment
    subject, verb = (
        (archive.klass.subject, "class_sealed") if one is None else (one.subject, "learner_sealed")
    )
    for entry in Entry.objects.filter(subject=subject, verb=verb).order_by("-id"):
        if json.loads(entry.leaf)["data"].get("seal") == archive.manifest_sha256:
            return entry
    return None


def certificate_by_number(number: str) -> Certificate | None:
    """By the number as it is printed, with the `signer` of its newest print; for anybody."""
    newest = CertificatePrint.objects.filter(certificate=OuterRef("pk")).order_by("-version")
    found = Certificate.objects.filter(number=number)
    return _whole(found).annotate(signer=Subquery(newest.values("signer")[:1])).first()


def revoked_certificates() -> QuerySet[Certificate]:
    """What the public list names, by number; an index holds exactly these."""
    found = Certificate.objects.filter(status=CertificateStatus.REVOKED)
    return found.only("number", "revoked_at").order_by("number")


def revocations_stamp() -> str:
    """Changes when the list does: a revocation is never taken back."""
    sums = Certificate.objects.filter(status=CertificateStatus.REVOKED).aggregate(
        count=Count("pk"), last=Max("revoked_at")
    )
    return f"{sums['count']}-{sums['last'].isoformat() if sums['last'] else ''}"


def prints_of(certificate: Certificate) -> QuerySet[CertificatePrint]:
    """Every signed PDF of it, the newest first."""
    return certificate.prints.select_related("file").order_by("-version")


def printed_version(user: User, uid: uuid.UUID, version: int) -> CertificatePrint:
    found = certificates_visible_to(user).get(uid=uid)
    return found.prints.select_related("file").get(version=version)


def holder_secret(person: Person) -> str:
    """The person's key in the ledger; "" when it is destroyed or was never made."""
    found = SubjectKey.objects.filter(ref=str(person.uid)).first()
    return found.secret if found else ""


def former_name_on(certificate: Certificate) -> str:
    """曾用名: the name that the newest print bears, where its holder's was corrected since."""
    person = certificate.enrolment.person
    file = certificate.file
    printed = file.at if file is not None else day_bounds(certificate.issued_on)[1]
    then = name_then(person, printed)
    return "" if person.erased_at is not None or then == person.name else then


def certificates_of(person: Person) -> QuerySet[Certificate]:
    """A person's certificates, the newest first."""
    return _whole(Certificate.objects.filter(enrolment__person=person)).order_by(
        "-issued_on", "-id"
    )


def certificates_in(klass: TrainingClass) -> QuerySet[Certificate]:
    """The certificates of a class, in the order of enrolment."""
    found = Certificate.objects.filter(enrolment__klass=klass)
    return _whole(found).order_by("enrolment_id")


def _whole(found: QuerySet[Certificate]) -> QuerySet[Certificate]:
    return found.select_related(
        "enrolment__klass__provider",
        "enrolment__klass__syllabus",
        "enrolment__person",
        "enrolment__organization",
        "file",
    )


def standing(certificate: Certificate, on: date) -> str:
    """valid, expired or revoked on a day; the last day itself counts as valid."""
    if certificate.status == CertificateStatus.VALID and certificate.valid_until < on:
        return EXPIRED
    return certificate.status


def standing_label(value: str) -> str:
    return _LABELS[value]


def is_synthetic(certificate: Certificate) -> bool:
    one = certificate.enrolment
    return one.person.is_synthetic or one.klass.is_synthetic


@dataclass(frozen=True)
class Filters:
    """What the certificate ledger is narrowed by; empty means everything."""

    text: str = ""
    standing: str = ""
    industry: str = ""
    district: str = ""
    since: date | None = None
    until: date | None = None


def filtered(rows: QuerySet[Certificate], by: Filters, today: date) -> QuerySet[Certificate]:
    """Rows that fit every filter, the newest first. Text: a number, or two characters of a name."""
    wanted: dict[str, Any] = {
        "enrolment__klass__industry": by.industry,
        "enrolment__klass__district": by.district,
        "issued_on__gte": by.since,
        "issued_on__lte": by.until,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if by.standing == CertificateStatus.REVOKED:
        rows = rows.filter(status=CertificateStatus.REVOKED)
    elif by.standing:
        rows = rows.filter(status=CertificateStatus.VALID)
        past = Q(valid_until__lt=today)
        rows = rows.filter(past if by.standing == EXPIRED else ~past)
    if text := by.text.strip():
        rows = rows.filter(_numbered(text) or matching("enrolment__person__search", text))
    return _whole(rows).order_by("-issued_on", "-id")


def _numbered(text: str) -> Q:
    """Numbers that begin like this, by their index; an empty Q for what is no number."""
    wanted = Q()
    for start in numbers.beginnings(text, CertificateNumber.objects.values_list("year", flat=True)):
        if connection.vendor == "sqlite":  # there LIKE uses no index, a range does
            wanted |= Q(number__gte=start, number__lt=f"{start}~")
        else:
            wanted |= Q(number__startswith=start)
    return wanted


def ledger_totals(rows: QuerySet[Certificate], today: date) -> dict[str, int]:
    """How many of the filtered certificates are valid, expired and revoked."""
    plain = rows.order_by()
    valid = Q(status=CertificateStatus.VALID)
    past = Q(valid_until__lt=today)
    return plain.aggregate(
        valid=Count("pk", filter=valid & ~past),
        expired=Count("pk", filter=valid & past),
        revoked=Count("pk", filter=Q(status=CertificateStatus.REVOKED)),
    )


def unsealed_classes() -> QuerySet[TrainingClass]:
    """Closed classes without an archive, the longest waiting first."""
    sealed = Archive.objects.filter(klass=OuterRef("pk"), enrolment__isnull=True)
    closed = TrainingClass.objects.filter(~Exists(sealed), status=Status.CLOSED)
    return closed.order_by(F("closed_at").asc(nulls_first=True), "id")


def open_orders() -> QuerySet[SealOrder]:
    """Wishes to seal again that the worker has not done yet, the oldest first."""
    return (
        SealOrder.objects.filter(archive__isnull=True).select_related("klass", "by").order_by("at")
    )


def open_order(klass: TrainingClass) -> SealOrder | None:
    return open_orders().filter(klass=klass).first()


def year_archives(year: int, *, learners: bool) -> QuerySet[Archive]:
    """The newest archive of every class closed in a year, its learners' behind it if wanted."""
    newer = Archive.objects.filter(
        klass=OuterRef("klass"),
        enrolment=OuterRef("enrolment"),
        version__gt=OuterRef("version"),
    )
    newer_class = Archive.objects.filter(
        klass=OuterRef("klass"), enrolment__isnull=True, version__gt=OuterRef("version")
    )
    own = Q(enrolment__isnull=True) & ~Exists(newer_class)
    theirs = Q(enrolment__isnull=False) & ~Exists(newer)
    found = Archive.objects.filter(own | theirs if learners else own, klass__closed_at__year=year)
    related = found.select_related("file", "klass__provider", "enrolment__person")
    return related.order_by("klass__number", "klass_id", F("enrolment_id").asc(nulls_first=True))


def sealed_years() -> list[int]:
    """The years in which classes closed that are sealed by now, the newest first."""
    sealed = Archive.objects.filter(enrolment__isnull=True, klass__closed_at__isnull=False)
    years = sealed.annotate(year=ExtractYear("klass__closed_at")).values_list("year", flat=True)
    return sorted(set(years.order_by().distinct()), reverse=True)


def open_exports() -> QuerySet[ExportOrder]:
    """What the worker has to export, the oldest first."""
    found = ExportOrder.objects.filter(finished_at__isnull=True, by_hand=False)
    return found.select_related("by").order_by("at")


def past_exports() -> QuerySet[ExportOrder]:
    found = ExportOrder.objects.filter(finished_at__isnull=False)
    return found.select_related("by").order_by("-at")


def export_for(user: User, uid: uuid.UUID) -> ExportOrder:
    """Whoever may export sees every export; the policy asks."""
    return ExportOrder.objects.select_related("by").get(uid=uid)
