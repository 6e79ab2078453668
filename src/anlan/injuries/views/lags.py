"""How long applications and decisions take."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import actor, guarded
from anlan.injuries import policies
from anlan.injuries.forms.lags import LagForm
from anlan.injuries.queries import lags as queries
from anlan.injuries.services.recognising import terms_on
from anlan.lib.dates import local_date


@require_GET
@guarded(policies.may_watch_clocks)
def lags(request: HttpRequest) -> HttpResponse:
    user, today = actor(request), local_date(now())
    form = LagForm(queries.sources_with_lags(user), today.year, request.GET)
    source, year = form.chosen()
    rows = queries.recognitions_of(user, source=source, year=year)
    context = {
        "form": form,
        "source": source,
        "year": year,
        "lags": queries.lag_figures(rows, terms_on(today)),
        "total": rows.count(),
    }
    return render(request, "injuries/lags.html", context)
