"""The lists of visits: the officials' ledger, the enterprise's page, the expert's phone."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded
from anlan.lib.dates import day_bounds, local_date
from anlan.lib.refusals import BadInput
from anlan.visits import policies, shown
from anlan.visits.forms.visits import LedgerFilters, OrderForm, RequestForm
from anlan.visits.models import Status
from anlan.visits.queries import ahead, inspections
from anlan.visits.queries import visits as queries
from anlan.visits.services import arranging

PER_PAGE = 30
SHOWN = 20
TO_FINISH = (Status.ASSIGNED, Status.RUNNING, Status.VISITED, Status.CONTESTED)


@require_GET
@guarded(policies.may_use_ledger)
def ledger(request: HttpRequest) -> HttpResponse:
    """Visits in the user's reach, oldest clock first."""
    user, at = actor(request), now()
    filters = LedgerFilters(request.GET)
    found = queries.narrowed(queries.visible_to(user), filters.wanted(), user=user, at=at)
    page = Paginator(queries.oldest_clock_first(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "filtered": bool(request.GET),
        "page": page,
        "lines": shown.lines(page.object_list, at),
        "may_order": policies.decides_somewhere(user),
        "waiting": queries.waiting_for(user, at).count(),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"visits/{'_rows' if fragment else 'ledger'}.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.decides_somewhere)
def order(request: HttpRequest) -> HttpResponse:
    """An official has an enterprise looked at."""
    user = actor(request)
    sent = request.method == "POST"
    form = OrderForm(
        request.POST if sent else None, initial={"employer": request.GET.get("employer", "")}
    )
    if not sent or not form.is_valid():
        return render(request, "visits/order.html", {"form": form}, status=422 if sent else 200)
    typed = form.cleaned_data["employer"]
    organization = queries.employer_called(user, typed)
    if organization is None or not policies.decides_in(user, organization.district):
        raise BadInput(f"辖区内没有找到「{typed}」。", "请填写登记的单位全称或统一社会信用代码。")
    visit = arranging.order_visit(organization, form.cleaned_data["reason"], by=user, at=now())
    messages.success(request, "已安排，企业会收到通知。请派专家。")
    return redirect("visits:visit", uid=visit.uid)


@require_http_methods(["GET", "POST"])
@guarded(policies.is_officer)
def ask(request: HttpRequest) -> HttpResponse:
    """The enterprise asks for an expert."""
    user = actor(request)
    organization = queries.employer_of(user)
    sent = request.method == "POST"
    form = RequestForm(request.POST if sent else None)
    if organization is None or not sent or not form.is_valid():
        status = 422 if sent and organization else 200
        context = {
            "form": form if organization else None,
            "ahead": queries.ahead_of(organization) if organization else None,
        }
        return render(request, "visits/ask.html", context, status=status)
    wish = form.cleaned_data["wish"]
    visit = arranging.request_visit(organization, wish, by=user, at=now())
    messages.success(request, "已申请，区县会派一位本行业的专家。")
    return redirect("visits:visit", uid=visit.uid)


@require_GET
@guarded(policies.is_officer)
def mine(request: HttpRequest) -> HttpResponse:
    """The enterprise's own visits and self-inspections."""
    user, at = actor(request), now()
    organization = queries.employer_of(user)
    context: dict[str, Any] = {"organization": organization}
    if organization is not None:
        context |= {
            "next": ahead.next_steps(organization, at),
            "days": ahead.inspection_days(organization.key_industry, at),
            "ahead": queries.ahead_of(organization),
            "lines": shown.lines(queries.visits_of(organization)[:SHOWN], at),
            "checks": inspections.self_checks_of(organization)[:SHOWN],
        }
    return render(request, "visits/mine.html", context)


@require_GET
@guarded(policies.is_expert)
def today(request: HttpRequest) -> HttpResponse:
    """The expert's phone: today, what comes, what is to be finished."""
    user, at = actor(request), now()
    first, after = day_bounds(local_date(at))
    own = queries.visits_by(user)
    booked = own.filter(status=Status.BOOKED).order_by("booked_at", "id")
    context = {
        "today": shown.lines(booked.filter(booked_at__lt=after), at),
        "coming": shown.lines(booked.filter(booked_at__gte=after), at),
        "unfinished": shown.lines(own.filter(status__in=TO_FINISH).order_by("due_at", "id"), at),
        "others": shown.lines(
            own.exclude(status__in=(*TO_FINISH, Status.BOOKED)).order_by("-requested_at")[:SHOWN],
            at,
        ),
        "begins": first,
    }
    return render(request, "visits/today.html", context)
