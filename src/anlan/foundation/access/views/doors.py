"""The doors: log in, log out, set a password by code, the way back for who is locked out."""

from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from anlan.foundation.access import queries, strength
from anlan.foundation.access.entering import come_in
from anlan.foundation.access.forms import LoginForm, ResetForm, UnlockCodeForm, UnlockForm
from anlan.foundation.access.services import codes, locks, passwords
from anlan.foundation.accounts.guards import public
from anlan.lib.refusals import Refused

WHY_BACK = "the way back for who can't log in; opened by a code alone"


class _Login(auth_views.LoginView):
    """The front door; the doors beside it belong to rooms above and are named in settings."""

    template_name = "access/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Where the visitor was going, unless that is this very door."""
        wanted = super().get_redirect_url()
        return "" if wanted.split("?")[0] == self.request.path else wanted

    def form_valid(self, form: Any) -> HttpResponse:
        onward = self.get_redirect_url() or resolve_url(settings.LOGIN_REDIRECT_URL)
        return come_in(self.request, form.get_user(), method="password", onward=onward)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        doors = {key: reverse(name) for key, name in settings.ANLAN_DOORS.items()}
        sso = settings.ANLAN_SSO_NAME if settings.ANLAN_SSO_ISSUER else ""
        card = settings.ANLAN_SOCIAL_CARD_NAME if settings.ANLAN_SOCIAL_CARD_ISSUER else ""
        return super().get_context_data(**kwargs) | {"doors": doors, "sso": sso, "card": card}


_login = _Login.as_view()


@public("the door itself")
def login(request: HttpRequest) -> HttpResponseBase:
    return _login(request)


@public("leaving needs no right")
@require_POST
def logout(request: HttpRequest) -> HttpResponseBase:
    return auth_views.LogoutView.as_view()(request)


@public("a server's pulse, for load balancers")
def pulse(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """django-axes answers with this: when the lock ends, and who can open it before."""
    username = str((credentials or {}).get("username") or request.POST.get("username", ""))
    at = now()
    found = queries.locks(
        at=at, username=username, address=str(request.META.get("REMOTE_ADDR", ""))
    )
    context = {
        "until": max((lock.until for lock in found), default=at + get_cool_off()),
        "minutes": int(get_cool_off().total_seconds() // 60),
        "form": UnlockForm(initial={"username": username}),
    }
    return render(request, "access/locked.html", context, status=429)


@require_http_methods(["GET", "POST"])
@public(WHY_BACK)
def reset(request: HttpRequest) -> HttpResponse:
    """Set a password with the code that a colleague handed over."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        clean, at = form.cleaned_data, now()
        try:
            codes.refuse_hurried_address(str(request.META.get("REMOTE_ADDR", "")), at=at)
            passwords.set_password_by_code(clean["username"], clean["code"], clean["new"], at=at)
        except Refused as refused:
            form.add_error(None, f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, "密码已设置，请用新密码登录。")
            return redirect("accounts:login")
    context = {"form": form, "strength": strength.help_text()}
    return render(request, "access/reset.html", context, status=422 if form.errors else 200)


@require_POST
@public(WHY_BACK)
def unlock(request: HttpRequest) -> HttpResponse:
    """First step: a text to the phone on file, if there is one. The answer is always the same."""
    form = UnlockForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:login")
    username, at = form.cleaned_data["username"], now()
    codes.refuse_hurried_address(str(request.META.get("REMOTE_ADDR", "")), at=at)
    locks.send_unlock_code(username, at=at)
    return _ask_code(request, UnlockCodeForm(initial={"username": username}))


@require_POST
@public(WHY_BACK)
def unlock_code(request: HttpRequest) -> HttpResponse:
    form = UnlockCodeForm(request.POST)
    if form.is_valid():
        clean = form.cleaned_data
        try:
            locks.unlock_by_code(clean["username"], clean["code"], at=now())
        except Refused as refused:
            form.add_error("code", f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, "锁定已解除，请重新登录。")
            return redirect("accounts:login")
    return _ask_code(request, form, status=422)


def _ask_code(request: HttpRequest, form: UnlockCodeForm, status: int = 200) -> HttpResponse:
    return render(request, "access/unlock.html", {"form": form}, status=status)
