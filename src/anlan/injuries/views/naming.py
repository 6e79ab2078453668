"""Names that no enterprise of ours bears: one at a time, three candidates, one key each."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.injuries import policies
from anlan.injuries.forms.naming import NamingForm, SearchForm
from anlan.injuries.models import EmployerName
from anlan.injuries.queries import naming as queries
from anlan.injuries.services import naming
from anlan.lib.refusals import BadInput
from anlan.organizations import queries as organizations

SHOWN, DECIDED, FOUND = 40, 10, 10


@require_http_methods(["GET", "POST"])
@guarded(policies.may_import)
def names(request: HttpRequest) -> HttpResponse:
    """The name that most waits for, or the one asked for; a decision leads to the next."""
    if request.method == "POST":
        return _decide(request)
    waiting = queries.waiting_names()
    chosen = _chosen(request, waiting)
    search = SearchForm(request.GET)
    asked = search.cleaned_data["q"].strip() if search.is_valid() else ""
    context: dict[str, Any] = {
        "waiting": waiting[:SHOWN],
        "more": max(0, len(waiting) - SHOWN),
        "total": len(waiting),
        "chosen": chosen,
        "search": search,
        "asked": asked,
        "codes_waiting": queries.codes_waiting(),
        "decided": queries.decisions_for(actor(request)).filter(undone_at=None)[:DECIDED],
    }
    if chosen is not None:
        districts, first, last = queries.places_of(chosen)
        context |= {
            "candidates": [
                _shown(c.organization, c.share) for c in queries.candidates(chosen.name)
            ],
            "found": [_shown(one) for one in _search(request, asked)] if asked else [],
            "districts": [codes.code_name(System.GB_T_2260, one) for one in districts],
            "first": first,
            "last": last,
        }
    return render(request, "injuries/names.html", context)


@require_POST
@guarded(policies.may_undo_naming, load=queries.decision_for)
def undo(request: HttpRequest, decision: EmployerName) -> HttpResponse:
    naming.undo_naming(decision, by=actor(request), at=now())
    messages.success(request, f"已撤销「{decision.name}」的核对，它又回到待核对。")
    return redirect("injuries:names")


def _decide(request: HttpRequest) -> HttpResponse:
    form = NamingForm(request.POST)
    if not form.is_valid():
        raise BadInput("还没有选是哪一家，或这一页已经过时。", "请刷新页面后再选。")
    clean = form.cleaned_data
    organization = None if clean["none"] else clean["organization"]
    made = naming.name_employer(
        clean["source"], clean["name"], organization, by=actor(request), at=now()
    )
    meant = f"对上「{organization.name}」" if organization else "记为不是平台上的单位"
    messages.success(request, f"「{made.name}」已{meant}，同一来源以后的文件照此办理。")
    return redirect("injuries:names")


def _chosen(request: HttpRequest, waiting: list[queries.Waiting]) -> queries.Waiting | None:
    source, name = request.GET.get("source", ""), request.GET.get("name", "")
    asked = (one for one in waiting if one.name == name and str(one.source.uid) == source)
    return next(asked, waiting[0] if waiting else None)


def _search(request: HttpRequest, text: str) -> list[Any]:
    rows = organizations.visible_to(actor(request)).filter(kind="employer")
    return list(organizations.filtered(rows, organizations.Filters(text=text))[:FOUND])


def _shown(organization: Any, share: float | None = None) -> dict[str, Any]:
    return {
        "one": organization,
        "share": None if share is None else round(share * 100),
        "place": codes.code_name(System.GB_T_2260, organization.district),
        "trade": codes.code_name(System.KEY_INDUSTRY, organization.key_industry),
    }
