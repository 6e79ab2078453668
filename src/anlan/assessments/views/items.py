"""One item: its record, its editor, its way through review."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.assessments import queries, services
from anlan.assessments.bank_forms import ItemForm, ReasonForm, industries
from anlan.assessments.models import Bank, Item, ItemFigures
from anlan.assessments.policies import may_approve, may_keep
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput


@require_GET
@guarded(may_keep, load=queries.item_for)
def item(request: HttpRequest, item: Item) -> HttpResponse:
    second = rulebook(local_date(now())).flag("bank.second_pair_of_eyes")
    figures = ItemFigures.objects.filter(item=item).select_related("item").first()
    codes = queries.codes_by_kind(item)
    context = {
        "item": item,
        "bank": item.bank,
        "versions": queries.versions_of(item),
        "figures": figures,
        "options": queries.option_totals(figures) if figures else [],
        "may_approve": may_approve(actor(request), item, second=second),
        "industry": dict(industries()).get(item.industry, "全行业通用"),
        "risk": item.risk_label or "未标",
        "roles": [code_name(System.OCCUPATION_ROLE, code) for code in codes["role"]],
        "trades": codes["trade"],
    }
    return render(request, "assessments/item.html", context)


@guarded(may_keep, load=queries.bank_for)
def new_item(request: HttpRequest, bank: Bank) -> HttpResponse:
    form = ItemForm(request.POST or None, request.FILES or None)
    context = {"bank": bank, "form": form, "item": None}
    if not form.is_valid():
        return render(request, "assessments/edit_item.html", context)
    submit = request.POST.get("act") == "submit"
    try:
        made = services.write_item(bank, form.written(submit=submit), by=actor(request), at=now())
    except BadInput as wrong:
        form.add_error(None, f"{wrong.message}{wrong.next_step}")
        return render(request, "assessments/edit_item.html", context, status=wrong.status)
    messages.success(request, "题目已送审。" if submit else "草稿已保存。")
    return redirect("assessments:item", pk=made.pk)


@guarded(may_keep, load=queries.item_for)
def edit_item(request: HttpRequest, item: Item) -> HttpResponse:
    form = ItemForm(request.POST or None, request.FILES or None, item=item)
    context = {"bank": item.bank, "form": form, "item": item}
    if not form.is_valid():
        return render(request, "assessments/edit_item.html", context)
    submit = request.POST.get("act") == "submit"
    try:
        made = services.rewrite_item(item, form.written(submit=submit), by=actor(request), at=now())
    except BadInput as wrong:
        form.add_error(None, f"{wrong.message}{wrong.next_step}")
        return render(request, "assessments/edit_item.html", context, status=wrong.status)
    if made.pk != item.pk:
        messages.success(request, "已存为新版本，审核通过后替换原题；原题已考的试卷不变。")
    else:
        messages.success(request, "题目已送审。" if submit else "修改已保存为草稿。")
    return redirect("assessments:item", pk=made.pk)


@require_POST
@guarded(may_keep, load=queries.item_for)
def submit(request: HttpRequest, item: Item) -> HttpResponse:
    services.submit_item(item, by=actor(request), at=now())
    messages.success(request, f"题目 {item.key} 已送审。")
    return redirect("assessments:item", pk=item.pk)


@require_POST
@guarded(may_keep, load=queries.item_for)
def approve(request: HttpRequest, item: Item) -> HttpResponse:
    services.approve_items(item.bank, [item], by=actor(request), at=now())
    messages.success(request, f"题目 {item.key} 已审核通过，可以抽到试卷里了。")
    return redirect("assessments:item", pk=item.pk)


@require_POST
@guarded(may_keep, load=queries.item_for)
def send_back(request: HttpRequest, item: Item) -> HttpResponse:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    services.return_item(item, reason=reason, by=actor(request), at=now())
    messages.success(request, f"题目 {item.key} 已退回修改。")
    return redirect("assessments:item", pk=item.pk)


@require_POST
@guarded(may_keep, load=queries.item_for)
def retire(request: HttpRequest, item: Item) -> HttpResponse:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else "管理员停用"
    services.retire_item(item, by=actor(request), at=now(), reason=reason)
    messages.success(request, f"题目 {item.key} 已停用，以后组卷不再抽到它。")
    return redirect("assessments:bank", uid=item.bank.uid)
