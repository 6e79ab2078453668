"""The ledger of cases, one case with its three records, and what is overdue."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.holidays import loaded
from anlan.foundation.codes.models import System
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.injuries import policies
from anlan.injuries.codings import codings_of
from anlan.injuries.forms.cases import FilterForm
from anlan.injuries.models import Appraisal, Case, Recognition
from anlan.injuries.queries import cases as queries
from anlan.injuries.services.reading import note_read
from anlan.injuries.services.recognising import terms_on
from anlan.injuries.sheets import ledger_sheet, type_name
from anlan.injuries.shown import (
    appraisal_clock,
    appraisal_facts,
    case_facts,
    former_values,
    recognition_clock,
    recognition_facts,
    report_facts,
)
from anlan.injuries.views.steps import open_steps
from anlan.lib.dates import date_text, local_date

PAGE = 30
SHOWN_LATE = 50
SHOWN_READS = 20


@dataclass(frozen=True)
class Line:
    """A row of the ledger with its codes as words."""

    case: Case
    place: str
    trade: str
    type: str


@require_GET
@guarded(policies.may_list)
def ledger(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    form = FilterForm(request.GET)
    rows = queries.filtered(queries.visible_to(user), form.filters())
    counts = queries.severities(rows)
    context = {
        "filters": form,
        "page": _page(rows, request.GET.get("page")),
        "totals": [("死亡", f"{counts['death']:,} 人"), ("重伤", f"{counts['serious']:,} 人")],
        "export_url": reverse("injuries:export"),
        "may_import": policies.may_import(user),
        "may_report": policies.may_report(user),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"injuries/{'_rows' if fragment else 'ledger'}.html", context)


@require_GET
@guarded(policies.may_list)
def export(request: HttpRequest) -> HttpResponse:
    rows = queries.visible_to(actor(request)).select_related("source")
    rows = queries.filtered(rows, FilterForm(request.GET).filters())
    day = date_text(local_date(now()))
    return send_bytes(ledger_sheet(rows, day), f"工伤案件台账-{day}.xlsx", XLSX)


@require_GET
@guarded(policies.may_see, load=queries.case_for)
def case(request: HttpRequest, found: Case) -> HttpResponse:
    user, today = actor(request), local_date(now())
    terms, recognition = terms_on(today), getattr(found, "recognition", None)
    full = policies.may_read_narrative(user, found)
    report = getattr(found, "report", None)
    appraisals = list(found.appraisals.order_by("no"))
    if full and (found.narrative or report is not None):
        note_read(found, by=user, at=now())
    context = {
        "case": found,
        "facts": case_facts(found),
        "may_read": full,
        "codings": codings_of(found, may_decide=policies.may_decide(user, found)),
        "report": report,
        "report_facts": report_facts(found),
        "late": report is not None and bool(report.due_at) and report.reported_at > report.due_at,
        "photos": list(report.photos.all()) if report is not None and full else [],
        "recognition": recognition,
        "recognition_facts": recognition and recognition_facts(recognition, found, terms),
        "recognition_clock": recognition and recognition_clock(recognition, today),
        "appraisals": [
            (one, appraisal_facts(one, terms), appraisal_clock(one, today)) for one in appraisals
        ],
        "steps_open": open_steps(found) if policies.may_decide(user, found) else [],
        "former": former_values(found),
        "calendar_missing": _missing([recognition, *appraisals]),
        "reads": found.narrative_reads.select_related("by").order_by("-at")[:SHOWN_READS]
        if policies.may_decide(user, found)
        else [],
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(timeline([found.subject]))],
    }
    return render(request, "injuries/case.html", context)


@require_GET
@guarded(policies.may_watch_clocks)
def overdue(request: HttpRequest) -> HttpResponse:
    """Three lists that are never added up: each clock is another authority's or person's."""
    user, today = actor(request), local_date(now())
    recognitions = list(queries.overdue_recognitions(user, on=today)[:SHOWN_LATE])
    appraisals = list(queries.overdue_appraisals(user, on=today)[:SHOWN_LATE])
    context = {
        "recognitions": [(one, recognition_clock(one, today)) for one in recognitions],
        "appraisals": [(one, appraisal_clock(one, today)) for one in appraisals],
        "calendar_missing": _missing([*recognitions, *appraisals]),
        "reports": queries.late_reports(user)[:SHOWN_LATE],
        "most": SHOWN_LATE,
    }
    return render(request, "injuries/overdue.html", context)


def _missing(records: Iterable[Recognition | Appraisal | None]) -> list[int]:
    """Years of last days whose public holidays aren't loaded."""
    days = [record.due_on for record in records if record is not None]
    return sorted({day.year for day in days if day is not None and not loaded(day.year)})


def _page(rows: QuerySet[Case], number: str | None) -> Page[Any]:
    page: Page[Any] = Paginator(rows.defer("narrative"), PAGE).get_page(number)
    page.object_list = [
        Line(
            case=found,
            place=codes.code_name(System.GB_T_2260, found.district),
            trade=codes.code_name(System.KEY_INDUSTRY, found.key_industry),
            type=type_name(found),
        )
        for found in page.object_list
    ]
    return page
