"""The desk of those who keep item banks."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.assessments import queries, services
from anlan.assessments.forms import (
    BANK_ENDINGS,
    BANK_MB,
    BankFileForm,
    ItemFilterForm,
    NewBankForm,
    RetireForm,
    industries,
)
from anlan.assessments.models import Bank, BankUpload, Item
from anlan.assessments.policies import may_keep, may_keep_banks
from anlan.assessments.problem_sheet import problem_sheet
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.policies import is_city_official
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.files.services import keep_upload

ROWS = 50


@require_GET
@guarded(may_keep_banks)
def banks(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    lines = queries.bank_stats(queries.banks_for(user))
    context = {
        "lines": lines,
        "table": queries.industry_table(industries()) if is_city_official(user) else [],
    }
    return render(request, "assessments/banks.html", context)


@guarded(may_keep_banks)
def new_bank(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    form = NewBankForm(
        request.POST or None, owners=queries.owners_for(user), city=is_city_official(user)
    )
    if not form.is_valid():
        return render(request, "assessments/new_bank.html", {"form": form})
    made = services.open_bank(
        title=form.cleaned_data["title"],
        owner=form.cleaned_data.get("owner"),
        source=form.cleaned_data["source"],
        by=user,
        at=now(),
    )
    return redirect("assessments:upload", uid=made.uid)


@require_GET
@guarded(may_keep, load=queries.bank_for)
def bank(request: HttpRequest, bank: Bank) -> HttpResponse:
    filters = ItemFilterForm(request.GET)
    found = queries.items_found(bank, **filters.wanted())
    context = {
        "bank": bank,
        "filters": filters,
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "industries": industries(),
        "uploads": bank.uploads.select_related("file", "by").order_by("-at")[:5],
    }
    fragment = request.headers.get("HX-Request")
    return render(request, f"assessments/{'_items' if fragment else 'bank'}.html", context)


@guarded(may_keep, load=queries.bank_for)
def upload(request: HttpRequest, bank: Bank) -> HttpResponse:
    form = BankFileForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        context = {"bank": bank, "form": form, "most_mb": BANK_MB}
        return render(request, "assessments/upload.html", context)
    at, user = now(), actor(request)
    kept = keep_upload(
        form.cleaned_data["file"], by=user, at=at, endings=BANK_ENDINGS, most_mb=BANK_MB
    )
    done = services.import_bank(bank, kept, by=user, at=at, industry=form.cleaned_data["industry"])
    return redirect("assessments:uploaded", uid=done.uid)


@require_GET
@guarded(may_keep, load=queries.upload_for)
def uploaded(request: HttpRequest, upload: BankUpload) -> HttpResponse:
    context = {"upload": upload, "runs": queries.problem_runs(upload)}
    return render(request, "assessments/uploaded.html", context)


@require_GET
@guarded(may_keep, load=queries.upload_for)
def problems(request: HttpRequest, upload: BankUpload) -> HttpResponse:
    name = f"{upload.file.name.rsplit('.', 1)[0]}-未导入的题目.xlsx"
    return send_bytes(problem_sheet(upload), name, XLSX)


@require_POST
@guarded(may_keep, load=queries.item_for)
def retire(request: HttpRequest, item: Item) -> HttpResponse:
    form = RetireForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else "管理员停用"
    services.retire_item(item, by=actor(request), at=now(), reason=reason)
    messages.success(request, f"题目 {item.key} 已停用，以后组卷不再抽到它。")
    return redirect("assessments:bank", uid=item.bank.uid)
