"""A desk's side: who waits to be looked at, a decision, how often the machine was wrong."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods

from anlan.foundation.accounts.guards import actor, guarded
from anlan.identity import policies
from anlan.identity.check_forms import DecisionForm, FaceDecisionForm
from anlan.identity.models import Face, IdentityCheck
from anlan.identity.queries import cards, checks, error_rates, faces
from anlan.identity.services import checks as acts
from anlan.identity.services import faces as face_acts
from anlan.identity.shown_calls import ShownVideo, decided_words, shown_calls
from anlan.identity.shown_checks import (
    OUTCOMES,
    ShownBack,
    ShownCheck,
    face_reasons,
    shown_differences,
)
from anlan.lib.dates import local_date


@require_GET
@guarded(policies.may_look_at_checks)
def queue(request: HttpRequest) -> HttpResponse:
    user, at = actor(request), now()
    context = {
        "checks": [ShownCheck.of(one, at) for one in checks.waiting_for(user)[:200]],
        "calls": shown_calls(user, at),
        "video": ShownVideo.now(at),
        "faces": list(faces.waiting_faces(user)[:200]),
        "decides_faces": policies.decides_faces(user),
        "may_see_figures": policies.may_see_figures(user),
    }
    return render(request, "identity/checks.html", context)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_decide_check, load=checks.check_for)
def decide(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.decide(check, confirmed=form.confirmed, by=actor(request), at=now(), **form.words)
        messages.success(request, decided_words(form))
        return redirect("identity:checks")
    day = local_date(now())
    context = {
        "shown": ShownCheck.of(check, now()),
        "back": ShownBack.of(cards.back_of(check.person, day), day),
        "check": check,
        "tries": checks.tries_of(check),
        "form": form,
    }
    return render(request, "identity/decide.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_decide_face, load=faces.face_for)
def decide_face(request: HttpRequest, face: Face) -> HttpResponse:
    form = FaceDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept = request.POST.get("act") == "accept"
        reason = form.cleaned_data["reason"]
        face_acts.decide_face(face, accept=accept, reason=reason, by=actor(request), at=now())
        messages.success(
            request, "已通过，可以刷脸核验。" if accept else "已退回，人脸特征已销毁。"
        )
        return redirect("identity:checks")
    day = local_date(now())
    context = {
        "face": face,
        "back": ShownBack.of(cards.back_of(face.person, day), day),
        "rows": shown_differences(face),
        "reasons": face_reasons(face),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "identity/decide_face.html", context, status=status)


@require_GET
@guarded(policies.may_see_figures)
def figures(request: HttpRequest) -> HttpResponse:
    """How often people were wrongly not recognised, by device, age and light."""
    context = {
        "groups": error_rates.by_group(),
        "outcomes": [(OUTCOMES.get(key, key), n) for key, n in error_rates.outcomes()],
        "whole": error_rates.whole(),
        "today": local_date(now()),
    }
    return render(request, "identity/check_figures.html", context)
