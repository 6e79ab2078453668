"""Public documents for machines: the issuer, its root and keys, badges, the revocation list.

They name nobody, so anybody may fetch and keep them, other sites' pages too.
"""

import json
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import etag, require_GET, require_safe

from anlan.archives import badges, numbers, queries
from anlan.archives.issuer import the_issuer
from anlan.foundation.accounts.guards import public
from anlan.foundation.files.responses import send_bytes
from anlan.proofs.trust import fingerprint, grouped

WHY = "whoever distrusts the platform checks certificates without its leave"
A_MINUTE, A_DAY = 60, 24 * 3600
PAGE = 100


@require_safe
@public(WHY)
def authority(request: HttpRequest) -> HttpResponse:
    """The root certificate, as PEM: what readers of PDFs and `anlan verify --trust` take."""
    return _kept(HttpResponse(the_issuer().root_pem, content_type="application/x-pem-file"), A_DAY)


@require_safe
@public(WHY)
def issuer(request: HttpRequest) -> HttpResponse:
    return _json(badges.issuer_document(synthetic=settings.ANLAN_DEMONSTRATION), A_DAY)


@require_safe
@public(WHY)
def key(request: HttpRequest, thumbprint: str) -> HttpResponse:
    found = badges.public_keys().get(thumbprint)
    if found is None:
        raise Http404
    return _json(found, A_DAY)


@require_safe
@public("a badge bears less than the certificate's public page, and no name")
def badge(request: HttpRequest, number: str) -> HttpResponse:
    """Open Badges 3.0 as VC-JWT."""
    try:
        certificate = queries.certificate_by_number(numbers.parse(number))
    except ValueError as wrong:
        raise Http404 from wrong
    if certificate is None:
        raise Http404
    secret = queries.holder_secret(certificate.enrolment.person)
    text = badges.badge_jwt(certificate, secret=secret, at=now())
    answer = send_bytes(text.encode(), f"电子徽章-{certificate.number}.jwt", "application/vc+jwt")
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return _open(answer)


@require_safe
@public(WHY)
@etag(lambda request: f'"{queries.revocations_stamp()}"')
def revoked_list(request: HttpRequest) -> HttpResponse:
    """The 1EdTech Revocation List."""
    return _json(badges.revocation_list(queries.revoked_certificates(), at=now()), A_MINUTE)


@require_safe
@public(WHY)
def revoked_signed(request: HttpRequest) -> HttpResponse:
    """The same list, signed, for checking without the network."""
    listed = badges.revocation_list(queries.revoked_certificates(), at=now())
    answer = HttpResponse(badges.signed(listed), content_type="application/jwt")
    answer["Content-Disposition"] = 'attachment; filename="revoked.jwt"'
    return _kept(answer, A_MINUTE)


@require_GET
@public("who relies on certificates sees which are revoked; numbers and days, nothing else")
def revoked_page(request: HttpRequest) -> HttpResponse:
    found = queries.revoked_certificates().order_by("-revoked_at", "-number")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    answer = render(request, "certificates/revoked.html", {"page": page, "now": now()})
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@require_GET
@public(WHY)
def how(request: HttpRequest) -> HttpResponse:
    """How to check a certificate, and with what."""
    found = the_issuer()
    context = {
        "root": grouped(fingerprint(found.root)),
        "signer": grouped(found.fingerprint),
        "ends": found.certificate.not_valid_after_utc,
    }
    return render(request, "certificates/how.html", context)


def _json(said: dict[str, Any], seconds: int) -> HttpResponse:
    text = json.dumps(said, ensure_ascii=False, indent=1)
    return _kept(HttpResponse(text, content_type="application/json; charset=utf-8"), seconds)


def _kept(answer: HttpResponse, seconds: int) -> HttpResponse:
    answer["Cache-Control"] = f"public, max-age={seconds}"
    return _open(answer)


def _open(answer: HttpResponse) -> HttpResponse:
    """For pages of other sites too: a verifier may run in somebody's browser."""
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
