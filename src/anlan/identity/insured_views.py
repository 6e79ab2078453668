"""File in, file out: an employer's or official's own list compared with the insured list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ui.parts import Step, steps_until
from anlan.identity import policies
from anlan.identity.models import InsuredCheck, SealedStatus
from anlan.identity.outside_forms import CheckColumnsForm, EmployerForm, InsuredCheckForm
from anlan.identity.queries import insured as queries
from anlan.identity.services import insured_checks as acts
from anlan.identity.shown_outside import counts_of, first_rows, is_running
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization

MOST = 50


@require_GET
@guarded(policies.checks_insured)
def checks(request: HttpRequest) -> HttpResponse:
    """A safety officer's own enterprise; for officials the own checks, and which employer next."""
    user = actor(request)
    own = policies.own_organizations(user)
    if len(own) == 1 and not policies.supervises(user):
        return redirect("identity:insured_of", uid=own[0])
    form = EmployerForm(request.GET or None)
    found: list[Organization] = []
    if form.is_valid():
        text = form.cleaned_data["employer"].strip()
        rows = organizations.filtered(
            organizations.visible_to(user), organizations.Filters(text=text)
        )
        found = [one for one in rows[:MOST] if policies.may_check_insured(user, one)]
    context = {
        "form": form,
        "found": found,
        "checks": queries.checks_of_user(user)[:MOST],
        "complete_to": queries.complete_to(),
        "keeps_lists": policies.keeps_insured_lists(user),
    }
    return render(request, "identity/insured_checks.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_check_insured, load=organizations.organization_for)
def of(request: HttpRequest, organization: Organization) -> HttpResponse:
    """First step: the file; beside it what was compared before."""
    form = InsuredCheckForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = acts.upload_check(
            form.cleaned_data["file"], organization, by=actor(request), at=now()
        )
        return redirect("identity:insured_check_columns", uid=made.uid)
    context = {
        "form": form,
        "organization": organization,
        "checks": queries.checks_of_user(actor(request), organization)[:MOST],
        "complete_to": queries.complete_to(),
        "chose": policies.supervises(actor(request)),
        "steps": _steps(0),
    }
    status = 422 if form.errors else 200
    return render(request, "identity/insured_of.html", context, status=status)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_follow_insured_check, load=queries.insured_check_for)
def columns(request: HttpRequest, check: InsuredCheck) -> HttpResponse:
    if check.status != SealedStatus.UPLOADED or not check.key:
        return redirect("identity:insured_check", uid=check.uid)
    table = queries.table_of(check)
    guessed = {"sheet": check.sheet, **{key: str(at) for key, at in check.mapping.items()}}
    form = CheckColumnsForm(table, request.POST or None, initial=guessed)
    sheet = request.POST.get("sheet", check.sheet)
    other = sheet != check.sheet
    if request.method == "POST" and (form.is_valid() or other):
        mapping = {} if other else form.mapping()
        acts.start_check(check, mapping, sheet=sheet, by=actor(request), at=now())
        onward = "identity:insured_check_columns" if other else "identity:insured_check"
        return redirect(onward, uid=check.uid)
    context = {
        "form": form,
        "check": check,
        "table": table,
        "rows": first_rows(check),
        "steps": _steps(1),
    }
    status = 422 if form.errors else 200
    return render(request, "identity/insured_check_columns.html", context, status=status)


@require_GET
@guarded(policies.may_follow_insured_check, load=queries.insured_check_for)
def follow(request: HttpRequest, check: InsuredCheck) -> HttpResponse:
    if check.status == SealedStatus.UPLOADED and check.key:
        return redirect("identity:insured_check_columns", uid=check.uid)
    context = {
        "check": check,
        "running": is_running(check),
        "counts": counts_of(check),
        "there": check.result is not None and bool(check.key) and check.expires_at > now(),
        "steps": _steps(2 if check.finished_at is None else 3),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "identity/_insured_check_state.html" if fragment else "identity/insured_check.html"
    return render(request, page, context)


@require_POST
@guarded(policies.may_follow_insured_check, load=queries.insured_check_for)
def discard(request: HttpRequest, check: InsuredCheck) -> HttpResponse:
    acts.discard_check(check, by=actor(request), at=now())
    messages.success(request, "已放弃这份文件，文件已销毁。")
    return redirect("identity:insured_of", uid=check.organization.uid)


@require_GET
@guarded(policies.may_follow_insured_check, load=queries.insured_check_for)
def result(request: HttpRequest, check: InsuredCheck) -> HttpResponse:
    """The same rows, each with its result."""
    content = acts.take_check(check, by=actor(request), at=now())
    return send_bytes(content, f"{check.name.rsplit('.', 1)[0]}-参保核对.xlsx", XLSX)


def _steps(at: int) -> list[Step]:
    return steps_until(["上传文件", "核对列", "核对"], at)
