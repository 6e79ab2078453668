"""Who is logged in gets a pass in a cookie; who logs out loses it, and the other way round."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now

from anlan.foundation.accounts.models import User
from anlan.foundation.intake import passes
from anlan.foundation.intake.cutoffs import is_cut_off

DEVICE_COOKIE = "anlan_device"


class PassMiddleware:
    """Renews the pass when half of its life is over. Asks nothing that the view has not asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_sent_away(request):
            logout(request)
        response = self.get_response(request)
        user = _asked_user(request)
        kept = request.COOKIES.get(passes.COOKIE, "")
        if isinstance(user, User) and user.is_active:
            at = now()
            device = request.COOKIES.get(DEVICE_COOKIE, "")
            session = passes.mark(request.session.session_key)
            if not _still_good(kept, passes.Pass(user.pk, user.uid, at, at, device, session)):
                _give(response, passes.issue(user, at=at, device=device, session=session))
        elif kept and user is not None:
            response.delete_cookie(passes.COOKIE, samesite="Strict")
        return response


def _is_sent_away(request: HttpRequest) -> bool:
    """Whether the browser's pass was cut off: its session goes with it. Costs no query."""
    kept = request.COOKIES.get(passes.COOKIE, "")
    if not kept or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    at = now()
    try:
        found = passes.read(kept, at=at)
    except passes.NoPass:
        return False
    return is_cut_off(found, at=at) and getattr(request.user, "pk", None) == found.user


def _asked_user(request: HttpRequest) -> object:
    """Who asks, if the view wanted to know or has just changed it; None costs no query."""
    user = getattr(request, "user", None)
    unasked = isinstance(user, SimpleLazyObject) and not hasattr(request, "_cached_user")
    return None if unasked else user


def _still_good(kept: str, wanted: passes.Pass) -> bool:
    try:
        found = passes.read(kept, at=wanted.issued_at)
    except passes.NoPass:
        return False
    fresh = found.expires_at - wanted.issued_at > passes.LIFE / 2
    same_device = found.device == wanted.device or not _is_known(wanted.device)
    same_session = found.session == wanted.session
    return fresh and found.user == wanted.user and same_device and same_session


def _is_known(device: str) -> bool:
    return len(device) == 32


def _give(response: HttpResponse, text: str) -> None:
    response.set_cookie(
        passes.COOKIE,
        text,
        max_age=int(passes.LIFE.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
