"""Log in, log out."""

from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from anlan.foundation.accounts.guards import public
from anlan.foundation.accounts.models import User


class LoginForm(AuthenticationForm):
    """Django's own, speaking plainly."""

    error_messages = {
        "invalid_login": "用户名或密码不对。请核对后再试；连续输错会暂时锁定。",
        "inactive": "这个账号已停用，请联系本单位管理员。",
    }

    def get_invalid_login_error(self) -> ValidationError:
        """Who proved the password is told that the account is closed; nobody else learns it."""
        typed = self.cleaned_data
        closed = User.objects.filter(username=typed["username"], is_active=False).first()
        if closed is not None and closed.check_password(typed["password"]):
            return ValidationError(self.error_messages["inactive"], code="inactive")
        return super().get_invalid_login_error()


class _Login(auth_views.LoginView):
    """The front door; the doors beside it belong to rooms above and are named in settings."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Where the visitor was going, unless that is this very door."""
        wanted = super().get_redirect_url()
        return "" if wanted.split("?")[0] == self.request.path else wanted

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        doors = {key: reverse(name) for key, name in settings.ANLAN_DOORS.items()}
        return super().get_context_data(**kwargs) | {"doors": doors}


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
