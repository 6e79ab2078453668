"""django-allauth's pages of the second factor, in our frame, guarded and written in the ledger."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as MfaReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.access import duty
from anlan.foundation.access.adapters import MfaAdapter
from anlan.foundation.access.forms import (
    AppForm,
    ConfirmByCodeForm,
    ConfirmForm,
    KeyForm,
    SecondStepForm,
)
from anlan.foundation.access.policies import has_password
from anlan.foundation.access.services.passwords import note_second_factor
from anlan.foundation.accounts.guards import actor, guarded, public

WHY_STEP = "the second step of the door: only who has passed the first gets further"


class _SecondStep(AuthenticateView):
    template_name = "access/second_step.html"

    def get_form_class(self) -> type[SecondStepForm]:
        return SecondStepForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offered is what the user has: allauth offers a passkey to everybody."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        kept = Authenticator.objects.filter(user=self.stage.login.user)
        kinds = set(kept.values_list("type", flat=True))
        found["has_app"] = Authenticator.Type.TOTP in kinds
        if Authenticator.Type.WEBAUTHN not in kinds:
            found["js_data"] = None
        return found


class _Passkey(LoginWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, "没有认出这把通行密钥。请改用用户名和密码登录。")
        return redirect("accounts:login")


class _Confirm(ReauthenticateView):
    template_name = "access/confirm.html"

    def get_form_class(self) -> type[ConfirmForm]:
        return ConfirmForm


class _ConfirmByCode(MfaReauthenticateView):
    template_name = "access/confirm.html"

    def get_form_class(self) -> type[ConfirmByCodeForm]:
        return ConfirmByCodeForm


class _ConfirmByKey(ReauthenticateWebAuthnView):
    template_name = "access/confirm_key.html"


class _SetUpApp(ActivateTOTPView):
    template_name = "access/app.html"

    def get_form_class(self) -> type[AppForm]:
        return AppForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        secret = found["form"].secret
        found["secret"] = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
        return found

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        _added(self.request)
        return answer


class _TakeAwayApp(DeactivateTOTPView):
    template_name = "access/app_off.html"

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        _removed(self.request)
        return answer


class _Codes(ViewRecoveryCodesView):
    template_name = "access/codes.html"


class _NewCodes(GenerateRecoveryCodesView):
    template_name = "access/codes_new.html"

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_second_factor(actor(self.request), "recovery_codes_made", at=now())
        return answer


class _AddKey(AddWebAuthnView):
    template_name = "access/key.html"

    def get_form_class(self) -> type[KeyForm]:
        return KeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The key is made discoverable, so that it opens the door without a user name."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        found["js_data"] = {
            "creation_options": begin_registration(self.request.user, passwordless=True)
        }
        return found

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        _added(self.request)
        return answer


class _RemoveKey(RemoveWebAuthnView):
    template_name = "access/key_off.html"

    def get_success_url(self) -> str:
        return reverse("accounts:security")

    def form_valid(self, form: Any) -> HttpResponse:
        if not MfaAdapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, MfaAdapter.error_messages["cannot_delete_authenticator"])
            return redirect("accounts:security")
        answer: HttpResponse = super().form_valid(form)
        _removed(self.request)
        return answer


def _added(request: HttpRequest) -> None:
    note_second_factor(actor(request), "second_factor_added", at=now())
    duty.clear(request.session)
    messages.success(request, "两步验证已设置。请把备用码抄下来，收好。")


def _removed(request: HttpRequest) -> None:
    note_second_factor(actor(request), "second_factor_removed", at=now())
    messages.success(request, "已移除。")


def _shown(view: Any, request: HttpRequest, **url: Any) -> HttpResponseBase:
    answer: HttpResponseBase = view.as_view()(request, **url)
    return answer


@public(WHY_STEP)
def second_step(request: HttpRequest) -> HttpResponseBase:
    return _shown(_SecondStep, request)


@public("a door of its own: the passkey is the proof")
def passkey(request: HttpRequest) -> HttpResponseBase:
    return _shown(_Passkey, request)


@guarded(has_password)
def confirm(request: HttpRequest) -> HttpResponseBase:
    return _shown(_Confirm, request)


@guarded(has_password)
def confirm_code(request: HttpRequest) -> HttpResponseBase:
    return _shown(_ConfirmByCode, request)


@guarded(has_password)
def confirm_key(request: HttpRequest) -> HttpResponseBase:
    return _shown(_ConfirmByKey, request)


@guarded(has_password)
def set_up_app(request: HttpRequest) -> HttpResponseBase:
    return _shown(_SetUpApp, request)


@guarded(has_password)
def take_away_app(request: HttpRequest) -> HttpResponseBase:
    return _shown(_TakeAwayApp, request)


@guarded(has_password)
def codes(request: HttpRequest) -> HttpResponseBase:
    return _shown(_Codes, request)


@guarded(has_password)
def new_codes(request: HttpRequest) -> HttpResponseBase:
    return _shown(_NewCodes, request)


@guarded(has_password)
def add_key(request: HttpRequest) -> HttpResponseBase:
    return _shown(_AddKey, request)


@guarded(has_password)
def remove_key(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _shown(_RemoveKey, request, pk=pk)
