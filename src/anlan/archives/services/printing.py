"""Printing certificates: typeset, sign, keep, write down; in batches, each whole or not at all.

Typesetting and signing happen outside the transaction, which no other writer should wait for. A
certificate's `version` is the witness: it moves from n to n + 1 with the print's row and its ledger
line, in one conditional update, so of two printers the slower leaves a file without a row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now

from anlan.archives.issuer import Issuer, the_issuer
from anlan.archives.models import Certificate, CertificatePrint
from anlan.archives.papers import certificate_facts, certificate_pdf
from anlan.archives.queries import certificates_in
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.services import keep_all
from anlan.foundation.ledger.services import Line, record_many
from anlan.lib.refusals import Refused

BATCH = 50  # about a second of work, and of what a crash has to do again

Signer = Callable[..., bytes]


@dataclass(frozen=True)
class Order:
    """Who wants it, when and why; `claim` is told, inside the transaction, what was printed."""

    at: datetime
    by: User | None = None
    reason: str = ""
    claim: Callable[[Sequence[Certificate]], object] = field(default=lambda printed: None)


Problems = Mapping[int, str]  # certificate id → why it can't be printed, in plain Chinese


def print_certificates(klass: TrainingClass, *, at: datetime) -> int:
    """Print every certificate of the class that has no PDF yet.

    Raises the first `Refused` after all the others are printed.
    """
    unprinted = list(certificates_in(klass).filter(file__isnull=True))
    problems: dict[int, str] = {}
    for batch in batches(unprinted):
        problems |= print_batch(batch, Order(at))
    if problems:
        first = next(iter(problems.values()))
        raise Refused(f"有 {len(problems)} 张证明无法打印：{first}", "请先按提示改正。")
    return len(unprinted)


def batches(certificates: Sequence[Certificate]) -> Iterator[Sequence[Certificate]]:
    for start in range(0, len(certificates), BATCH):
        yield certificates[start : start + BATCH]


def print_batch(certificates: Sequence[Certificate], order: Order) -> Problems:
    """The next version of each, signed; returns what could not be printed, by certificate id.

    The certificates come with what `queries.certificates_in` selects. One whose version has moved
    on meanwhile is left to whoever moved it.
    """
    issuer, sign = the_issuer(), signer()
    signed_at = now()  # the signature says when it was really made, whatever `order.at` is
    papers: list[tuple[Certificate, bytes]] = []
    problems: dict[int, str] = {}
    for one in certificates:
        try:
            papers.append((one, _paper(one, order, issuer, sign, signed_at)))
        except Refused as refusal:
            problems[one.pk] = f"{refusal.message}{refusal.next_step}"
    named = [(f"培训合格证明 {one.number}.pdf", content) for one, content in papers]
    files = keep_all(named, by=None, at=order.at)
    _write_down([one for one, _ in papers], files, order, issuer)
    return problems


def signer() -> Signer:
    """What signs PDFs here, named in the settings: it is heavy, and only printing needs it."""
    return cast(Signer, import_string(settings.ANLAN_SIGNER))


def _paper(
    one: Certificate, order: Order, issuer: Issuer, sign: Signer, signed_at: datetime
) -> bytes:
    facts = certificate_facts(one, version=one.version + 1)
    reason = f"颁发培训合格证明 {one.number}"
    pdf = certificate_pdf(one, at=order.at)
    return sign(pdf, issuer, facts=facts, reason=reason, at=signed_at)


@transaction.atomic
def _write_down(
    certificates: Sequence[Certificate],
    files: Sequence[StoredFile],
    order: Order,
    issuer: Issuer,
) -> None:
    printed = []
    for one, file in zip(certificates, files, strict=True):
        here = Certificate.objects.filter(pk=one.pk, version=one.version)
        if here.update(file=file, version=one.version + 1):
            one.file, one.version = file, one.version + 1
            printed.append(one)
    CertificatePrint.objects.bulk_create(
        CertificatePrint(
            certificate=one,
            version=one.version,
            file=one.file,
            signer=issuer.fingerprint,
            at=order.at,
            reason=order.reason,
        )
        for one in printed
    )
    record_many([_line(one, order, issuer) for one in printed])
    order.claim(printed)


def _line(one: Certificate, order: Order, issuer: Issuer) -> Line:
    data: dict[str, Any] = {
        "number": one.number,
        "version": one.version,
        "sha256": one.file.sha256 if one.file else "",
        "signer": issuer.fingerprint,
    }
    verb = "certificate_printed"
    if order.reason:
        verb, data["reason"] = "certificate_reprinted", order.reason
    return Line(one.subject, verb, order.by, order.at, data, about=str(one.enrolment.person.uid))
