"""Learners log in by a code sent to their phone, or by 电子社保卡."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from anlan.foundation.access.duty import has_second_factor
from anlan.foundation.access.entering import come_in
from anlan.foundation.accounts.guards import public
from anlan.foundation.accounts.models import User
from anlan.identity import services
from anlan.identity.forms import CodeForm, PhoneForm
from anlan.lib.masking import mask_phone
from anlan.lib.refusals import Refused

STAYS = timedelta(days=90)
_PHONE, _NEXT = "login:phone", "login:next"
WHY = "the learners' door"


@public(WHY)
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """First screen: the number."""
    if "next" in request.GET:
        request.session[_NEXT] = request.GET["next"]
    if isinstance(request.user, User):
        return redirect(_onward(request))
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["phone"]
        try:
            address = str(request.META.get("REMOTE_ADDR", ""))
            services.send_login_code(number, at=now(), address=address)
        except Refused as refused:
            form.add_error("phone", f"{refused.message}{refused.next_step}")
        else:
            request.session[_PHONE] = number
            return redirect("identity:login_code")
    context = {
        "form": form,
        "desk": _desk_door(str(request.session.get(_NEXT, ""))),
        "card": settings.ANLAN_SOCIAL_CARD_NAME if settings.ANLAN_SOCIAL_CARD_ISSUER else "",
    }
    status = 422 if form.errors else 200
    return render(request, "identity/login_phone.html", context, status=status)


@public(WHY)
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Second screen: the code. The session stays open for ninety days."""
    number = request.session.get(_PHONE, "")
    if not number:
        return redirect("identity:login_phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.log_in_by_code(number, form.cleaned_data["code"], at=now())
        except Refused as refused:
            form.add_error("code", f"{refused.message}{refused.next_step}")
        else:
            return _come_in(request, user, method="phone", onward=_onward(request))
    context = {
        "form": form,
        "number": mask_phone(number),
        "code_file": _code_file() if settings.ANLAN_DEMONSTRATION else "",
    }
    return render(request, "identity/login_code.html", context, status=422 if form.errors else 200)


def by_card(request: HttpRequest, claims: dict[str, Any], wanted: str) -> HttpResponse:
    """电子社保卡 has said who comes (`settings.ANLAN_CARD_DOOR`). Raises `Refused`."""
    told = (settings.ANLAN_SOCIAL_CARD_CLAIM, settings.ANLAN_SOCIAL_CARD_NAME_CLAIM)
    number, name = (str(claims.get(claim) or "") for claim in told)
    user = services.log_in_by_card(number, name, at=now())
    request.session[_NEXT] = wanted or request.session.get(_NEXT, "")
    return _come_in(request, user, method="card", onward=_onward(request))


def _come_in(request: HttpRequest, user: User, *, method: str, onward: str) -> HttpResponse:
    """The session stays open for ninety days; a second factor is asked for where there is one."""
    if has_second_factor(user):
        return come_in(request, user, method=method, onward=onward)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(STAYS)
    request.session.pop(_PHONE, None)
    return redirect(onward)


def _onward(request: HttpRequest) -> str:
    wanted = str(request.session.pop(_NEXT, ""))
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else str(settings.LOGIN_REDIRECT_URL)


def _desk_door(wanted: str) -> str:
    """Where somebody at the desk lets in who has scanned the code there; empty elsewhere."""
    path, _, query = wanted.partition("?")
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    door = settings.ANLAN_DESK_DOORS.get(found.view_name)
    return f"{reverse(door, kwargs=found.kwargs)}?{query}" if door else ""


def _code_file() -> str:
    """Where a demonstration's text messages lie, as its operator can open it."""
    return f"{settings.ANLAN_SMS_FOLDER}/{now():%Y-%m-%d}.txt"
