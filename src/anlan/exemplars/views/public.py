"""The public door: who is named, who is announced, objections with a receipt, a plaque's page.

Nobody's name, phone or words stand here; numbers of enterprises as they were frozen.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.archives.qr import qr_svg
from anlan.exemplars import numbers, shown
from anlan.exemplars.forms import ObjectionForm, PublishedFilters, ReceiptForm
from anlan.exemplars.models import Exemplar
from anlan.exemplars.queries import exemplars as queries
from anlan.exemplars.services.objecting import object_to
from anlan.foundation.accounts.guards import public
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.responses import send_bytes
from anlan.foundation.ledger.receipts import receipt_file, receipt_of
from anlan.hazards.receipts import code_of, new_ticket
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed

PUBLISHED = "anybody reads which enterprises are named as examples"
OBJECTING = "anybody may object to a naming while it is announced, without an account"
PER_PAGE = 30
QR_WIDTH = 168


@require_GET
@public(PUBLISHED)
def published(request: HttpRequest) -> HttpResponse:
    """Namings in force, by name or credit code."""
    today = local_date(now())
    filters = PublishedFilters(request.GET)
    rows = queries.published(today, text=filters.chosen("q"), industry=filters.chosen("industry"))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "filtered": bool(filters.chosen("q") or filters.chosen("industry")),
        "page": page,
        "lines": [_line(one) for one in page],
        "announced": queries.announced(today).count(),
    }
    return render(request, "examples/list.html", context)


@require_GET
@public(OBJECTING)
def notices(request: HttpRequest) -> HttpResponse:
    lines = [_line(one) for one in queries.announced(local_date(now()))]
    return render(request, "examples/notices.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@public(OBJECTING)
@never_cache
def notice(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is announced and on what evidence; the form to object; then the receipt code, once."""
    at = now()
    exemplar = queries.notice_of(uid, local_date(at))
    if exemplar is None:
        return render(request, "examples/no_notice.html", status=404)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        form.initial["ticket"] = new_ticket()
    elif form.is_valid():
        return _objected(request, exemplar, form)
    return _notice(request, exemplar, form, status=422 if form.is_bound else 200)


def _objected(request: HttpRequest, exemplar: Exemplar, form: ObjectionForm) -> HttpResponse:
    read = form.cleaned_data
    try:
        code = code_of(read["ticket"])
        object_to(exemplar, read["words"], contact=read["contact"], code=code, at=now())
    except NotAllowed:
        return render(request, "examples/no_notice.html", status=409)
    except BadInput as wrong:
        form.add_error(None, f"{wrong.message}{wrong.next_step}")
        return _notice(request, exemplar, form, status=422)
    return render(request, "examples/receipt.html", {"exemplar": exemplar, "code": code})


def _notice(
    request: HttpRequest, exemplar: Exemplar, form: ObjectionForm, *, status: int
) -> HttpResponse:
    check = exemplar.checks.last()
    context = _line(exemplar) | {"form": form, "evidence": shown.read_check(check), "check": check}
    return render(request, "examples/notice.html", context, status=status)


@require_http_methods(["GET", "POST"])
@public(OBJECTING)
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """The answer to an objection; the code comes in the body, never in an address."""
    if request.method == "GET":
        return render(request, "examples/follow.html", {"form": ReceiptForm()})
    form = ReceiptForm(request.POST)
    found = queries.objection_of_receipt(form.data.get("code", "")) if form.is_valid() else None
    if found is None:
        if form.is_valid():
            form.add_error("code", "没有这个回执码。请核对 16 位字母和数字，不含 0、1、I、O。")
        return render(request, "examples/follow.html", {"form": form}, status=422)
    return render(request, "examples/answer.html", {"objection": found})


@require_GET
@public(PUBLISHED)
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The page behind a plaque: in force, expired or withdrawn, and on what evidence."""
    try:
        written = numbers.parse(number)
    except ValueError as wrong:
        return _not_found(request, number, f"{wrong}。")
    if written != number:
        return redirect("examples:show", number=written)
    exemplar = queries.by_number(written)
    if exemplar is None:
        return _not_found(request, written, "没有命名过这个编号的示范企业。")
    check = queries.named_check(exemplar)
    address = _address(request, written)
    context = _line(exemplar) | {
        "standing": queries.standing(exemplar, local_date(now())),
        "evidence": shown.read_check(check),
        "check": check,
        "address": address,
        "qr": qr_svg(address, f"核验 {written}", width=QR_WIDTH),
        "renewal": exemplar.renewals.exclude(number=None).first(),
    }
    return render(request, "examples/show.html", context)


def _address(request: HttpRequest, number: str) -> str:
    path = reverse("examples:show", args=[number])
    base = settings.ANLAN_PUBLIC_URL.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)


def _not_found(request: HttpRequest, typed: str, why: str) -> HttpResponse:
    context = {"typed": typed[:40], "why": why}
    return render(request, "examples/not_found.html", context, status=404)


@require_GET
@public(PUBLISHED)
def evidence(request: HttpRequest, number: str) -> HttpResponse:
    """The frozen check of a naming, byte for byte as the ledger line hashes it."""
    check = queries.named_check(_named(number))
    if check is None:
        raise Http404
    return send_bytes(check.evidence.encode(), f"条件核对-{number}.json", "application/json")


@require_GET
@public(PUBLISHED)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """That the naming stands in the signed log, with the hash of its evidence."""
    found = receipt_of(_named(number).subject, "exemplar_named")
    return send_bytes(receipt_file(found), f"命名回执-{number}.json", "application/json")


def _named(number: str) -> Exemplar:
    try:
        found = queries.by_number(numbers.parse(number))
    except ValueError as wrong:
        raise Http404 from wrong
    if found is None:
        raise Http404
    return found


def _line(one: Exemplar) -> dict[str, Any]:
    return {
        "exemplar": one,
        "organization": one.organization,
        "place": code_name(System.GB_T_2260, one.organization.district),
        "trade": code_name(System.KEY_INDUSTRY, one.organization.key_industry),
    }
