"""参保人员名单 at the city's desk: upload, columns, preview, import, what is in use."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ui.parts import Step, steps_until
from anlan.identity import policies
from anlan.identity.models import InsuredList, SealedStatus
from anlan.identity.outside_forms import InsuredListForm, ListColumnsForm, StopForm
from anlan.identity.queries import insured as queries
from anlan.identity.services import insured_lists as acts
from anlan.identity.sheets import bad_rows_sheet
from anlan.identity.shown_outside import in_force_to, is_running, preview_of, problems_of
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed

MOST = 50


@require_GET
@guarded(policies.keeps_insured_lists)
def lists(request: HttpRequest) -> HttpResponse:
    found = list(queries.lists_visible_to(actor(request))[:MOST])
    used = [one for one in found if one.in_force]
    context = {"lists": found, "rows": sum(one.rows_good for one in used)}
    return render(request, "identity/insured_lists.html", context | {"to": in_force_to(used)})


@require_http_methods(["GET", "POST"])
@guarded(policies.keeps_insured_lists)
def upload(request: HttpRequest) -> HttpResponse:
    form = InsuredListForm(
        request.POST or None, request.FILES or None, initial={"as_of": local_date(now())}
    )
    if request.method == "POST" and form.is_valid():
        made = acts.upload_list(
            form.cleaned_data["file"], **form.words(), by=actor(request), at=now()
        )
        return redirect("identity:insured_columns", uid=made.uid)
    context = {"form": form, "steps": _steps(0)}
    status = 422 if form.errors else 200
    return render(request, "identity/insured_upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
@guarded(policies.keeps_insured_list, load=queries.list_for)
def columns(request: HttpRequest, uploaded: InsuredList) -> HttpResponse:
    if uploaded.status != SealedStatus.UPLOADED:
        return redirect("identity:insured_list", uid=uploaded.uid)
    table = queries.table_of(uploaded)
    guessed = {"sheet": uploaded.sheet, **{key: str(at) for key, at in uploaded.mapping.items()}}
    form = ListColumnsForm(table, request.POST or None, initial=guessed)
    sheet = request.POST.get("sheet", uploaded.sheet)
    other = sheet != uploaded.sheet
    if request.method == "POST" and (form.is_valid() or other):
        mapping = {} if other else form.mapping()
        acts.choose_list_columns(uploaded, mapping, sheet=sheet, by=actor(request), at=now())
        onward = "identity:insured_columns" if other else "identity:insured_preview"
        return redirect(onward, uid=uploaded.uid)
    context = {"form": form, "uploaded": uploaded, "table": table, "steps": _steps(1)}
    status = 422 if form.errors else 200
    return render(request, "identity/insured_columns.html", context, status=status)


@require_http_methods(["GET", "POST"])
@guarded(policies.keeps_insured_list, load=queries.list_for)
def preview(request: HttpRequest, uploaded: InsuredList) -> HttpResponse:
    if uploaded.status != SealedStatus.UPLOADED:
        return redirect("identity:insured_list", uid=uploaded.uid)
    if request.method == "POST":
        acts.confirm_list(uploaded, by=actor(request), at=now())
        return redirect("identity:insured_list", uid=uploaded.uid)
    if not {"id_number", "uscc"} <= set(uploaded.mapping):
        return redirect("identity:insured_columns", uid=uploaded.uid)
    context = {"uploaded": uploaded, "preview": preview_of(uploaded), "steps": _steps(2)}
    return render(request, "identity/insured_preview.html", context)


@require_GET
@guarded(policies.keeps_insured_list, load=queries.list_for)
def follow(request: HttpRequest, uploaded: InsuredList) -> HttpResponse:
    if uploaded.status == SealedStatus.UPLOADED:
        return redirect("identity:insured_columns", uid=uploaded.uid)
    context = {
        "uploaded": uploaded,
        "running": is_running(uploaded),
        "form": StopForm(),
        "steps": _steps(3 if uploaded.finished_at is None else 4),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "identity/_insured_list_state.html" if fragment else "identity/insured_list.html"
    return render(request, page, context)


@require_POST
@guarded(policies.keeps_insured_list, load=queries.list_for)
def discard(request: HttpRequest, uploaded: InsuredList) -> HttpResponse:
    acts.discard_list(uploaded, by=actor(request), at=now())
    messages.success(request, "已放弃这份名单，文件已销毁。")
    return redirect("identity:insured_lists")


@require_POST
@guarded(policies.keeps_insured_list, load=queries.list_for)
def stop(request: HttpRequest, uploaded: InsuredList) -> HttpResponse:
    form = StopForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    acts.stop_list(uploaded, reason=reason, by=actor(request), at=now())
    messages.success(request, "这份名单已停用，里面的记录会删除。")
    return redirect("identity:insured_lists")


@require_GET
@guarded(policies.keeps_insured_list, load=queries.list_for)
def problems(request: HttpRequest, uploaded: InsuredList) -> HttpResponse:
    """The rows that can't be used, each with the reason."""
    if not uploaded.key:
        raise NotAllowed("原件已按期限销毁，不能再下载有问题的行。", "需要时请重新上传。")
    content = bad_rows_sheet(queries.table_of(uploaded), problems_of(uploaded))
    return send_bytes(content, f"{uploaded.name.rsplit('.', 1)[0]}-有问题的行.xlsx", XLSX)


def _steps(at: int) -> list[Step]:
    return steps_until(["上传文件", "核对列", "预览确认", "导入"], at)
