"""Issuing certificates to everybody who passed, printing them, revoking one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from anlan.archives import numbers
from anlan.archives.models import Certificate, CertificateNumber, CertificateStatus
from anlan.archives.queries import certificates_in
from anlan.archives.reports import closing_of
from anlan.archives.services.printing import print_certificates
from anlan.archives.states import STEPS
from anlan.classes.models import TrainingClass
from anlan.classes.queries import rules_for
from anlan.classes.results import Result, results_of
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import Line, record, record_many
from anlan.foundation.notices.services import tell
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput
from anlan.lib.states import advance


def issue_certificates(klass: TrainingClass, *, by: User | None, at: datetime) -> list[Certificate]:
    """A certificate for everybody in a closed class who passed and has none; then print them.

    Issuing is one transaction. Printing follows outside of it, so that no other writer waits for
    a hundred pages; a certificate left unprinted by a crash is printed by the next round.
    """
    issued = issue_only(klass, by=by, at=at)
    print_certificates(klass, at=at)
    return list(certificates_in(klass).filter(pk__in=[one.pk for one in issued]))


@transaction.atomic
def issue_only(klass: TrainingClass, *, by: User | None, at: datetime) -> list[Certificate]:
    """As above, without printing."""
    closing_of(klass)
    TrainingClass.objects.select_for_update().get(pk=klass.pk)
    have = set(certificates_in(klass).values_list("enrolment_id", flat=True))
    passed = [r for pk, r in results_of(klass).items() if r.passed and pk not in have]
    if not passed:
        return []
    issued_on = local_date(
        klass.closed_at or at
    )  # valid from the result, however late it is printed
    years = rules_for(klass, issued_on).whole("certificate.valid_years")
    until = last_day(issued_on, years)
    drawn = _draw(issued_on.year, len(passed))
    drafts = [
        _certificate(result, number, issued_on, until)
        for result, number in zip(passed, drawn, strict=True)
    ]
    made = Certificate.objects.bulk_create(drafts)
    record_many([_line(one, by, at) for one in made])
    _tell(klass, made, at)
    return made


@transaction.atomic
def revoke_certificate(certificate: Certificate, *, by: User, at: datetime, reason: str) -> None:
    """Revoke: the public page says so from now on; the number is never used again."""
    if not reason.strip():
        raise BadInput("请写明撤销的理由。", "持证人会看到这条理由，公开核验页不显示。")
    said = reason.strip()[:200]
    advance(
        certificate,
        CertificateStatus.REVOKED,
        STEPS,
        revoked_by=by,
        revoked_at=at,
        revoked_reason=said,
    )
    person = certificate.enrolment.person
    record(
        certificate.subject,
        "certificate_revoked",
        by=by,
        at=at,
        about=person.uid,
        personal=person.committed,
        number=certificate.number,
        reason=said,
    )
    if person.user:
        tell(
            [person.user],
            f"培训合格证明已被撤销：{certificate.number}",
            body=f"理由：{said}。如有异议，请联系{certificate.enrolment.klass.provider.name}。",
            url="/archives/mine/",
            at=at,
            dedupe=f"certificate-revoked/{certificate.uid}",
        )


def last_day(issued_on: date, years: int) -> date:
    """The last day of validity: the day before the anniversary."""
    try:
        anniversary = issued_on.replace(year=issued_on.year + years)
    except ValueError:  # issued on 29 February
        anniversary = date(issued_on.year + years, 3, 1)
    return anniversary - timedelta(days=1)


def _draw(year: int, count: int) -> list[str]:
    """The next numbers of a year; the head row is locked, so none is drawn twice."""
    CertificateNumber.objects.get_or_create(year=year)
    head = CertificateNumber.objects.select_for_update().get(year=year)
    first = head.last + 1
    head.last += count
    head.save(update_fields=["last"])
    return [numbers.write(year, serial) for serial in range(first, first + count)]


def _certificate(result: Result, number: str, issued_on: date, until: date) -> Certificate:
    return Certificate(
        number=number,
        enrolment=result.enrolment,
        issued_on=issued_on,
        valid_until=until,
        theory_score=result.theory_score,
        practical_score=result.practical_score,
        hours=int(result.hours),
    )


def _line(certificate: Certificate, by: User | None, at: datetime) -> Line:
    person = certificate.enrolment.person
    return Line(
        certificate.subject,
        "certificate_issued",
        by,
        at,
        {
            "number": certificate.number,
            "enrolment": str(certificate.enrolment.uid),
            "hours": certificate.hours,
            "valid_until": certificate.valid_until.isoformat(),
        },
        str(person.uid),
        person.committed,
    )


def _tell(klass: TrainingClass, made: Sequence[Certificate], at: datetime) -> None:
    users = [one.enrolment.person.user for one in made]
    tell(
        [user for user in users if user],
        f"您的培训合格证明已颁发：{klass.title}",
        body="可以下载 PDF，或出示二维码供核验。",
        url="/archives/mine/",
        at=at,
        dedupe=f"certificate/{klass.uid}",
    )
