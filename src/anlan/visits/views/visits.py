"""One visit: its page, and each step that somebody takes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_bytes, send_file
from anlan.hazards.services.photos import keep_photos
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed
from anlan.visits import policies, printed, shown
from anlan.visits.forms.visits import (
    ArriveForm,
    AssignForm,
    ChooseForm,
    ReasonForm,
    ReportForm,
    TimesForm,
)
from anlan.visits.forms.walks import spot_in
from anlan.visits.models import Status, Visit
from anlan.visits.queries import visits as queries
from anlan.visits.queries.checklists import industry_word
from anlan.visits.queries.inspections import comparison
from anlan.visits.services import arranging, visiting

seen = guarded(policies.may_see, load=queries.visit_for)
arranged = guarded(policies.arranges, load=queries.visit_for)
by_expert = guarded(policies.is_its_expert, load=queries.visit_for)
by_officer = guarded(policies.chooses, load=queries.visit_for)
by_concerned = guarded(policies.may_move, load=queries.visit_for)
followed_up = guarded(policies.follows_up, load=queries.visit_for)


@require_GET
@seen
def visit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """On the phone for its expert, on the desk for everybody else."""
    user = actor(request)
    phone = policies.is_its_expert(user, visit)
    template = "visits/visit_phone.html" if phone else "visits/visit.html"
    return render(request, template, _context(user, visit))


@require_POST
@arranged
def assign(request: HttpRequest, visit: Visit) -> HttpResponse:
    at = now()
    candidates = queries.experts_for(visit.organization, at)
    read = AssignForm(request.POST, candidates=candidates).require()
    arranging.assign_expert(visit, read["expert"], by=actor(request), at=at, reason=read["words"])
    messages.success(request, "已指派，专家会收到通知。")
    return _back(visit)


@require_POST
@by_expert
def propose(request: HttpRequest, visit: Visit) -> HttpResponse:
    times = TimesForm(request.POST).times()
    arranging.propose_times(visit, times, by=actor(request), at=now())
    messages.success(request, "已提出，等企业选一个。")
    return _back(visit)


@require_POST
@by_officer
def choose(request: HttpRequest, visit: Visit) -> HttpResponse:
    slot = ChooseForm(request.POST, slots=queries.slots_of(visit)).require()["slot"]
    arranging.choose_time(visit, slot, by=actor(request), at=now())
    messages.success(request, "已约定，专家会收到通知。")
    return _back(visit)


@require_POST
@by_officer
def decline_times(request: HttpRequest, visit: Visit) -> HttpResponse:
    words = ReasonForm(request.POST).require()["words"]
    arranging.decline_times(visit, words, by=actor(request), at=now())
    messages.success(request, "已请专家另提时间。")
    return _back(visit)


@require_POST
@by_concerned
def move(request: HttpRequest, visit: Visit) -> HttpResponse:
    words = ReasonForm(request.POST).require()["words"]
    arranging.move_visit(visit, words, by=actor(request), at=now())
    messages.success(request, "已改期，专家会另提时间。")
    return _back(visit)


@require_POST
@by_concerned
def cancel(request: HttpRequest, visit: Visit) -> HttpResponse:
    user = actor(request)
    if visit.status == Status.RUNNING and not policies.follows_up(user, visit):
        raise NotAllowed("诊疗已经开始，企业不能取消。", "有不同意见可在签收报告时提出。")
    words = ReasonForm(request.POST).require()["words"]
    arranging.cancel_visit(visit, words, by=user, at=now())
    messages.success(request, "已取消，各方会收到通知。")
    return _back(visit)


@require_POST
@by_expert
def begin(request: HttpRequest, visit: Visit) -> HttpResponse:
    by, at = actor(request), now()
    read = ArriveForm(request.POST, request.FILES).require()
    photos = keep_photos(read["photos"], by=by, at=at)
    visiting.begin_visit(visit, spot_in(request.POST), photos, by=by, at=at)
    messages.success(request, "已登记到场，可以开始逐项检查。")
    return redirect("visits:walk", uid=visit.uid)


@require_POST
@by_expert
def sign(request: HttpRequest, visit: Visit) -> HttpResponse:
    read = ReportForm(request.POST).require()
    visiting.sign_report(visit, read["summary"], read["advice"], by=actor(request), at=now())
    messages.success(request, "报告已签发，等企业签收。")
    return _back(visit)


@require_POST
@by_officer
def receive(request: HttpRequest, visit: Visit) -> HttpResponse:
    visiting.receive_report(visit, by=actor(request), at=now())
    messages.success(request, "已签收。不合格项请在隐患里指派整改。")
    return _back(visit)


@require_POST
@by_officer
def contest(request: HttpRequest, visit: Visit) -> HttpResponse:
    words = ReasonForm(request.POST).require()["words"]
    visiting.contest_report(visit, words, by=actor(request), at=now())
    messages.success(request, "异议已送专家和区县。")
    return _back(visit)


@require_POST
@followed_up
def conclude(request: HttpRequest, visit: Visit) -> HttpResponse:
    words = ReasonForm(request.POST).require()["words"]
    visiting.conclude_visit(visit, words, by=actor(request), at=now())
    messages.success(request, "诊疗已办结。")
    return _back(visit)


@require_POST
@followed_up
def revisit(request: HttpRequest, visit: Visit) -> HttpResponse:
    second = arranging.order_revisit(visit, by=actor(request), at=now())
    messages.success(request, "回访已安排，会与这一次逐项对比。")
    return _back(second)


@require_GET
@guarded(policies.may_see_file, load=queries.photo_for)
def photo(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    return send_file(file, inline=True)


@require_GET
@seen
def report(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The report as a PDF."""
    name = f"专家诊疗报告-{visit.organization.name}.pdf"
    return send_bytes(printed.report_pdf(visit), name, "application/pdf", inline=True)


def _back(visit: Visit) -> HttpResponse:
    return redirect("visits:visit", uid=visit.uid)


def _context(user: User, visit: Visit) -> dict[str, Any]:
    at = now()
    second = visit.revisits.exclude(status=Status.CANCELLED).order_by("-id").first()
    acts = shown.acts_open_to(user, visit, revisited=second is not None)
    words, tone = shown.clock_of(visit, at)
    candidates = queries.experts_for(visit.organization, at) if acts.assign else []
    before = visit.follows.inspection if visit.follows else None
    told = {"summary": visit.summary, "advice": visit.advice}
    return {
        "visit": visit,
        "tone": shown.TONES[Status(visit.status)],
        "clock": words,
        "clock_tone": tone,
        "steps": shown.steps_of(visit),
        "acts": acts,
        "turn": shown.whose_turn(visit),
        "candidates": candidates,
        "against": [one for one in candidates if one.against],
        "assign_form": AssignForm(candidates=candidates) if acts.assign else None,
        "times_form": TimesForm(initial=TimesForm.suggested(local_date(at)))
        if acts.propose
        else None,
        "slots": queries.slots_of(visit) if visit.status == Status.PROPOSED else [],
        "arrive_form": ArriveForm() if acts.begin else None,
        "report_form": ReportForm(initial=told) if acts.sign else None,
        "history": queries.deeds_of(visit),
        "industry": industry_word(visit.industry),
        "place": code_name(System.GB_T_2260, visit.district),
        "supervising": policies.may_use_ledger(user),
        "second": second,
        "changes": [c for c in comparison(before, visit.inspection) if c.verdict]
        if before and visit.inspection
        else [],
        **shown.report_of(visit.inspection),
    }
