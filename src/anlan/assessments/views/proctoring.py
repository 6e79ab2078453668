"""The proctor's page of one sitting: how it stands, time given, answers that came too late."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from anlan.assessments import queries, services
from anlan.assessments.forms import TimeForm
from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.policies import may_proctor
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date


@require_http_methods(["GET", "POST"])
@guarded(may_proctor, load=queries.any_sitting)
def time(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    form = TimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.grant_time(sitting, by=actor(request), at=now(), **form.cleaned_data)
        messages.success(request, f"已补时 {form.cleaned_data['minutes']} 分钟。")
        return redirect("assessments:time", uid=sitting.uid)
    rules = rulebook(local_date(now()), scope=sitting.industry)
    context = {
        "sitting": sitting,
        "form": form,
        "most": f"每次最多 {rules.whole('exam.grant_minutes_max')} 分钟",
        "open": sitting.status in {SittingStatus.READY, SittingStatus.STARTED},
        "answered": len([1 for chosen in sitting.answers.values() if chosen]),
        "grants": sitting.grants.select_related("by").order_by("at"),
        "late": sitting.late_answers.order_by("no", "device"),
    }
    return render(request, "assessments/time.html", context)
