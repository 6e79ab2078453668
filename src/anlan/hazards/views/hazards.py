"""The desk: every hazard in reach, one hazard with its acts, an official's own finding."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file
from anlan.hazards import policies, shown
from anlan.hazards.forms import (
    AssignForm,
    LedgerFilters,
    ProofForm,
    ReassignForm,
    SeenForm,
    VisitForm,
)
from anlan.hazards.models import Grade, Hazard, Source, Status
from anlan.hazards.queries import hazards as queries
from anlan.hazards.services import rectifying, reporting
from anlan.hazards.services.photos import keep_photos
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput
from anlan.organizations.models import Organization

PER_PAGE = 30
seen = guarded(policies.may_see, load=queries.hazard_for)
handling = guarded(policies.may_handle, load=queries.hazard_for)


@require_GET
@guarded(policies.may_use_ledger)
def ledger(request: HttpRequest) -> HttpResponse:
    """Hazards in the user's reach, oldest clock first."""
    user, at = actor(request), now()
    filters = LedgerFilters(request.GET, day=local_date(at), places=policies.supervises(user))
    found = queries.narrowed(queries.visible_to(user), filters.wanted(), user=user, at=at)
    page = Paginator(queries.oldest_clock_first(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "filtered": bool(request.GET),
        "page": page,
        "lines": shown.lines(page.object_list, at),
        "places": policies.supervises(user),
        "may_register": policies.decides_somewhere(user),
        "may_report": queries.employers_of(user).exists(),
        "waiting": queries.waiting_for(user, at).count(),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"hazards/{'_rows' if fragment else 'ledger'}.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.decides_somewhere)
def register(request: HttpRequest) -> HttpResponse:
    """An official writes down what was seen at an employer's."""
    user, at = actor(request), now()
    sent = request.method == "POST"
    form = VisitForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        day=local_date(at),
        initial={"employer": request.GET.get("employer", "")},
    )
    if not sent or not form.is_valid():
        status = 422 if sent else 200
        return render(request, "hazards/register.html", {"form": form}, status=status)
    known = queries.sent_before(user, form.cleaned_data["nonce"])
    if known is not None:
        return _back(known)
    report = report_of(form.cleaned_data, employer(user, form.cleaned_data["employer"]), request)
    hazard, _new = reporting.report_hazard(report, source=Source.VISIT, by=user, at=at)
    messages.success(request, f"已登记，{hazard.organization.name}的安全员会收到通知。")
    return _back(hazard)


def employer(user: User, typed: str) -> Organization:
    """The employer that an official named, or `BadInput`."""
    found = queries.employer_called(user, typed)
    if found is None:
        raise BadInput(f"辖区内没有找到「{typed}」。", "请填写登记的单位全称或统一社会信用代码。")
    return found


def report_of(
    read: dict[str, Any], organization: Organization, request: HttpRequest
) -> reporting.Report:
    """The clean values of a `HazardForm`, its photos kept."""
    return reporting.Report(
        organization=organization,
        place=read["place"],
        what=read["what"],
        risk=read["risk"],
        grade=Grade(read["grade"]),
        nonce=read["nonce"],
        photos=keep_photos(read["photos"], by=actor(request), at=now()),
    )


@require_GET
@seen
def hazard(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    """One hazard: on the desk for those who handle it, on the phone for everybody else."""
    user = actor(request)
    desk = policies.may_use_ledger(user)
    template = "hazards/hazard.html" if desk else "hazards/hazard_phone.html"
    return render(request, template, _context(user, hazard))


@require_GET
@guarded(policies.may_see_file, load=queries.photo_for)
def photo(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    return send_file(file, inline=True)


@require_POST
@handling
def accept(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    reporting.accept_hazard(hazard, by=actor(request), at=now())
    messages.success(request, "已受理，请指派责任人。")
    return _back(hazard)


@require_POST
@guarded(policies.may_decline, load=queries.hazard_for)
def decline(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    reason = SeenForm(request.POST).require()["words"]
    reporting.decline_hazard(hazard, reason, by=actor(request), at=now())
    messages.success(request, "已答复上报人不予受理。")
    return _back(hazard)


@require_POST
@handling
def assign(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    workers = queries.workers_of(hazard.organization)
    to = AssignForm(request.POST, workers=workers, masked=True).require()["to"]
    rectifying.assign_hazard(hazard, to.person, by=actor(request), at=now())
    messages.success(request, "已指派。责任人有账号的会收到通知；没有账号的请当面告知。")
    return _back(hazard)


@require_POST
@handling
def reassign(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    workers = queries.workers_of(hazard.organization)
    read = ReassignForm(request.POST, workers=workers, masked=True).require()
    by, at = actor(request), now()
    rectifying.reassign_hazard(hazard, read["to"].person, read["words"], by=by, at=at)
    messages.success(request, "已改派，期限不变。新的责任人有账号的会收到通知。")
    return _back(hazard)


@require_POST
@seen
def rectify(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    by, at = actor(request), now()
    read = ProofForm(request.POST, request.FILES).require()
    photos = keep_photos(read["photos"], by=by, at=at)
    rectifying.rectify_hazard(hazard, read["words"], photos, by=by, at=at)
    messages.success(request, "整改已提交，等他人复查。")
    return _back(hazard)


@require_POST
@seen
def recheck(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    """Passed or not; who may is asked by the service, which knows who rectified."""
    by, at = actor(request), now()
    read = SeenForm(request.POST, request.FILES).require()
    photos = keep_photos(read["photos"], by=by, at=at)
    if read["found"] == "gone":
        rectifying.close_hazard(hazard, read["words"], by=by, at=at, photos=photos)
        messages.success(request, "复查通过，隐患已销号。")
    else:
        rectifying.refuse_rectification(hazard, read["words"], by=by, at=at, photos=photos)
        messages.success(request, "已退回继续整改，责任人会收到通知。")
    return _back(hazard)


@require_POST
@guarded(policies.may_revisit, load=queries.hazard_for)
def revisit(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    by, at = actor(request), now()
    read = SeenForm(request.POST, request.FILES).require()
    photos = keep_photos(read["photos"], by=by, at=at)
    still = read["found"] != "gone"
    rectifying.revisit_hazard(hazard, read["words"], still_there=still, by=by, at=at, photos=photos)
    messages.success(request, "隐患仍在，已重新打开。" if still else "复访已登记。")
    return _back(hazard)


@require_POST
@guarded(policies.may_reopen, load=queries.hazard_for)
def reopen(request: HttpRequest, hazard: Hazard) -> HttpResponse:
    by, at = actor(request), now()
    read = SeenForm(request.POST, request.FILES).require()
    photos = keep_photos(read["photos"], by=by, at=at)
    reporting.reopen_hazard(hazard, read["words"], by=by, at=at, photos=photos)
    messages.success(request, "已重新打开。")
    return _back(hazard)


def _back(hazard: Hazard) -> HttpResponse:
    return redirect("hazards:hazard", uid=hazard.uid)


def _context(user: User, hazard: Hazard) -> dict[str, Any]:
    at = now()
    order = queries.order_of(hazard)
    acts = shown.acts_open_to(user, hazard, order, at)
    masked = not policies.keeps(user, hazard.organization)
    words, tone = shown.clock_of(hazard, at)
    supervising = policies.supervises(user)
    workers = queries.workers_of(hazard.organization)
    others = workers.exclude(person=order.responsible) if order else workers
    return {
        "hazard": hazard,
        "tone": shown.TONES[Status(hazard.status)],
        "clock": words,
        "clock_tone": tone,
        "steps": shown.steps_of(hazard),
        "order": order,
        "orders": queries.orders_of(hazard),
        "masked": masked,
        "acts": acts,
        "turn": shown.whose_turn(hazard, order),
        "assign_form": AssignForm(workers=workers, masked=masked) if acts.assign else None,
        "reassign_form": ReassignForm(workers=others, masked=masked, auto_id="reassign_%s")
        if acts.reassign
        else None,
        "proof_form": ProofForm(auto_id="proof_%s") if acts.rectify else None,
        "history": queries.acts_of(hazard),
        "risk": shown.risk_name(hazard),
        "place": code_name(System.GB_T_2260, hazard.district),
        "source": queries.source_word(hazard, policies.shows_source(user, hazard)),
        "supervising": supervising,
    }
