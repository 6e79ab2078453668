"""覆盖与常见问题: how far visits reach, what they find, by the definitions on the page."""

from datetime import time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.ui.charts import Chart, Point
from anlan.hazards.forms import SpanForm
from anlan.lib.dates import at_shanghai, date_range_text, local_date
from anlan.visits import policies
from anlan.visits.definitions import DEFINITIONS
from anlan.visits.queries.coverage import (
    Common,
    Span,
    common_findings,
    coverage_by,
    days_to_close,
)

LABEL, SHOWN = 9, 8
GROUPS = (
    ("district", "区县", System.GB_T_2260),
    ("key_industry", "行业", System.KEY_INDUSTRY),
)


@require_GET
@guarded(policies.may_use_ledger)
def coverage(request: HttpRequest) -> HttpResponse:
    user, at = actor(request), now()
    first, after = SpanForm(request.GET).span(local_date(at))
    span = Span(at_shanghai(first, time()), at_shanghai(after, time()))
    words = date_range_text(first, after - timedelta(days=1))
    found = common_findings(user, span)
    days, closed = days_to_close(user, span)
    context: dict[str, Any] = {
        "form": SpanForm(initial={"since": first, "until": after - timedelta(days=1)}),
        "span": words,
        "all": coverage_by(user, "", span)[0],
        "tables": [
            (label, [(code_name(system, one.key), one) for one in coverage_by(user, group, span)])
            for group, label, system in GROUPS
        ],
        "common": found,
        "chart": _chart(found, words),
        "days": days,
        "closed": closed,
        "definitions": DEFINITIONS,
    }
    return render(request, "visits/coverage.html", context)


def _chart(found: list[Common], span: str) -> Chart | None:
    """The items found wanting most often; the title says which is first."""
    if not found:
        return None
    points = [
        Point(
            one.text if len(one.text) <= LABEL else f"{one.text[:LABEL]}…",
            one.wanting,
            note=f"{one.enterprises} 家企业",
        )
        for one in found[:SHOWN]
    ]
    title = f"最常见的不合格：{found[0].text}"
    return Chart("common-findings", title, "次", points, source=f"自查和专家诊疗，{span}")
