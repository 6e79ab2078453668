"""The table of a page as a sheet."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import guarded
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.insights.distribution import sheets, snapshot
from anlan.insights.distribution.dimensions import DIMENSIONS
from anlan.insights.distribution.rating import rates_by
from anlan.insights.distribution.scope import may_look
from anlan.insights.distribution.views.desk import Desk, axes_of, desk_of, dimension
from anlan.insights.distribution.vintages import by_month
from anlan.lib.dates import date_text


@require_GET
@guarded(may_look)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The table of a page as a sheet; the address carries the same question."""
    try:
        desk = desk_of(request)
    except snapshot.NotReady:
        return render(request, "insights/injuries/waiting.html", status=503)
    makers: dict[str, Callable[[], bytes]] = {
        "map": lambda: _list_sheet(desk, "district"),
        "ranking": lambda: _list_sheet(desk, dimension(desk, "by", "industry")),
        "pivot": lambda: sheets.table_sheet(
            desk.counter, desk.counter.across(*axes_of(desk)), axes_of(desk), desk.as_of
        ),
        "vintages": lambda: sheets.vintage_sheet(
            desk.counter, by_month(desk.counter, desk.today), desk.as_of
        ),
    }
    if kind not in makers:
        raise Http404
    return send_bytes(makers[kind](), f"工伤分布-{date_text(desk.today)}.xlsx", XLSX)


def _list_sheet(desk: Desk, name: str) -> bytes:
    lines = rates_by(desk.counter, name) if DIMENSIONS[name].insured else []
    return sheets.list_sheet(desk.counter, name, lines, desk.as_of)
