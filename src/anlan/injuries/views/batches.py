"""The import guide: file and source, columns, words, dry run, import with a bar, result, undo."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ui.parts import Step, steps_until
from anlan.injuries import policies
from anlan.injuries.fields import lacking
from anlan.injuries.forms.batches import ColumnsForm, UploadForm, ValuesForm
from anlan.injuries.forms.naming import CopyForm
from anlan.injuries.models import Batch, BatchStatus, SourceKind
from anlan.injuries.queries import imports
from anlan.injuries.queries.naming import waiting_names
from anlan.injuries.services import keeping, undoing, uploads

PAGE = 30
SHOWN_PROBLEMS = 100


@require_GET
@guarded(policies.may_import)
def listing(request: HttpRequest) -> HttpResponse:
    rows = imports.batches_for(actor(request))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "names": len(waiting_names())}
    return render(request, "injuries/batches.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_import)
def upload(request: HttpRequest) -> HttpResponse:
    """First step: the file and where it comes from."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        made = uploads.upload_batch(
            clean["file"],
            source=clean["source"],
            title=clean["title"],
            kind=clean["kind"] or SourceKind.CASES,
            foreign=clean["foreign"],
            as_of=clean["as_of"],
            by=actor(request),
            at=now(),
        )
        return redirect("injuries:columns", uid=made.uid)
    context = {"form": form, "steps": _steps(0)}
    return render(request, "injuries/upload.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_follow, load=imports.batch_for)
def columns(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Second step: which column is which; remembered with the source."""
    if batch.status != BatchStatus.UPLOADED or batch.source is None:
        return redirect("injuries:batch", uid=batch.uid)
    table = imports.table_of(batch)
    form = ColumnsForm(table, batch.source, request.POST or None)
    if request.method == "POST" and form.is_valid():
        uploads.choose_columns(batch, form.matching(), by=actor(request), at=now())
        return redirect("injuries:values", uid=batch.uid)
    context = {"form": form, "batch": batch, "table": table, "steps": _steps(1, batch)}
    return render(request, "injuries/columns.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_follow, load=imports.batch_for)
def values(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Third step: what the file's own words mean; skipped where every word is known."""
    if batch.status != BatchStatus.UPLOADED or batch.source is None:
        return redirect("injuries:batch", uid=batch.uid)
    reading = imports.reading_of(batch, imports.table_of(batch))
    form = ValuesForm(reading, batch.source, request.POST or None)
    if not form.fields and request.method == "GET":
        return redirect("injuries:preview", uid=batch.uid)
    if request.method == "POST" and form.is_valid():
        uploads.choose_values(batch, form.values(), by=actor(request), at=now())
        return redirect("injuries:preview", uid=batch.uid)
    context = {"form": form, "batch": batch, "steps": _steps(2, batch)}
    return render(request, "injuries/values.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_follow, load=imports.batch_for)
def preview(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Fourth step: what an import would do now; confirming hands the file to the worker."""
    if batch.status != BatchStatus.UPLOADED:
        return redirect("injuries:batch", uid=batch.uid)
    if request.method == "POST":
        uploads.confirm_batch(batch, by=actor(request), at=now())
        return redirect("injuries:batch", uid=batch.uid)
    if batch.source is None or lacking(batch.source.kind, batch.source.mapping):
        return redirect("injuries:columns", uid=batch.uid)
    reading = uploads.try_batch(batch)
    context = {
        "batch": batch,
        "usable": len(reading.good),
        "problems": problem_lines(batch)[:SHOWN_PROBLEMS],
        "unknown": sum(len(words) for words in reading.unknown.values()),
        "cases": batch.source.kind == SourceKind.CASES,
        "copy": CopyForm(),
        "steps": _steps(3, batch),
    }
    return render(request, "injuries/preview.html", context)


@require_GET
@guarded(policies.may_follow, load=imports.batch_for)
def follow(request: HttpRequest, batch: Batch) -> HttpResponse:
    """The bar while it runs, the account when it is done."""
    if batch.status == BatchStatus.UPLOADED:
        return redirect("injuries:columns", uid=batch.uid)
    context = {
        "batch": batch,
        "running": batch.status in {BatchStatus.QUEUED, BatchStatus.IMPORTING},
        "may_undo": batch.status in {BatchStatus.DONE, BatchStatus.FAILED},
        "problems": problem_lines(batch)[:SHOWN_PROBLEMS],
        "cases": batch.source is None or batch.source.kind == SourceKind.CASES,
        "figures": batch.source is not None and batch.source.kind == SourceKind.FIGURES,
        "copy": CopyForm() if batch.file.removed_at is None else None,
        "more": max(0, batch.rows_refused - SHOWN_PROBLEMS),
        "steps": _steps(4 if batch.finished_at is None else 5, batch),
    }
    fragment = request.headers.get("HX-Request") == "true"
    page = "injuries/_batch_state.html" if fragment else "injuries/batch.html"
    answer = render(request, page, context)
    if fragment and not context["running"]:
        answer["HX-Refresh"] = "true"  # steps and acts of the page change with it
    return answer


@require_POST
@guarded(policies.may_follow, load=imports.batch_for)
def discard(request: HttpRequest, batch: Batch) -> HttpResponse:
    uploads.discard_batch(batch, by=actor(request), at=now())
    messages.success(request, "已放弃这份文件，没有导入任何内容。")
    return redirect("injuries:batches")


@require_POST
@guarded(policies.may_follow, load=imports.batch_for)
def undo(request: HttpRequest, batch: Batch) -> HttpResponse:
    undoing.undo_batch(batch, by=actor(request), at=now())
    messages.success(request, "已撤销这一批：新增的已收回，改动过的已恢复原值。")
    return redirect("injuries:batch", uid=batch.uid)


@require_POST
@guarded(policies.may_follow, load=imports.batch_for)
def problems(request: HttpRequest, batch: Batch) -> HttpResponse:
    """The refused rows as they came, each with what is wrong; for a reason that is written down."""
    return _copy(request, batch, keeping.REFUSED)


@require_POST
@guarded(policies.may_follow, load=imports.batch_for)
def original(request: HttpRequest, batch: Batch) -> HttpResponse:
    """The file as it was handed in; for a reason that is written down."""
    return _copy(request, batch, keeping.ORIGINAL)


def _copy(request: HttpRequest, batch: Batch, what: str) -> HttpResponse:
    reason = request.POST.get("reason", "")
    content, name = keeping.take_copy(batch, what, reason=reason, by=actor(request), at=now())
    kind = XLSX if what == keeping.REFUSED else batch.file.content_type
    return send_bytes(content, name, kind)


def problem_lines(batch: Batch) -> list[str]:
    """第 37 行：…, in the file's order."""
    rows = sorted((int(number), said) for number, said in batch.problems.items())
    return [f"第 {number} 行：{'；'.join(said)}" for number, said in rows]


def _steps(at: int, batch: Batch | None = None) -> list[Step]:
    made = steps_until(["选文件", "核对列", "对应取值", "试读", "导入"], at)
    if batch is None or batch.status != BatchStatus.UPLOADED:
        return made
    names = ["", "injuries:columns", "injuries:values", "", ""]
    return [
        Step(s.label, s.state, url=_url(name, batch) if name and at > n else "")
        for n, (s, name) in enumerate(zip(made, names, strict=True))
    ]


def _url(name: str, batch: Batch) -> str:
    return reverse(name, args=[batch.uid])
