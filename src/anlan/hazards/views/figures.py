"""隐患指标: rates by their written rule, per district and industry, for those who supervise."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.ui.charts import Chart, Point
from anlan.hazards import policies
from anlan.hazards.definitions import DEFINITIONS
from anlan.hazards.forms import SpanForm
from anlan.hazards.queries.figures import Figures, Period, figures_by, figures_of
from anlan.lib.dates import at_shanghai, date_range_text, local_date


@require_GET
@guarded(policies.supervises)
def figures(request: HttpRequest) -> HttpResponse:
    """The question on top, one picture, its table, its definition."""
    user, at = actor(request), now()
    form = SpanForm(request.GET or None)
    first, after = SpanForm(request.GET).span(local_date(at))
    grade = SpanForm(request.GET).of_grade()
    period = Period(_start(first), _start(after), at)
    places = _named(figures_by(user, "district", period, grade=grade), System.GB_T_2260)
    trades = _named(figures_by(user, "industry", period, grade=grade), System.KEY_INDUSTRY)
    if not request.GET:
        form = SpanForm(initial={"since": first, "until": local_date(at)})
    context: dict[str, Any] = {
        "form": form,
        "span": date_range_text(first, after - timedelta(days=1)),
        "all": figures_of(user, period, grade=grade),
        "tables": [("区县", places), ("重点行业", trades)],
        "chart": _chart(places, date_range_text(first, after - timedelta(days=1))),
        "definitions": DEFINITIONS,
    }
    return render(request, "hazards/figures.html", context)


def _start(day: Any) -> datetime:
    return at_shanghai(day, time())


def _named(found: list[Figures], system: System) -> list[tuple[str, Figures]]:
    return [(code_name(system, one.key) or "未分类", one) for one in found]


def _chart(rows: list[tuple[str, Figures]], span: str) -> Chart | None:
    """Rates of districts where something fell due, the lowest first: that is where to look."""
    rated = [(name, one) for name, one in rows if one.rate is not None]
    if not rated:
        return None
    rated.sort(key=lambda row: (row[1].rate or 0, row[0]))
    points = [
        Point(
            name,
            round((one.rate or 0) * 100, 1),
            href=f"{reverse('hazards:ledger')}?{urlencode({'district': one.key})}",
            numerator=one.in_time,
            denominator=one.due,
        )
        for name, one in rated
    ]
    low, value = rated[0][0], points[0].value
    title = f"{low}整改率最低，为 {value}%" if len(rated) > 1 else f"{low}整改率 {value}%"
    return Chart("rate-by-district", title, "%", points, source=f"隐患整改任务，{span}", places=1)
