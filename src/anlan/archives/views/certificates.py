"""The ledger of certificates, the record of one, revoking it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.archives import policies, queries, services
from anlan.archives.exports import certificate_sheet
from anlan.archives.forms import FilterForm, ReasonForm
from anlan.archives.models import Certificate, CertificatePrint
from anlan.archives.papers import verify_url
from anlan.archives.qr import qr_svg
from anlan.archives.run_queries import is_waiting_for_print
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import XLSX, send_bytes, send_file
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.lib.dates import date_text, local_date
from anlan.lib.masking import mask_name
from anlan.proofs.trust import grouped

PAGE = 30


@require_GET
@guarded(policies.may_use_certificates)
def ledger(request: HttpRequest) -> HttpResponse:
    user, today = actor(request), local_date(now())
    form = FilterForm(request.GET)
    rows = queries.filtered(queries.certificates_visible_to(user), form.filters(), today)
    sums = queries.ledger_totals(rows, today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    full = policies.sees_full_names(user)
    context = {
        "filters": form,
        "page": page,
        "rows": [_row(one, today, full) for one in page],
        "totals": [(label, f"{sums[key]:,}") for key, label in queries.STANDINGS],
        "export_url": reverse("archives:export"),
        "narrowed": any(request.GET.values()),
        "may_issue": policies.may_issue_in_bulk(user),
    }
    fragment = request.headers.get("HX-Request") == "true"
    name = "archives/_certificate_rows.html" if fragment else "archives/certificates.html"
    return render(request, name, context)


@require_GET
@guarded(policies.may_use_certificates)
def export(request: HttpRequest) -> HttpResponse:
    user, today = actor(request), local_date(now())
    filters = FilterForm(request.GET).filters()
    rows = queries.filtered(queries.certificates_visible_to(user), filters, today)
    sheet = certificate_sheet(rows, today=today, full_names=policies.sees_full_names(user))
    return send_bytes(sheet, f"培训合格证明台账-{date_text(today)}.xlsx", XLSX)


@require_GET
@guarded(policies.may_see_certificate, load=queries.certificate_for)
def record(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    return _record(request, certificate, ReasonForm())


@require_POST
@guarded(policies.may_revoke, load=queries.certificate_for)
def revoke(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _record(request, certificate, form, status=422)
    reason = form.cleaned_data["reason"]
    services.revoke_certificate(certificate, by=actor(request), at=now(), reason=reason)
    messages.success(
        request, f"已撤销 {certificate.number}，公开核验页即时生效，持证人已收到通知。"
    )
    return redirect("archives:certificate", uid=certificate.uid)


@require_GET
@guarded(policies.may_see_certificate, load=queries.certificate_for)
def paper(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    """The PDF; for a moment after the class has closed it is not printed yet."""
    if certificate.file is None:
        raise Http404
    return send_file(certificate.file, inline="show" in request.GET)


@require_GET
@guarded(policies.may_print_again, load=queries.printed_version)
def former_paper(request: HttpRequest, printed: CertificatePrint) -> HttpResponseBase:
    """A former version, as it was signed; for who answers for the new one."""
    return send_file(printed.file)


def _row(one: Certificate, today: object, full: bool) -> dict[str, object]:
    state = queries.standing(one, today)  # type: ignore[arg-type]
    name = one.enrolment.person.name
    return {
        "certificate": one,
        "name": name if full else mask_name(name),
        "standing": state,
        "standing_label": queries.standing_label(state),
    }


def _record(
    request: HttpRequest, certificate: Certificate, form: ReasonForm, status: int = 200
) -> HttpResponse:
    user, today = actor(request), local_date(now())
    former = queries.former_name_on(certificate)
    own = certificate.enrolment.person.user_id == user.pk
    happened = timeline([certificate.subject])
    url = verify_url(certificate.number)
    prints = list(queries.prints_of(certificate))
    may_print = certificate.status == "valid" and policies.may_print_again(user, certificate)
    context = {
        **_row(certificate, today, own or policies.sees_full_names(user)),
        "former_name": former if own or policies.sees_full_names(user) else mask_name(former),
        "moments": [Moment(one.at, one.sentence, one.who) for one in reversed(happened)],
        "may_revoke": certificate.status == "valid" and policies.may_revoke(user, certificate),
        "may_see_class": policies.may_see_archive(user, certificate.enrolment.klass),
        "form": form,
        "prints": [(one, grouped(one.file.sha256[:16])) for one in prints],
        "signer": grouped(prints[0].signer) if prints else "",
        "may_print": may_print,
        "is_printing": may_print and is_waiting_for_print(certificate),
        "print_form": ReasonForm(prefix="print"),
        "url": url,
        "qr": qr_svg(url, f"证明 {certificate.number} 的核验二维码", width=160),
    }
    return render(request, "archives/certificate.html", context, status=status)
