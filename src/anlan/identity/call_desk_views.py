"""A desk's side of the staffed video check: the queue, the next one, the talk, the decision."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.identity import policies
from anlan.identity.call_forms import end_in, sdp_in
from anlan.identity.check_forms import VideoDecisionForm
from anlan.identity.ice import ice_servers
from anlan.identity.models import VideoCall
from anlan.identity.queries import calls
from anlan.identity.services import call_ends
from anlan.identity.services import calls as acts
from anlan.identity.shown_calls import (
    ASKS,
    Record,
    decided_words,
    seconds_left,
    shown_calls,
    told_to_desk,
)
from anlan.identity.shown_checks import ShownCheck
from anlan.lib.refusals import BadInput, Refused

held = guarded(policies.holds_call, load=calls.held_call)


@never_cache
@require_GET
@guarded(policies.may_look_at_checks)
def queue(request: HttpRequest) -> HttpResponse:
    """The part of the desk's page that asks again by itself."""
    if "HX-Request" not in request.headers:
        return redirect("identity:checks")
    return render(request, "identity/_calls.html", {"calls": shown_calls(actor(request), now())})


@require_POST
@guarded(policies.may_look_at_checks)
def take_next(request: HttpRequest) -> HttpResponse:
    try:
        call = acts.take_next(by=actor(request), at=now())
    except Refused as refused:
        messages.warning(request, f"{refused.message}{refused.next_step}")
        return redirect("identity:checks")
    return redirect("identity:call", uid=call.uid)


@never_cache
@require_GET
@guarded(policies.may_see_call, load=calls.call_seen_by)
def desk(request: HttpRequest, call: VideoCall) -> HttpResponse:
    """The picture beside the record; whoever no longer holds the call is sent to the queue."""
    at = now()
    if call.status not in calls.HELD or not policies.holds_call(actor(request), call):
        messages.info(request, "这次视频已结束，或已放回队列。")
        return redirect("identity:checks")
    check = call.check_of
    context = {
        "call": call,
        "check": check,
        "shown": ShownCheck.of(check, at),
        "record": Record.of(check.person),
        "form": VideoDecisionForm(),
        "ice": ice_servers(call.uid, at),
        "asks": ASKS,
        "minutes": (seconds_left(call, at) or 0) // 60,
    }
    return render(request, "identity/call.html", context)


@never_cache
@require_POST
@held
def desk_here(request: HttpRequest, call: VideoCall) -> HttpResponse:
    """The desk is here; what is new?"""
    at = now()
    if call.is_open:
        acts.desk_here(call, at=at)
        if call_ends.tend(call, at):
            call.refresh_from_db()
    return JsonResponse(told_to_desk(call, at))


@require_POST
@held
def offer(request: HttpRequest, call: VideoCall) -> HttpResponse:
    return JsonResponse({"round": acts.offer(call, sdp_in(request), at=now())})


@require_POST
@held
def stands(request: HttpRequest, call: VideoCall) -> HttpResponse:
    acts.stands(call, at=now())
    return JsonResponse({"kept": True})


@require_POST
@held
def back(request: HttpRequest, call: VideoCall) -> HttpResponse:
    """The desk's page was closed or the call given back: the learner keeps the place."""
    if call.status in calls.HELD:
        call_ends.put_back(call, by=actor(request), at=now())
        messages.info(request, "已放回队列，学员保留原来的位置。")
    return JsonResponse({"url": reverse("identity:checks")})


@require_POST
@held
def end(request: HttpRequest, call: VideoCall) -> HttpResponse:
    """Over without a decision: no picture came, or the learner will come in person."""
    if call.is_open:
        call_ends.end(call, end_in(request), by=actor(request), at=now())
        messages.info(request, "视频已结束，没有作出核验结果；学员仍在待核验里。")
    return JsonResponse({"url": reverse("identity:checks")})


@require_POST
@held
def decide(request: HttpRequest, call: VideoCall) -> HttpResponse:
    """By the page's script, so that a mistyped code doesn't cut the picture."""
    form = VideoDecisionForm(request.POST)
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        raise BadInput(str(first), "")
    words = form.words
    acts.decide(call, confirmed=form.confirmed, by=actor(request), at=now(), **words)
    messages.success(request, decided_words(form))
    return JsonResponse({"url": reverse("identity:checks")})
