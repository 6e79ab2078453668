"""档案导出: a city official orders a year's archives; the worker copies them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.archives import policies, queries, services
from anlan.archives.forms import ExportForm
from anlan.archives.models import ExportOrder
from anlan.foundation.accounts.guards import actor, guarded

MOST_SHOWN = 50


@require_GET
@guarded(policies.may_export)
def exports(request: HttpRequest) -> HttpResponse:
    """What is on its way, what was exported, and the form for another year."""
    return _page(request, ExportForm())


@require_POST
@guarded(policies.may_export)
def order(request: HttpRequest) -> HttpResponse:
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    wish = form.cleaned_data
    services.order_export(wish["year"], learners=wish["learners"], by=actor(request), at=now())
    messages.success(
        request, f"已安排导出 {wish['year']} 年的封存档案。可以离开本页，完成后再来看。"
    )
    return redirect("archives:exports")


@require_GET
@guarded(policies.may_see_export, load=queries.export_for)
def export_progress(request: HttpRequest, order: ExportOrder) -> HttpResponse:
    """How far one export has come; the whole page once it is done."""
    if request.headers.get("HX-Request") != "true" or order.finished_at is not None:
        return redirect("archives:exports")
    return render(request, "archives/_export_progress.html", {"order": order})


def _page(request: HttpRequest, form: ExportForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "running": list(queries.open_exports()),
        "past": list(queries.past_exports()[:MOST_SHOWN]),
        "years": queries.sealed_years(),
    }
    return render(request, "archives/exports.html", context, status=status)
