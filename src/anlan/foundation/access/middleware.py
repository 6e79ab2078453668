"""Who came from where, for the list of sessions; and the gate before a missing second factor."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.access import duty
from anlan.foundation.accounts.sessions import Came, SessionStore, network_of

OPEN_SPACES = {"accounts", ""}  # the doors themselves, and allauth's own addresses


class SeenMiddleware:
    """Tells the session where its browser is. Reads and writes only what the page did anyway."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if isinstance(session, SessionStore) and session.accessed:
            agent = request.headers.get("User-Agent", "")[:200]
            came = Came(agent, network_of(str(request.META.get("REMOTE_ADDR", ""))))
            session.see(came, at=now())
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: Any,
        kwargs: Any,
    ) -> HttpResponse | None:
        """Leads to the set-up page while the second factor is overdue."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(view, "policy"):
            return None
        match = request.resolver_match
        if match is not None and match.namespace in OPEN_SPACES:
            return None
        if request.session.get(duty.FLAG) != duty.OVERDUE:
            return None
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(headers={"HX-Redirect": reverse("accounts:security")})
        return redirect("accounts:security")
