"""The desk of those who keep item banks: the banks, a bank's ledger, its holes and twins."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.assessments import queries, services
from anlan.assessments.bank_forms import (
    CodesForm,
    ItemFilterForm,
    NewBankForm,
    chosen_ids,
    industries,
)
from anlan.assessments.models import Bank, Difficulty, Item, ItemKind
from anlan.assessments.policies import may_keep, may_keep_banks, may_set_papers
from anlan.assessments.services.exports import FORMATS, shown_of
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.policies import is_city_official
from anlan.foundation.files.responses import send_bytes
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput

ROWS = 50
MOST_AT_ONCE = 5000
PAIRS = 30


@require_GET
@guarded(may_keep_banks)
def banks(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    lines = queries.bank_stats(queries.banks_for(user))
    context = {
        "lines": lines,
        "table": queries.industry_table(industries()) if is_city_official(user) else [],
        "sets_papers": may_set_papers(user),
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
    filters = ItemFilterForm(request.GET, trades=queries.trades_in(bank))
    found = queries.with_parts(queries.items_found(bank, **filters.wanted()))
    context = {
        "bank": bank,
        "filters": filters,
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "industries": industries(),
        "uploads": bank.uploads.select_related("file", "by").order_by("-at")[:5],
        "codes": CodesForm(),
        "waiting": queries.status_counts(bank)["review"],
        "me": actor(request),
    }
    fragment = request.headers.get("HX-Request")
    return render(request, f"assessments/{'_items' if fragment else 'bank'}.html", context)


@require_POST
@guarded(may_keep, load=queries.bank_for)
def act(request: HttpRequest, bank: Bank) -> HttpResponse:
    """Approve or code the ticked items, or all that the filters find."""
    user, at = actor(request), now()
    if request.POST.get("all"):
        filters = ItemFilterForm(request.GET, trades=queries.trades_in(bank))
        items = list(queries.items_found(bank, **filters.wanted())[: MOST_AT_ONCE + 1])
    else:
        items = queries.chosen_items(bank, chosen_ids(request.POST))
    if len(items) > MOST_AT_ONCE:
        raise BadInput(f"一次最多处理 {MOST_AT_ONCE} 题。", "请收窄筛选条件。")
    if request.POST.get("act") == "approve":
        done = services.approve_items(bank, items, by=user, at=at)
        left = sum(item.status == "review" for item in items)
        rest = f"另有 {left} 题由您编写或导入，要请别的同事审核。" if left else ""
        messages.success(request, f"{done} 题已审核通过，可以抽到试卷里了。{rest}")
    else:
        _code(request, bank, items)
    return redirect(f"{request.path.removesuffix('act')}?{request.GET.urlencode()}")


def _code(request: HttpRequest, bank: Bank, items: list[Item]) -> None:
    form = CodesForm(request.POST)
    if not form.is_valid():
        raise BadInput("要设置的内容没有读懂。", "请在列表里重新选择。")
    done = services.code_items(
        bank,
        items,
        form.facts(),
        roles=form.chosen_roles(),
        trades=form.chosen_trades(),
        by=actor(request),
        at=now(),
    )
    messages.success(request, f"{done} 题已设置。")


@require_GET
@guarded(may_keep, load=queries.bank_for)
def coverage(request: HttpRequest, bank: Bank) -> HttpResponse:
    lines = queries.coverage(bank.items.all())
    context = {
        "bank": bank,
        "lines": lines,
        "kinds": list(ItemKind),
        "levels": list(Difficulty),
        "columns": queries.COLUMNS,
        "holes": sum(1 for line in lines if line.risk and not line.total),
        "total": sum(line.total for line in lines),
    }
    return render(request, "assessments/coverage.html", context)


@require_GET
@guarded(may_keep, load=queries.bank_for)
def twins(request: HttpRequest, bank: Bank) -> HttpResponse:
    share = rulebook(local_date(now())).number("bank.near_share")
    found = queries.twins(bank, share=share)
    page = Paginator(found, PAIRS).get_page(request.GET.get("page"))
    context = {"bank": bank, "page": page, "count": len(found), "percent": round(share * 100)}
    return render(request, "assessments/twins.html", context)


@require_POST
@guarded(may_keep, load=queries.pair_for)
def decide_twins(request: HttpRequest, pair: tuple[Item, Item]) -> HttpResponse:
    """Keep both, or retire one of the two."""
    first, second = pair
    user, at, wish = actor(request), now(), request.POST.get("keep")
    if wish == "both":
        services.keep_both(first, second, by=user, at=at)
        messages.success(request, "两道都保留，以后不再提示。")
    elif wish in {"first", "second"}:
        stays, goes = (first, second) if wish == "first" else (second, first)
        services.retire_item(goes, by=user, at=at, reason=f"与题目 {stays.key} 重复")
        messages.success(request, f"题目 {goes.key} 已停用，保留 {stays.key}。")
    else:
        raise BadInput("没有选择怎么处理。", "请选择保留哪一道。")
    return redirect("assessments:twins", uid=first.bank.uid)


@guarded(may_keep, load=queries.bank_for)
def export(request: HttpRequest, bank: Bank) -> HttpResponse:
    """The formats to choose from; a POST answers with the file."""
    items = queries.items_to_export(bank)
    if request.method != "POST":
        shown = [shown_of(item) for item in items]
        fitting = [(one, sum(map(one.fits, shown))) for one in FORMATS.values()]
        rows = [(one, fits, len(shown) - fits) for one, fits in fitting]
        return render(request, "assessments/export.html", {"bank": bank, "rows": rows})
    done = services.export_bank(
        bank, items, request.POST.get("format", ""), by=actor(request), at=now()
    )
    return send_bytes(done.content, done.name, done.content_type)
