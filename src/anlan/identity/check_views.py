"""A learner's side: the consent, laying a face down, a check by either route, an appeal."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.rules.queries import rulebook
from anlan.identity import policies, queries
from anlan.identity.check_forms import (
    AppealForm,
    ConsentForm,
    back_in,
    card_in,
    device_of,
    frames_in,
    light_in,
)
from anlan.identity.models import (
    CheckStatus,
    FaceStatus,
    FaceTry,
    IdentityCheck,
    Person,
    Route,
)
from anlan.identity.queries import cards, checks, faces
from anlan.identity.services import cards as card_acts
from anlan.identity.services import checks as acts
from anlan.identity.services import faces as face_acts
from anlan.identity.services.check_codes import send_code_again
from anlan.identity.shown_calls import ShownVideo
from anlan.identity.shown_checks import ShownBack, ShownFace, said_of
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_phone
from anlan.lib.refusals import Refused
from anlan.vision.advice import UnusablePicture
from anlan.vision.challenge import SAID

own = guarded(policies.is_the_person, load=checks.own_check)
FILMED = 0.35  # seconds from one frame to the next


@never_cache
@require_GET
@guarded(policies.is_somebody)
def face(request: HttpRequest) -> HttpResponse:
    """The consent, the camera, or what became of it: one step a screen."""
    return _face(request, ConsentForm())


@require_POST
@guarded(policies.is_somebody)
def consent(request: HttpRequest) -> HttpResponse:
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _face(request, form, status=422)
    person, user = _person(request), actor(request)
    words = {"signature": form.cleaned_data["signature"], "text_sha256": form.cleaned_data["text"]}
    face_acts.sign_consent(person, by=user, at=now(), **words)
    return redirect(_face_url(request))


@require_POST
@guarded(policies.is_somebody)
def withdraw(request: HttpRequest) -> HttpResponse:
    face_acts.withdraw_consent(_person(request), by=actor(request), at=now())
    messages.success(request, "已撤回刷脸同意，人脸特征已销毁。今后用人工核验。")
    return redirect("identity:me")


@require_POST
@guarded(policies.is_somebody)
def enrol(request: HttpRequest) -> HttpResponse:
    """A card and live frames, sent once by the camera's script."""
    card, frames = card_in(request), frames_in(request)
    words: dict[str, Any] = {"back": back_in(request), "by": actor(request), "at": now()}
    face_acts.ask_enrolment(_person(request), card=card, frames=frames, **words)
    return JsonResponse({"url": _face_url(request)})


@require_POST
@guarded(policies.is_somebody)
def card_back(request: HttpRequest) -> HttpResponse:
    """The back alone: the first was misread, or the card is a new one."""
    person, content = _person(request), back_in(request)
    if not content:
        raise UnusablePicture("empty")
    card_acts.lay_down_back(person, content, by=actor(request), at=now())
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"url": _face_url(request)})
    return redirect(_face_url(request))


@never_cache
@require_GET
@guarded(policies.is_somebody)
def face_state(request: HttpRequest) -> HttpResponse:
    """Whether face or card is still being looked at."""
    person = _person(request)
    looked_at = (faces.face_of(person), cards.back_of(person, local_date(now())))
    return JsonResponse({"waits": any(one and one.status == "waiting" for one in looked_at)})


@never_cache
@require_GET
@own
def check(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    return _check(request, check, AppealForm())


@require_POST
@own
def begin_try(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    """The challenge, drawn when the camera is open; its seconds run from the first frame."""
    one, challenge = acts.begin_try(check, by=actor(request), at=now())
    steps = [{"say": SAID[s.action], "at": s.at, "until": s.until} for s in challenge.steps]
    told = {
        "nonce": challenge.nonce,
        "steps": steps,
        "seconds": min(challenge.seconds, steps[-1]["until"] + 0.4),  # type: ignore[operator]
        "every": FILMED,
        "to": reverse("identity:check_frames", args=[one.uid]),
        "state": reverse("identity:check_state", args=[check.uid]),
    }
    return JsonResponse(told)


@require_POST
@guarded(policies.is_the_tried, load=checks.own_try)
def frames(request: HttpRequest, one: FaceTry) -> HttpResponse:
    words = {"device": device_of(request), "light": light_in(request)}
    nonce, filmed = request.POST.get("nonce", ""), frames_in(request)
    acts.post_frames(one, nonce, filmed, by=actor(request), at=now(), **words)
    return JsonResponse({"kept": len(filmed)})


@never_cache
@require_GET
@own
def state(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    """Whether the last film has been looked at."""
    waits = check.tries.filter(posted_at__isnull=False, answered_at=None).exists()
    return JsonResponse({"waits": waits and check.status == CheckStatus.OPEN})


@require_POST
@own
def by_people(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    """The manual route, or on to a person after the camera; either goes on at once."""
    route = Route.FACE if request.POST.get("route") == Route.FACE else Route.MANUAL
    acts.go_on(check, route=route, by=actor(request), at=now())
    return redirect("identity:check", uid=check.uid)


@require_POST
@own
def code_again(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    """Another code to the own phone; whoever asks too soon is told how long to wait."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        send_code_again(check, by=actor(request), at=now(), address=address)
    except Refused as refused:
        messages.warning(request, f"{refused.message}{refused.next_step}")
    else:
        messages.success(request, "已重新发送。以最新一条短信里的验证码为准。")
    return redirect("identity:check", uid=check.uid)


@require_POST
@own
def appeal(request: HttpRequest, check: IdentityCheck) -> HttpResponse:
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _check(request, check, form, status=422)
    acts.appeal(check, words=form.cleaned_data["words"], by=actor(request), at=now())
    messages.success(request, "申诉已提交，由另一位工作人员决定，结果会通知您。")
    return redirect("identity:check", uid=check.uid)


def _check(
    request: HttpRequest, check: IdentityCheck, form: AppealForm, status: int = 200
) -> HttpResponse:
    at = now()
    book = rulebook(local_date(at))
    tries = checks.tries_of(check)
    context = {
        "check": check,
        "said": said_of(check, tries),
        "left": max(book.whole("identity.tries_max") - len(tries), 0),
        "may_face": faces.old_enough(check.person, local_date(at), book),
        "ready": faces.usable_face(check.person, local_date(at)) is not None,
        "back": ShownBack.of(cards.back_of(check.person, local_date(at)), local_date(at)),
        "age_min": book.whole("identity.face_age_min"),
        "hours": book.whole("identity.review_hours"),
        "may_appeal": checks.may_appeal(check, at, book.whole("identity.appeal_days")),
        "appeal_days": book.whole("identity.appeal_answer_days"),
        "form": form,
        "phone": mask_phone(check.person.phone),
        "video": ShownVideo.now(at),
    }
    return render(request, "identity/check.html", context, status=status)


def _face(request: HttpRequest, form: ConsentForm, status: int = 200) -> HttpResponse:
    at: datetime = now()
    day = local_date(at)
    person = _person(request)
    text = faces.consent_text(day)
    given = faces.open_consent(person)
    context: dict[str, Any] = {
        "text": text,
        "form": form,
        "old_enough": faces.old_enough(person, day),
        "agrees": faces.agrees(person, day),
        "renewed": given is not None and not faces.agrees(person, day),
        "signed_at": given.signed_at if given else None,
        "face": ShownFace.of(faces.face_of(person)),
        "check": _for_check(request),
    }
    context |= _card(person, context["face"], day) if context["agrees"] else {}
    return render(request, "identity/face.html", context, status=status)


def _card(person: Person, face: ShownFace | None, day: date) -> dict[str, Any]:
    """What the back of the card said, and its form where no enrolment brings it along."""
    back = ShownBack.of(cards.back_of(person, day), day)
    wanted = cards.wants_a_back(person, day)
    laid = face is not None and face.status in {FaceStatus.OPEN, FaceStatus.REVIEW}
    waits = face is not None and face.status == FaceStatus.WAITING
    shown = (back is not None and not waits) or (wanted and laid)
    return {"back": back, "wants_back": wanted, "sends_back": wanted and laid, "card_shown": shown}


def _person(request: HttpRequest) -> Person:
    found = queries.person_of(actor(request))
    if found is None:
        raise Http404
    return found


def _for_check(request: HttpRequest) -> str:
    """The own check on whose way this is; nothing for anything else."""
    said = request.POST.get("check") or request.GET.get("check") or ""
    rows = IdentityCheck.objects.filter(person__user=actor(request))
    return next((str(uid) for uid in rows.values_list("uid", flat=True) if str(uid) == said), "")


def _face_url(request: HttpRequest) -> str:
    on_the_way = _for_check(request)
    return reverse("identity:face") + (f"?check={on_the_way}" if on_the_way else "")
