"""一期一档 of a class: its versions, what lies in them, how to check them; the report."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.archives import policies, queries, services
from anlan.archives.forms import ReasonForm, TakeForm
from anlan.archives.listing import check_sheet, folders, groups_of_four
from anlan.archives.papers import report_pdf
from anlan.archives.report_charts import exam_charts
from anlan.archives.report_parts import size_text
from anlan.archives.reports import closing_of, evaluation_report
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import PDF, send_bytes
from anlan.foundation.ledger.queries import timeline

LONG_FOR_A_ROUND = timedelta(minutes=10)
SHOWN_TAKINGS = 5


@require_GET
@guarded(policies.may_see_archive, load=queries.closed_class_for)
def class_archive(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    return _page(request, klass, ReasonForm())


@require_GET
@guarded(policies.may_see_archive, load=queries.closed_class_for)
def progress(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """How far sealing has come; the whole page once it is done."""
    if request.headers.get("HX-Request") != "true" or not _is_sealing(klass):
        return redirect("archives:class", uid=klass.uid)
    return render(request, "archives/_progress.html", {"klass": klass, **_progress(klass)})


@require_POST
@guarded(policies.may_reseal, load=queries.closed_class_for)
def order_reseal(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, klass, form, status=422)
    reason = form.cleaned_data["reason"]
    services.order_reseal(klass, by=actor(request), at=now(), reason=reason)
    messages.success(request, "已安排重新封存。完成后这里会出现新的一版，原有各版不变。")
    return redirect("archives:class", uid=klass.uid)


@require_GET
@guarded(policies.may_see_archive, load=queries.closed_class_for)
def report(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    found = evaluation_report(klass)
    context = {"klass": klass, "report": found, "charts": exam_charts(found)}
    return render(request, "archives/report.html", context)


@require_GET
@guarded(policies.may_see_archive, load=queries.closed_class_for)
def report_file(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    name = f"培训评估报告 {klass.number}.pdf"
    return send_bytes(report_pdf(klass), name, PDF, inline=True)


def _is_sealing(klass: TrainingClass) -> bool:
    return not queries.last_version(klass) or queries.open_order(klass) is not None


def _progress(klass: TrainingClass) -> dict[str, Any]:
    closing = closing_of(klass)
    order = queries.open_order(klass)
    learners = klass.archives.filter(enrolment__isnull=False)
    if order:
        learners = learners.filter(at__gte=order.at)
    return {
        "certificates_due": closing.passed,
        "certificates_done": queries.certificates_in(klass).exclude(file=None).count(),
        "learners_due": closing.enrolled,
        "learners_done": learners.values("enrolment").distinct().count(),
        "again": order,
        "slow": now() - (order.at if order else closing.at) > LONG_FOR_A_ROUND,
    }


def _page(
    request: HttpRequest, klass: TrainingClass, form: ReasonForm, status: int = 200
) -> HttpResponse:
    user = actor(request)
    versions = list(queries.archives_of(klass))
    context: dict[str, Any] = {
        "klass": klass,
        "versions": [(one, size_text(one.file.size)) for one in versions],
        "sealing": _is_sealing(klass),
        "may_download": policies.may_download_of(user, klass),
        "may_reseal": bool(versions) and policies.may_reseal(user, klass),
        "learners": [
            (one, groups_of_four(one.manifest_sha256[:16]))
            for one in queries.learner_archives_of(klass)
        ],
        "certificates": queries.certificates_in(klass).count(),
        "form": form,
    }
    if versions:
        newest = versions[0]
        context |= {
            "newest": newest,
            "seal": groups_of_four(newest.manifest_sha256),
            "folders": folders(newest),
            "sheet": check_sheet(newest),
            "parts": queries.parts_of(newest),
            "take_form": TakeForm.for_staff(),
            "taken": timeline([newest.subject], limit=SHOWN_TAKINGS)[::-1],
        }
    if context["sealing"]:
        context |= _progress(klass)
    return render(request, "archives/class.html", context, status=status)
