"""The public door: anybody checks a certificate. A masked name, and no more than is needed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.archives import numbers, queries
from anlan.archives.forms import NameForm, NumberForm
from anlan.archives.models import Certificate
from anlan.archives.papers import issuer
from anlan.archives.services import name_agrees
from anlan.classes.printed import class_days
from anlan.foundation.accounts.guards import public
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_name
from anlan.lib.refusals import Refused
from anlan.proofs.trust import grouped


@require_GET
@public("anybody checks a certificate without logging in")
def ask(request: HttpRequest) -> HttpResponse:
    """Type a number; `?number=` goes on to its page."""
    form = NumberForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        return redirect("certificates:show", number=form.cleaned_data["number"])
    return _private(render(request, "certificates/ask.html", {"form": form}))


@require_http_methods(["GET", "POST"])
@public("anybody checks a certificate without logging in")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What a certificate says; a POST compares a full name with the holder's."""
    try:
        written = numbers.parse(number)
    except ValueError as wrong:
        return _not_found(request, number, f"{wrong}。")
    if written != number and request.method == "GET":
        return redirect("certificates:show", number=written)
    certificate = queries.certificate_by_number(written)
    if certificate is None:
        return _not_found(request, written, "平台没有颁发过这个编号的证明。")
    if request.method == "POST":
        return _compare(request, certificate)
    return _shown(request, certificate, {"form": NameForm()})


def _compare(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return _shown(request, certificate, {"form": form}, status=422)
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        agrees = name_agrees(certificate, form.cleaned_data["name"], address=address, at=now())
    except Refused as refused:
        answer = {"form": NameForm(), "refused": refused}
        return _shown(request, certificate, answer, status=refused.status)
    return _shown(request, certificate, {"form": NameForm(), "compared": True, "agrees": agrees})


def _shown(
    request: HttpRequest, certificate: Certificate, more: dict[str, object], status: int = 200
) -> HttpResponse:
    one = certificate.enrolment
    state = queries.standing(certificate, local_date(now()))
    synthetic = queries.is_synthetic(certificate)
    context = {
        "number": certificate.number,
        "standing": state,
        "standing_label": queries.standing_label(state),
        "masked_name": mask_name(one.person.name),
        "former_name": mask_name(queries.former_name_on(certificate)),
        "class_title": one.klass.title,
        "class_days": class_days(one.klass),
        "provider": one.klass.provider.name,
        "hours": certificate.hours,
        "issued_on": certificate.issued_on,
        "valid_until": certificate.valid_until,
        "revoked_at": certificate.revoked_at,
        "issuer": issuer(synthetic),
        "signer": grouped(getattr(certificate, "signer", None) or ""),
        "is_synthetic": synthetic,
        **more,
    }
    return _private(render(request, "certificates/show.html", context, status=status))


def _not_found(request: HttpRequest, typed: str, why: str) -> HttpResponse:
    context = {"typed": typed[:40], "why": why, "form": NumberForm(initial={"number": typed[:40]})}
    return _private(render(request, "certificates/not_found.html", context, status=404))


def _private(response: HttpResponse) -> HttpResponse:
    """For who asks, not for search engines and shared caches."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
