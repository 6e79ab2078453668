"""The registration guide: account, organisation, check and send; open to everybody."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from anlan.foundation.accounts.guards import public
from anlan.foundation.accounts.models import User
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.ui.parts import Step
from anlan.organizations import guide, services
from anlan.organizations.forms import AccountForm, OrganizationForm, facts_of
from anlan.organizations.models import Kind

WHY = "an enterprise registers itself; an official decides before it can do anything"


@public(WHY)
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """First step: who registers. Somebody who is logged in has no need of it."""
    if isinstance(request.user, User):
        return redirect("organizations:register_organization")
    draft = guide.Draft(request.session)
    form = AccountForm(request.POST or None, initial=draft.account)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        draft.keep_account(
            person_name=clean["person_name"],
            username=clean["username"],
            password=clean["password"],
        )
        return redirect("organizations:register_organization")
    return _step(request, "organizations/register_account.html", 0, form=form)


@public(WHY)
@require_http_methods(["GET", "POST"])
def organization(request: HttpRequest) -> HttpResponse:
    """Second step: the organisation. What was typed is kept even when it is not right yet."""
    draft = guide.Draft(request.session)
    if not isinstance(request.user, User) and not draft.account:
        return redirect("organizations:register")
    if request.method != "POST":
        form = OrganizationForm(initial=draft.facts)
        return _step(request, "organizations/register_organization.html", 1, form=form)
    form = OrganizationForm(request.POST)
    if form.is_valid():
        draft.keep_facts(dict(form.facts()), checked=True)
        return redirect("organizations:register_check")
    draft.keep_facts(_typed(request), checked=False)
    return _step(request, "organizations/register_organization.html", 1, form=form)


@public(WHY)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Saves the second step as it is typed."""
    draft = guide.Draft(request.session)
    if isinstance(request.user, User) or draft.account:
        draft.keep_facts(_typed(request), checked=False)
    return HttpResponse(status=204)


@public(WHY)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Last step: read it once more, then send. Account and organisation begin together."""
    draft = guide.Draft(request.session)
    if not draft.checked:
        return redirect("organizations:register_organization")
    facts = facts_of(draft.facts)
    if request.method != "POST":
        return _step(
            request,
            "organizations/register_check.html",
            2,
            account=draft.account,
            place=codes.code_name(System.GB_T_2260, facts["district"]),
            facts=_read_back(facts),
        )
    at = now()
    if isinstance(request.user, User):
        made = services.register_organization(by=request.user, at=at, **facts)
    else:
        made, user = services.register_newcomer(account=draft.account, at=at, **facts)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    draft.forget()
    return redirect("organizations:record", uid=made.uid)


def _typed(request: HttpRequest) -> dict[str, object]:
    values: dict[str, object] = {
        name: request.POST.get(name, "") for name in OrganizationForm.base_fields
    }
    values["hazardous"] = "hazardous" in request.POST
    return values


def _read_back(facts: services.Facts) -> list[tuple[str, object]]:
    key = codes.key_industry_of(facts["industry"], facts["hazardous"])
    industry = codes.code_name(System.GB_T_4754, facts["industry"])
    return [
        ("单位全称", facts["name"]),
        ("信用代码", facts["uscc"]),
        ("类型", Kind(facts["kind"]).label),
        ("行业", f"{industry} {facts['industry']}"),
        ("危化许可", "有" if facts["hazardous"] else "无"),
        ("按重点行业", codes.code_name(System.KEY_INDUSTRY, key)),
        ("区县", codes.code_name(System.GB_T_2260, facts["district"])),
        ("职工人数", f"{facts['headcount']:,} 人"),
        ("地址", facts["address"]),
        ("联系人", f"{facts['contact_name']} {facts['contact_phone']}"),
    ]


def _step(request: HttpRequest, template: str, at: int, **context: object) -> HttpResponse:
    form = context.get("form")
    wrong = bool(getattr(form, "errors", None))
    context["steps"] = _steps(request, at)
    return render(request, template, context, status=422 if wrong else 200)


def _steps(request: HttpRequest, at: int) -> list[Step]:
    names = ("register", "register_organization", "register_check")
    urls = [reverse(f"organizations:{name}") for name in names]
    return guide.steps(at, with_account=not isinstance(request.user, User), urls=urls)
