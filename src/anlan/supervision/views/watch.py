"""监管记录: what supervision says of one class, for officials."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.classes import queries as classes
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.guards import actor, guarded
from anlan.supervision import policies, queries, shown


@require_GET
@guarded(policies.may_see_class, load=classes.class_for)
def watch(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    found = queries.watch_of(actor(request), klass)
    context = {
        "klass": klass,
        "lines": shown.ticket_lines(found.tickets, now()),
        "checks": found.checks,
        "calls": found.calls,
    }
    return render(request, "supervision/class.html", context)
