"""The registration guide: account, organisation, check and send; open to everybody."""

from typing import Any

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
from anlan.lib.refusals import Refused
from anlan.organizations import guide, services
from anlan.organizations.forms import AccountForm, OrganizationForm, facts_of
from anlan.organizations.licence_forms import typed_in
from anlan.organizations.licence_in_forms import GuideOwner, answer, shown
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
    draft.allow_photo()
    if request.method != "POST":
        return _organization(request, OrganizationForm(initial=draft.facts), draft.facts)
    if act := request.POST.get("act", ""):
        return _with_photo(request, draft, act)
    form = OrganizationForm(request.POST)
    if form.is_valid():
        draft.keep_facts(dict(form.facts()), checked=True)
        return redirect("organizations:register_check")
    draft.keep_facts(typed_in(request), checked=False)
    return _organization(request, form, typed_in(request))


@public(WHY)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Saves the second step as it is typed."""
    draft = guide.Draft(request.session)
    if isinstance(request.user, User) or draft.account:
        draft.keep_facts(typed_in(request), checked=False)
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
            **shown(_owner(request, draft), draft.facts),
        )
    at, key = now(), draft.photo_key
    if isinstance(request.user, User):
        by = request.user
        made = services.register_organization(by=by, at=at, photographed=key, **facts)
    else:
        words: dict[str, Any] = {"account": draft.account, "photographed": key}
        made, user = services.register_newcomer(at=at, **words, **facts)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    draft.forget()
    return redirect("organizations:record", uid=made.uid)


def _with_photo(request: HttpRequest, draft: guide.Draft, act: str) -> HttpResponse:
    """An act of the photograph's: the form comes back with all that it held."""
    done = answer(request, act, typed_in(request), _owner(request, draft))
    if act != "look":
        draft.keep_facts(done.typed, checked=False)
    form = OrganizationForm(initial=done.typed)
    return _organization(request, form, done.typed, refused=done.refused, status=done.status)


def _owner(request: HttpRequest, draft: guide.Draft) -> GuideOwner:
    return GuideOwner(draft.photo_key, str(request.META.get("REMOTE_ADDR", "")), now())


def _organization(
    request: HttpRequest,
    form: OrganizationForm,
    typed: dict[str, Any],
    *,
    refused: Refused | None = None,
    status: int = 0,
) -> HttpResponse:
    draft = guide.Draft(request.session)
    more = shown(_owner(request, draft), typed, refused)
    page = "organizations/register_organization.html"
    return _step(request, page, 1, status=status, form=form, **more)


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
        ("法定代表人", facts.get("legal_person") or "未填"),
        ("成立日期", facts.get("founded") or "未填"),
        ("主体类型", facts.get("licence_kind") or "未填"),
        ("联系人", f"{facts['contact_name']} {facts['contact_phone']}"),
    ]


def _step(
    request: HttpRequest, template: str, at: int, *, status: int = 0, **context: object
) -> HttpResponse:
    form = context.get("form")
    wrong = bool(getattr(form, "errors", None))
    context["steps"] = _steps(request, at)
    return render(request, template, context, status=status or (422 if wrong else 200))


def _steps(request: HttpRequest, at: int) -> list[Step]:
    names = ("register", "register_organization", "register_check")
    urls = [reverse(f"organizations:{name}") for name in names]
    return guide.steps(at, with_account=not isinstance(request.user, User), urls=urls)
