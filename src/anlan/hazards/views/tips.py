"""举报核查: the tips of an official's place, their verification, outcome and reward."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.hazards import policies, shown
from anlan.hazards.models import Reward, Tip, TipStatus
from anlan.hazards.queries import tips as queries
from anlan.hazards.services import rewards
from anlan.hazards.services import tips as services
from anlan.hazards.states import TIP_OPEN
from anlan.hazards.tip_forms import DecisionForm, FineForm, TipFilters, TurnForm, WordsForm
from anlan.hazards.views.hazards import employer, report_of
from anlan.lib.dates import local_date

PER_PAGE = 30
tip_of = guarded(policies.may_see_tip, load=queries.tip_for)


@require_GET
@guarded(policies.decides_somewhere)
def ledger(request: HttpRequest) -> HttpResponse:
    user, at = actor(request), now()
    filters = TipFilters(request.GET)
    state = filters.chosen()
    found = queries.oldest_clock_first(queries.tips_visible_to(user), state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "tip": one,
            "tone": shown.TIP_TONES[TipStatus(one.status)],
            "place": code_name(System.GB_T_2260, one.district),
            "due": shown.tip_clock(one, at),
        }
        for one in page.object_list
    ]
    context = {"filters": filters, "page": page, "lines": lines, "filtered": bool(state)}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"hazards/{'_tip_rows' if fragment else 'tips'}.html", context)


@require_GET
@tip_of
def tip(request: HttpRequest, tip: Tip) -> HttpResponse:
    return _page(request, tip)


@require_GET
@guarded(policies.may_see_file, load=queries.tip_photo_for)
def photo(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    return send_file(file, inline=True)


@require_POST
@tip_of
def take(request: HttpRequest, tip: Tip) -> HttpResponse:
    services.take_tip(tip, by=actor(request), at=now())
    messages.success(request, "已受理，请核实。")
    return _back(tip)


@require_POST
@tip_of
def dismiss(request: HttpRequest, tip: Tip) -> HttpResponse:
    words = WordsForm(request.POST).require()["words"]
    services.dismiss_tip(tip, words, by=actor(request), at=now())
    messages.success(request, "已答复不予受理。")
    return _back(tip)


@require_POST
@tip_of
def ask(request: HttpRequest, tip: Tip) -> HttpResponse:
    words = WordsForm(request.POST).require()["words"]
    services.ask_teller(tip, words, by=actor(request), at=now())
    messages.success(request, "问题已留给举报人，凭回执码查看。")
    return _back(tip)


@require_POST
@tip_of
def conclude(request: HttpRequest, tip: Tip) -> HttpResponse:
    words = WordsForm(request.POST).require()["words"]
    borne_out = request.POST.get("borne_out") == "yes"
    services.conclude_tip(tip, words, borne_out=borne_out, by=actor(request), at=now())
    messages.success(request, "核实结论已记入台账。")
    return _back(tip)


@require_POST
@never_cache
@tip_of
def reveal(request: HttpRequest, tip: Tip) -> HttpResponse:
    """The contact in clear, once, on this answer alone."""
    words = WordsForm(request.POST).require()["words"]
    contact = services.reveal_contact(tip, words, by=actor(request), at=now())
    return _page(request, tip, contact=contact)


@require_http_methods(["GET", "POST"])
@tip_of
def turn(request: HttpRequest, tip: Tip) -> HttpResponse:
    """A new hazard in the official's own words."""
    user, at = actor(request), now()
    sent = request.method == "POST"
    named = tip.organization.name if tip.organization else tip.named
    form = TurnForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        day=local_date(at),
        initial={"employer": named, "nonce": uuid.uuid4()},
    )
    if not sent or not form.is_valid():
        context = {"form": form, "tip": tip}
        return render(request, "hazards/turn.html", context, status=422 if sent else 200)
    body = employer(user, form.cleaned_data["employer"])
    report = report_of(form.cleaned_data, body, request)
    hazard = services.turn_into_hazard(tip, report, by=user, at=at)
    messages.success(request, "已转为隐患并受理，请督促整改。")
    return redirect("hazards:hazard", uid=hazard.uid)


@require_POST
@tip_of
def propose(request: HttpRequest, tip: Tip) -> HttpResponse:
    fine = FineForm(request.POST).require()["fine"]
    reward = rewards.propose_reward(tip, fine=fine, by=actor(request), at=now())
    messages.success(request, f"已提出奖励 {reward.amount:.2f} 元，等市级审批。")
    return _back(tip)


@require_POST
@guarded(policies.may_approve, load=queries.reward_for)
def decide(request: HttpRequest, reward: Reward) -> HttpResponse:
    read = DecisionForm(request.POST).require()
    rewards.decide_reward(
        reward,
        approve=read["approve"] == "yes",
        reason=read["reason"],
        by=actor(request),
        at=now(),
    )
    messages.success(request, "审批结果已记入台账。")
    return _back(reward.tip)


@require_POST
@guarded(policies.may_pay, load=queries.reward_for)
def pay(request: HttpRequest, reward: Reward) -> HttpResponse:
    rewards.pay_reward(reward, by=actor(request), at=now())
    messages.success(request, "已登记发放。")
    return _back(reward.tip)


def _back(tip: Tip) -> HttpResponse:
    return redirect("hazards:tip", uid=tip.uid)


def _page(request: HttpRequest, tip: Tip, *, contact: str = "") -> HttpResponse:
    user, at = actor(request), now()
    words, tone = shown.tip_clock(tip, at)
    found = list(tip.rewards.select_related("proposed_by", "decided_by", "paid_by"))
    live = next((one for one in found if one.status != "returned"), None)
    happenings = timeline([tip.subject])
    context = {
        "tip": tip,
        "tone": shown.TIP_TONES[TipStatus(tip.status)],
        "place": code_name(System.GB_T_2260, tip.district),
        "clock": words,
        "clock_tone": tone,
        "open": tip.status in TIP_OPEN,
        "messages_of": tip.messages.select_related("by"),
        "photos": tip.photos.all(),
        "reveals": tip.reveals.select_related("by"),
        "contact": contact,
        "rewards": found,
        "live": live,
        "may_approve": live is not None and policies.may_approve(user, live),
        "fine_form": FineForm(),
        "moments": [Moment(one.at, one.sentence, one.who) for one in happenings][::-1],
    }
    response = render(request, "hazards/tip.html", context)
    if contact:
        response["Cache-Control"] = "no-store"
    return response
