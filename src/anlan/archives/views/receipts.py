"""Receipts for taking home: that a seal, or a certificate, stands in the signed log.

A receipt bears commitments and pseudonyms, nothing personal, so the certificate's is for anybody.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from anlan.archives import numbers, policies, queries
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.guards import guarded, public
from anlan.foundation.files.responses import send_bytes
from anlan.foundation.ledger.receipts import receipt_file, receipt_of


@require_GET
@guarded(policies.may_see_archive, load=queries.closed_class_for)
def seal_receipt(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """That the newest seal of the class was recorded, and when."""
    return _file(receipt_of(klass.subject, "class_sealed"), f"封存回执-{klass.number}.json")


@require_GET
@public("whoever holds a certificate's number may check that it is in the log")
def certificate_receipt(request: HttpRequest, number: str) -> HttpResponse:
    try:
        certificate = queries.certificate_by_number(numbers.parse(number))
    except ValueError as wrong:
        raise Http404 from wrong
    if certificate is None:
        raise Http404
    found = receipt_of(certificate.subject, "certificate_issued")
    return _file(found, f"证明回执-{certificate.number}.json")


def _file(found: dict[str, Any] | None, name: str) -> HttpResponse:
    return send_bytes(receipt_file(found), name, "application/json")
