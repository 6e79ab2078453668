"""A learner's side of the staffed video check: the page, the queue, the answer to the desk."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.identity import policies
from anlan.identity.call_forms import round_in, sdp_in
from anlan.identity.models import CallEnd, IdentityCheck, VideoCall
from anlan.identity.queries import calls, checks
from anlan.identity.services import call_ends
from anlan.identity.services import calls as acts
from anlan.identity.shown_calls import ShownVideo, told_to_learner
from anlan.lib.masking import mask_phone

own = guarded(policies.is_the_person, load=checks.own_check)
own_call = guarded(policies.is_the_caller, load=calls.own_call)


@never_cache
@require_GET
@own
def video(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    """What it is, then the camera, the queue, the talk: one page, for its script."""
    if check.status not in calls.MAY_JOIN:
        return redirect("identity:check", uid=check.uid)
    at = now()
    context = {
        "check": check,
        "video": ShownVideo.now(at),
        "phone": mask_phone(check.person.phone),
        "call": calls.open_call(check),
    }
    return render(request, "identity/video.html", context)


@require_POST
@own
def join(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    """Into the queue, once the camera is open; where to ask how far it has moved."""
    at = now()
    call = acts.join(check, by=actor(request), at=at)
    names = ("here", "answer", "leave")
    urls = {name: reverse(f"identity:call_{name}", args=[call.uid]) for name in names}
    return JsonResponse({**urls, "told": told_to_learner(call, at)})


@never_cache
@require_POST
@own_call
def here(request: HttpRequest, call: VideoCall) -> HttpResponse:
    """I am here; what is new? A dead desk is noticed here too, whatever the worker does."""
    at = now()
    if call.is_open:
        acts.here(call, at=at)
        if call_ends.tend(call, at):
            call.refresh_from_db()
    return JsonResponse(told_to_learner(call, at))


@require_POST
@own_call
def answer(request: HttpRequest, call: VideoCall) -> HttpResponse:
    acts.answer(call, round_in(request), sdp_in(request), at=now())
    return JsonResponse({"kept": True})


@require_POST
@own_call
def leave(request: HttpRequest, call: VideoCall) -> HttpResponse:
    if call.is_open:
        call_ends.end(call, CallEnd.LEFT, by=actor(request), at=now())
    return JsonResponse({"url": reverse("identity:check", args=[call.check_of.uid])})
