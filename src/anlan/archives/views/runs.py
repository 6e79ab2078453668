"""Issuing and printing over many classes: order it, watch it, leave and come back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.archives import policies, queries, run_queries, services
from anlan.archives.forms import ReasonForm, RunForm
from anlan.archives.models import Certificate, IssueRun, RunKind, RunStatus
from anlan.foundation.accounts.guards import actor, guarded
from anlan.programs.models import Project

PAGE = 20
MOST_LISTED = 300
MOST_PROBLEMS = 200


@require_GET
@guarded(policies.may_issue_in_bulk)
def runs(request: HttpRequest) -> HttpResponse:
    """What was ordered so far, and the form for the next."""
    form = RunForm(project=_project(request), initial=_asked(request))
    return _runs(request, form)


@require_POST
@guarded(policies.may_issue_in_bulk)
def start(request: HttpRequest) -> HttpResponse:
    form = RunForm(request.POST, project=_project(request))
    if not form.is_valid():
        return _runs(request, form, status=422)
    said = form.cleaned_data
    run = services.start_run(
        RunKind(said["kind"]),
        list(said["classes"]),
        by=actor(request),
        at=now(),
        reason=said["reason"],
    )
    return redirect("archives:run", uid=run.uid)


@require_GET
@guarded(policies.may_use_run, load=run_queries.run_for)
def run(request: HttpRequest, one: IssueRun) -> HttpResponse:
    return render(request, "archives/run.html", _shown(one))


@require_GET
@guarded(policies.may_use_run, load=run_queries.run_for)
def run_progress(request: HttpRequest, one: IssueRun) -> HttpResponse:
    """The moving part; the whole page once it is over."""
    if request.headers.get("HX-Request") != "true":
        return redirect("archives:run", uid=one.uid)
    answer = render(request, "archives/_run.html", _shown(one))
    if one.status != RunStatus.OPEN:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@guarded(policies.may_use_run, load=run_queries.run_for)
def stop(request: HttpRequest, one: IssueRun) -> HttpResponse:
    services.stop_run(one, by=actor(request), at=now())
    messages.success(request, "已停止。已打印的证明保持有效，其余可随时继续。")
    return redirect("archives:run", uid=one.uid)


@require_POST
@guarded(policies.may_use_run, load=run_queries.run_for)
def resume(request: HttpRequest, one: IssueRun) -> HttpResponse:
    services.resume_run(one, by=actor(request), at=now())
    return redirect("archives:run", uid=one.uid)


@require_POST
@guarded(policies.may_print_again, load=queries.certificate_for)
def print_again(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The next version of one certificate's PDF, as after a corrected name."""
    form = ReasonForm(request.POST, prefix="print")
    if not form.is_valid():
        messages.error(request, "请写明重新打印的理由，理由会记入这张证明的存证记录。")
        return redirect("archives:certificate", uid=certificate.uid)
    reason = form.cleaned_data["reason"]
    services.order_print(certificate, by=actor(request), at=now(), reason=reason)
    messages.success(request, "已安排重新打印，几秒钟后生成新的一版。原来的各版保持不变。")
    return redirect("archives:certificate", uid=certificate.uid)


def _runs(request: HttpRequest, form: RunForm, status: int = 200) -> HttpResponse:
    project = _project(request)
    klasses = run_queries.closed_classes(project).select_related("provider", "closing")
    chosen = set(form["classes"].value() or []) if form.is_bound else set()
    context: dict[str, Any] = {
        "form": form,
        "project": project,
        "klasses": [(one, str(one.uid) in chosen) for one in klasses[:MOST_LISTED]],
        "count": klasses.count(),
        "most_listed": MOST_LISTED,
        "page": Paginator(run_queries.runs(), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "archives/runs.html", context, status=status)


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {"project": request.GET.get("project"), "kind": request.GET.get("kind", RunKind.ISSUE)}


def _project(request: HttpRequest) -> Project | None:
    asked = request.GET.get("project") or request.POST.get("project")
    found = run_queries.projects_with_closed_classes()
    return next((one for one in found if str(one.uid) == asked), None)


def _shown(one: IssueRun) -> dict[str, Any]:
    return {
        "run": one,
        "progress": run_queries.progress_of(one),
        "failed": run_queries.failed_items(one)[:MOST_PROBLEMS],
        "class_problems": one.classes.exclude(problem="").select_related("klass"),
        "is_open": one.status == RunStatus.OPEN,
        "is_stopped": one.status == RunStatus.STOPPED,
    }
