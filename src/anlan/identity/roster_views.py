"""The roster guide: upload, columns, preview, import with a bar, result."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ui.parts import Step, steps_until
from anlan.identity import policies, queries, services
from anlan.identity.forms import ColumnsForm, UploadForm
from anlan.identity.models import RosterUpload, UploadStatus
from anlan.identity.sheets import annotated_sheet, template_sheet
from anlan.identity.shown_rosters import preview_of, problem_lines
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization

SHOWN_PROBLEMS = 200


@require_http_methods(["GET", "POST"])
@guarded(policies.keeps_roster, load=organizations.organization_for)
def upload(request: HttpRequest, organization: Organization) -> HttpResponse:
    """First step: the file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = services.upload_roster(
            form.cleaned_data["file"], organization, by=actor(request), at=now()
        )
        return redirect("identity:upload_columns", uid=made.uid)
    context = {"form": form, "organization": organization, "steps": _steps(0)}
    status = 422 if form.errors else 200
    return render(request, "identity/upload_file.html", context, status=status)


@require_GET
@guarded(policies.may_list_people)
def template(request: HttpRequest) -> HttpResponse:
    return send_bytes(template_sheet(), "花名册模板.xlsx", XLSX)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_follow, load=queries.upload_for)
def columns(request: HttpRequest, roster: RosterUpload) -> HttpResponse:
    """Second step: which column is which, guessed and adjustable."""
    if roster.status != UploadStatus.UPLOADED:
        return redirect("identity:upload", uid=roster.uid)
    table = queries.table_of(roster)
    guessed = {"sheet": roster.sheet, **{key: str(at) for key, at in roster.mapping.items()}}
    form = ColumnsForm(table, request.POST or None, initial=guessed)
    other_sheet = request.POST.get("sheet", roster.sheet) != roster.sheet
    if request.method == "POST" and (form.is_valid() or other_sheet):
        mapping = {} if other_sheet else form.mapping()
        sheet = request.POST.get("sheet", roster.sheet)
        services.choose_columns(roster, mapping, sheet=sheet, by=actor(request), at=now())
        onward = "identity:upload_columns" if other_sheet else "identity:upload_preview"
        return redirect(onward, uid=roster.uid)
    context = {"form": form, "roster": roster, "table": table, "steps": _steps(1, roster)}
    status = 422 if form.errors else 200
    return render(request, "identity/upload_columns.html", context, status=status)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_follow, load=queries.upload_for)
def preview(request: HttpRequest, roster: RosterUpload) -> HttpResponse:
    """Third step: what would be imported and what would not; confirming hands it over."""
    if roster.status != UploadStatus.UPLOADED:
        return redirect("identity:upload", uid=roster.uid)
    if request.method == "POST":
        services.confirm_roster(roster, by=actor(request), at=now())
        return redirect("identity:upload", uid=roster.uid)
    if "name" not in roster.mapping or "id_number" not in roster.mapping:
        return redirect("identity:upload_columns", uid=roster.uid)
    reading = queries.reading_of(roster, queries.table_of(roster))
    context = {"roster": roster, "preview": preview_of(reading), "steps": _steps(2, roster)}
    return render(request, "identity/upload_preview.html", context)


@require_GET
@guarded(policies.may_follow, load=queries.upload_for)
def follow(request: HttpRequest, roster: RosterUpload) -> HttpResponse:
    """Last step: the bar while it runs, the result when it is done."""
    if roster.status == UploadStatus.UPLOADED:
        return redirect("identity:upload_columns", uid=roster.uid)
    context = {
        "roster": roster,
        "running": roster.status in {UploadStatus.QUEUED, UploadStatus.IMPORTING},
        "problems": problem_lines(roster)[:SHOWN_PROBLEMS],
        "more": max(0, roster.rows_bad - SHOWN_PROBLEMS),
        "steps": _steps(3 if roster.finished_at is None else 4, roster),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "identity/_upload_state.html" if fragment else "identity/upload.html"
    return render(request, page, context)


@require_POST
@guarded(policies.may_follow, load=queries.upload_for)
def discard(request: HttpRequest, roster: RosterUpload) -> HttpResponse:
    services.discard_roster(roster, by=actor(request), at=now())
    messages.success(request, "已放弃这份花名册，没有导入任何人。")
    return redirect("identity:roster", uid=roster.organization.uid)


@require_GET
@guarded(policies.may_follow, load=queries.upload_for)
def annotated(request: HttpRequest, roster: RosterUpload) -> HttpResponse:
    """The uploaded file again, each bad row with its problem."""
    stem = roster.file.name.rsplit(".", 1)[0]
    return send_bytes(annotated_sheet(roster), f"{stem}-核对结果.xlsx", XLSX)


def _steps(at: int, roster: RosterUpload | None = None) -> list[Step]:
    made = steps_until(["上传文件", "核对列", "预览确认", "导入"], at)
    if roster is None or roster.status != UploadStatus.UPLOADED:
        return made
    names = ["", "identity:upload_columns", "", ""]
    return [
        Step(s.label, s.state, url=reverse(name, args=[roster.uid]) if name and at > n else "")
        for n, (s, name) in enumerate(zip(made, names, strict=True))
    ]
