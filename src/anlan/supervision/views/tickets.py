"""疑点工单: the ledger, one ticket, its acts."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import XLSX, send_bytes, send_file
from anlan.foundation.ledger.queries import timeline
from anlan.supervision import policies, queries, shown
from anlan.supervision.forms import ConclusionForm, PersonForm, QuestionForm, TicketFilters
from anlan.supervision.models import Inquiry, Ticket, TicketKind, TicketStatus
from anlan.supervision.services import tickets as services
from anlan.supervision.sheets import ticket_sheet

PER_PAGE = 30
handling = guarded(policies.may_handle, load=queries.ticket_for)


@require_GET
@guarded(policies.supervises)
def ledger(request: HttpRequest) -> HttpResponse:
    """Every ticket in the user's reach, oldest clock first."""
    user, at = actor(request), now()
    filters = TicketFilters(request.GET)
    wanted = filters.wanted(user)
    found = queries.narrowed(queries.tickets_visible_to(user), **wanted)
    page = Paginator(queries.oldest_clock_first(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "filtered": bool(wanted),
        "page": page,
        "lines": shown.ticket_lines(page.object_list, at),
        "kinds": _kinds(user, wanted),
        "export_url": reverse("supervision:export"),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"supervision/{'_tickets' if fragment else 'tickets'}.html", context)


@require_GET
@guarded(policies.supervises)
def export(request: HttpRequest) -> HttpResponse:
    """What is filtered, all pages, as a sheet."""
    user = actor(request)
    wanted = TicketFilters(request.GET).wanted(user)
    found = queries.narrowed(queries.tickets_visible_to(user), **wanted)
    rows = queries.oldest_clock_first(found).annotate(found=Count("evidence"))
    return send_bytes(ticket_sheet(rows), "疑点工单台账.xlsx", XLSX)


@require_GET
@guarded(policies.may_see_ticket, load=queries.ticket_for)
def ticket(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """What was found, what was asked, what was decided; one act at a time."""
    return render(request, "supervision/ticket.html", _context(actor(request), ticket))


@require_GET
@guarded(policies.may_see_file, load=queries.evidence_picture_for)
def picture(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """A photo of the evidence; whoever doesn't see the ticket finds nothing."""
    return send_file(file, inline=True)


@require_POST
@handling
def assign(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    to = PersonForm(request.POST, people=queries.may_take(ticket)).person()
    services.assign_ticket(ticket, to, by=actor(request), at=now())
    messages.success(request, f"已指派给{to.name}。")
    return _back(ticket)


@require_POST
@handling
def ask(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    question = QuestionForm(request.POST).require()["question"]
    services.ask_provider(ticket, question, by=actor(request), at=now())
    messages.success(request, f"已请{ticket.provider.name}说明。")
    return _back(ticket)


@require_POST
@handling
def confirm(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    read = ConclusionForm(request.POST).require()
    services.confirm_ticket(
        ticket, read["reason"], order=read["order"], by=actor(request), at=now()
    )
    messages.success(request, "已认定属实，机构已收到通知。")
    return _back(ticket)


@require_POST
@handling
def dismiss(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    reason = ConclusionForm(request.POST).require()["reason"]
    services.dismiss_ticket(ticket, reason, by=actor(request), at=now())
    messages.success(request, "疑点已排除，结论已记入台账。")
    return _back(ticket)


@require_POST
@handling
def close(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    services.close_ticket(ticket, by=actor(request), at=now())
    messages.success(request, "已结案。")
    return _back(ticket)


def _back(ticket: Ticket) -> HttpResponse:
    return redirect("supervision:ticket", uid=ticket.uid)


def _kinds(user: User, wanted: dict[str, Any]) -> list[tuple[str, str, int]]:
    """(kind, word, how many) under the other filters, for the row of links above the list."""
    others = {name: value for name, value in wanted.items() if name != "kind"}
    counts = queries.counts_by_kind(queries.narrowed(queries.tickets_visible_to(user), **others))
    return [(one.value, str(one.label), counts[one.value]) for one in TicketKind if one in counts]


def _context(user: User, ticket: Ticket) -> dict[str, Any]:
    at = now()
    inquiries = list(
        ticket.inquiries.select_related("asked_by", "answered_by").prefetch_related("files")
    )
    waiting = next((one for one in inquiries if not (one.answered_at or one.withdrawn_at)), None)
    handles = policies.may_handle(user, ticket)
    words, tone = shown.clock_of(ticket, at)
    return {
        "ticket": ticket,
        "tone": shown.TONES[TicketStatus(ticket.status)],
        "clock": words,
        "clock_tone": tone,
        "steps": shown.steps_of(ticket, at),
        "place": code_name(System.GB_T_2260, ticket.district),
        "evidence": ticket.evidence.all(),
        "inquiries": shown.inquiry_lines(inquiries, at),
        "conclusions": ticket.conclusions.select_related("by"),
        "waiting": waiting,
        "overdue": waiting is not None and at > waiting.due_at,
        "heard": _heard(inquiries, ticket),
        "handles": handles,
        "people": queries.may_take(ticket) if handles else [],
        "moments": shown.moments_of(timeline([ticket.subject])),
    }


def _heard(inquiries: list[Inquiry], ticket: Ticket) -> bool:
    """Whether the provider's side is known since the ticket was last opened."""
    return ticket.status == TicketStatus.EXPLAINED and bool(inquiries)
