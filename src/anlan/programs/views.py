"""The ledger of projects and a new one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.ui.formats import yuan
from anlan.lib.dates import local_date
from anlan.programs import policies, queries, services
from anlan.programs.forms import FilterForm, ProjectForm
from anlan.programs.models import Project

PAGE = 30


@dataclass(frozen=True)
class Line:
    """A row of the ledger: its industry as a word, its state, what it may cost."""

    project: Project
    trade: str
    state: str
    tone: str
    budget: Decimal


@require_GET
@guarded(policies.may_use_ledger)
def ledger(request: HttpRequest) -> HttpResponse:
    form, today = FilterForm(request.GET), local_date(now())
    rows = queries.filtered(Project.objects.all(), on=today, **form.wanted())
    sums = queries.totals(rows)
    context = {
        "filters": form,
        "page": _page(rows, request.GET.get("page"), today),
        "totals": [("计划", f"{sums.people:,} 人次"), ("预算", yuan(sums.budget))],
        "may_add": policies.may_add(actor(request)),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "programs/_rows.html" if fragment else "programs/ledger.html"
    return render(request, page, context)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_add)
def add(request: HttpRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = services.add_project(by=actor(request), at=now(), **form.cleaned_data)
        messages.success(request, f"已立项「{project.title}」，培训机构现在可以据此申请开班。")
        return redirect("programs:ledger")
    return render(request, "programs/add.html", {"form": form}, status=422 if form.errors else 200)


def _page(rows: QuerySet[Project], number: str | None, today: date) -> Page[Any]:
    page: Page[Any] = Paginator(rows, PAGE).get_page(number)
    page.object_list = [_line(project, today) for project in page.object_list]
    return page


def _line(project: Project, today: date) -> Line:
    state, tone = "执行中", "run"
    if today < project.since:
        state, tone = "未开始", "wait"
    elif today > project.until:
        state, tone = "已结束", "idle"
    trade = codes.code_name(System.KEY_INDUSTRY, project.industry) if project.industry else "不限"
    budget = project.quota_people * project.unit_price
    return Line(project=project, trade=trade, state=state, tone=tone, budget=budget)
