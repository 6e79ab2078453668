"""The lists: what holds, older versions, a draft to write in."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import choices
from anlan.foundation.files.responses import send_bytes
from anlan.lib.dates import local_date
from anlan.visits import policies
from anlan.visits.forms.checklists import IssueForm, ItemForm, SheetForm
from anlan.visits.models import Checklist, Issue, Item
from anlan.visits.queries import checklists as queries
from anlan.visits.services import checklists as services
from anlan.visits.sheets import checklist_sheet, read_checklist

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
editing = guarded(policies.may_edit, load=queries.checklist_for)


@require_GET
@guarded(policies.may_read_lists)
def overview(request: HttpRequest) -> HttpResponse:
    """One line for each industry: what holds, what is being written, what held before."""
    day, edits = local_date(now()), policies.edits_lists(actor(request))
    versions = list(queries.all_versions())
    rows = []
    for industry, name in [("", "通用"), *choices(System.KEY_INDUSTRY)]:
        own = [one for one in versions if one.industry == industry]
        if not own and not edits:
            continue
        held = queries.held_of(own, day)
        rows.append(
            {
                "industry": industry,
                "name": name,
                "held": held,
                "draft": next((one for one in own if one.status == Issue.DRAFT), None),
                "others": [one for one in own if one.status == Issue.ISSUED and one != held],
            }
        )
    return render(request, "visits/checklists.html", {"rows": rows, "edits": edits})


@require_GET
@guarded(policies.may_see_list, load=queries.checklist_for)
def checklist(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    edits = policies.edits_lists(actor(request))
    draft = checklist.status == Issue.DRAFT
    context = {
        "checklist": checklist,
        "items": [(one, queries.risk_word(one.risk)) for one in checklist.items.all()],
        "draft": draft,
        "edits": edits,
        "industry": queries.industry_word(checklist.industry),
        "other_draft": queries.draft_of(checklist.industry) if edits and not draft else None,
        "item_form": ItemForm() if edits and draft else None,
        "issue_form": IssueForm(initial={"valid_from": local_date(now())})
        if edits and draft
        else None,
        "sheet_form": SheetForm() if edits and draft else None,
    }
    return render(request, "visits/checklist.html", context)


@require_GET
@guarded(policies.may_see_list, load=queries.checklist_for)
def export(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    sheet = checklist_sheet(checklist, checklist.items.all())
    return send_bytes(sheet, f"{checklist.title}-第{checklist.number}版.xlsx", XLSX)


@require_POST
@guarded(policies.edits_lists)
def draft(request: HttpRequest) -> HttpResponse:
    industry = request.POST.get("industry", "")
    draft = services.draft_checklist(industry, by=actor(request), at=now())
    return redirect("visits:checklist", uid=draft.uid)


def item_for(user: User, uid: uuid.UUID, key: str) -> Item:
    checklist = queries.checklist_for(user, uid)
    return Item.objects.select_related("checklist").get(checklist=checklist, key=key)


def may_write(user: User, item: Item) -> bool:
    return policies.may_edit(user, item.checklist)


@require_http_methods(["GET", "POST"])
@guarded(may_write, load=item_for)
def item(request: HttpRequest, item: Item) -> HttpResponse:
    """One item of a draft: the form, or what it sends."""
    sent = request.method == "POST"
    facts: dict[str, Any] = {name: getattr(item, name) for name in ItemForm.base_fields}
    form = ItemForm(request.POST if sent else None, initial=facts)
    if sent and form.is_valid():
        services.write_item(item.checklist, form.wording(), by=actor(request), at=now())
        messages.success(request, "已改。")
        return redirect("visits:checklist", uid=item.checklist.uid)
    context = {"form": form, "item": item}
    return render(request, "visits/item.html", context, status=422 if sent else 200)


@require_POST
@editing
def add(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    wording = ItemForm(request.POST).wording()
    services.write_item(checklist, wording, by=actor(request), at=now())
    messages.success(request, "已加在最后。")
    return redirect("visits:checklist", uid=checklist.uid)


@require_POST
@guarded(may_write, load=item_for)
def remove(request: HttpRequest, item: Item) -> HttpResponse:
    checklist = item.checklist
    services.remove_item(checklist, item, by=actor(request), at=now())
    messages.success(request, "已删除这一项。")
    return redirect("visits:checklist", uid=checklist.uid)


@require_POST
@editing
def fill(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    """A spreadsheet in place of the draft's items."""
    file = SheetForm(request.POST, request.FILES).require()["file"]
    rows = read_checklist(file.read(), file.name or "")
    services.fill_draft(checklist, rows, by=actor(request), at=now())
    messages.success(request, f"已导入 {len(rows)} 项。")
    return redirect("visits:checklist", uid=checklist.uid)


@require_POST
@editing
def issue(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    read = IssueForm(request.POST).require()
    services.issue_checklist(
        checklist, read["valid_from"], read["note"], by=actor(request), at=now()
    )
    messages.success(request, "已发布。到启用日期起，新开始的检查用这一版。")
    return redirect("visits:checklist", uid=checklist.uid)


@require_POST
@editing
def discard(request: HttpRequest, checklist: Checklist) -> HttpResponse:
    services.discard_draft(checklist, by=actor(request), at=now())
    messages.success(request, "草稿已放弃，在用的清单没有变。")
    return redirect("visits:checklists")
