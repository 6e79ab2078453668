"""A bank file on its way in: handed in, read, looked at, confirmed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.assessments import queries, services
from anlan.assessments.bank_forms import BANK_ENDINGS, BANK_MB, BankFileForm
from anlan.assessments.models import Bank, BankUpload, BankUploadStatus, ItemKind
from anlan.assessments.policies import may_keep
from anlan.assessments.problem_sheet import problem_sheet
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.files.services import keep_upload
from anlan.lib.refusals import BadInput

RUNS = 200


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
    made = services.upload_bank(bank, kept, by=user, at=at, industry=form.cleaned_data["industry"])
    if kept.size <= services.READ_AT_ONCE:
        services.read_upload(made, at=at)
        if made.status == BankUploadStatus.FAILED:
            made.delete()
            raise BadInput(made.failure, "文件没有导入，请改好后重新选择。")
    return redirect("assessments:uploaded", uid=made.uid)


@require_GET
@guarded(may_keep, load=queries.upload_for)
def uploaded(request: HttpRequest, upload: BankUpload) -> HttpResponse:
    runs = queries.problem_runs(upload)
    context = {
        "upload": upload,
        "runs": runs[:RUNS],
        "more": len(runs) - RUNS,
        "running": upload.status in {BankUploadStatus.UPLOADED, BankUploadStatus.CONFIRMED},
        "sample": _shown(upload),
        "states": BankUploadStatus,
    }
    part = request.headers.get("HX-Request")
    return render(request, f"assessments/{'_upload_state' if part else 'uploaded'}.html", context)


def _shown(upload: BankUpload) -> list[dict[str, object]]:
    """The first new questions, with letters and marks for the page."""
    return [
        {
            **one,
            "kind_label": ItemKind(one["kind"]).label,
            "lettered": [
                ("ABCDEFGHIJ"[at], text, at in one["answer"])
                for at, text in enumerate(one["options"])
            ],
        }
        for one in upload.preview.get("sample", ())
    ]


@require_POST
@guarded(may_keep, load=queries.upload_for)
def confirm(request: HttpRequest, upload: BankUpload) -> HttpResponse:
    at = now()
    take_near = request.POST.get("near") != "leave"
    services.confirm_upload(upload, take_near=take_near, by=actor(request), at=at)
    if upload.rows_total <= services.AT_ONCE:
        services.import_upload(upload, at=at)
    return redirect("assessments:uploaded", uid=upload.uid)


@require_POST
@guarded(may_keep, load=queries.upload_for)
def discard(request: HttpRequest, upload: BankUpload) -> HttpResponse:
    services.discard_upload(upload, by=actor(request), at=now())
    messages.success(request, f"「{upload.file.name}」已放弃，题库没有变化。")
    return redirect("assessments:bank", uid=upload.bank.uid)


@require_GET
@guarded(may_keep, load=queries.upload_for)
def problems(request: HttpRequest, upload: BankUpload) -> HttpResponse:
    name = f"{upload.file.name.rsplit('.', 1)[0]}-未导入的题目.xlsx"
    return send_bytes(problem_sheet(upload), name, XLSX)
