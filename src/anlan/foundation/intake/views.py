"""The operator's page: what the hot paths are doing now."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import guarded
from anlan.foundation.accounts.policies import is_operator
from anlan.foundation.intake.counts import BOUNDS_MS
from anlan.foundation.intake.metrics import lines
from anlan.foundation.intake.sharing import processes


@never_cache
@require_GET
@guarded(is_operator)
def live(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the part that moves."""
    found, at = processes(), now()
    shown = lines(found, at)
    context = {
        "at": at,
        "lines": shown,
        "asked": sum(line.items for line in shown),
        "per_second": sum(line.per_second for line in shown),
        "waiting": sum(line.waiting for line in shown),
        "not_kept": sum(line.busy + line.failed for line in shown),
        "longest": f"{BOUNDS_MS[-1] / 1000:g} 秒",
        "processes": [(one.pid, _moment(one.started_at), _moment(one.at)) for one in found],
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "intake/_live.html" if part else "intake/live.html", context)


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
