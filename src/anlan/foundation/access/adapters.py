"""What django-allauth asks of this house: how one enters, how secrets are kept, who is linked."""

import time
from pathlib import Path
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as django_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from anlan.foundation.access import duty
from anlan.foundation.access.services.linking import link_by_claim
from anlan.foundation.accounts.models import User
from anlan.lib.fields import keyring
from anlan.lib.refusals import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"
ENTERED = "access.entered"
FRESH_SECONDS = 600
BOUND_TO = "access.authenticator"
WRONG_CODE = "验证码不对。请核对手机上的 6 位数字；手机时间不准也会不对。"
OFTEN = "试的次数太多。请等 5 分钟后再试，或用一个备用码。"


class AccountAdapter(DefaultAccountAdapter):
    """Everybody who comes in by password, second factor, passkey or single sign-on passes here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": OFTEN,
        "rate_limited": OFTEN,
        "incorrect_password": "密码不对，请重新输入。",
        "incorrect_code": WRONG_CODE,
    }

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        django_login(request, user, backend=BACKEND)
        request.session[ENTERED] = time.time()
        by_sso = any(
            record.get("method") == "socialaccount"
            for record in request.session.get("account_authentication_methods", [])
        )
        duty.mark(request.session, user, at=now(), by_sso=by_sso)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within ten minutes of coming in: who has just typed the password typed it."""
        entered = context.request.session.get(ENTERED, 0)
        return bool(time.time() - entered > FRESH_SECONDS)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        clear_login(request)
        messages.error(request, "这个账号已停用，请联系本单位管理员。")
        return redirect("accounts:login")

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META.get("REMOTE_ADDR", ""))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say it themselves, in plain Chinese."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No e-mail is assumed; the ledger and the notices tell."""


class MfaAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are sealed like every other secret."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "unverified_email": "现在不能添加，请联系平台运维。",
        "cannot_delete_authenticator": "按规定这个账号必须有两步验证，不能关闭；可以先添加另一种。",
        "cannot_generate_recovery_codes": "请先设置验证器或通行密钥。",
    }

    def get_totp_issuer(self) -> str:
        return str(settings.ANLAN_PLATFORM)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return keyring().seal(text.encode(), bound_to=BOUND_TO)

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(encrypted_text, bound_to=BOUND_TO).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Who must have a second factor keeps one."""
        if not duty.must_have(authenticator.user, at=now()):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id)
        others = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: str) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"通行密钥 {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = context.request.get_host().partition(":")[0]
        return {"id": host, "name": str(settings.ANLAN_PLATFORM)}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return super().get_public_key_credential_user_entity(user) | {  # type: ignore[no-any-return]
            "display_name": user.name,
            "name": user.username,
        }


class SocialAdapter(DefaultSocialAccountAdapter):
    """Single sign-on opens accounts that are there; it never makes one."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        app = sso_app()
        if app is None or provider not in (None, app.provider, app.provider_id):
            return []
        return [] if client_id not in (None, app.client_id) else [app]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link by the claim rule, or say plainly what to do."""
        if sociallogin.is_existing:
            return
        try:
            user = link_by_claim(
                sociallogin.account.provider,
                sociallogin.account.uid,
                _claims(sociallogin.account.extra_data),
                at=now(),
            )
        except Refused as refused:
            answer = render(request, "access/sso_refused.html", {"refused": refused}, status=403)
            raise ImmediateHttpResponse(answer) from refused
        sociallogin.connect(request, user)

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        raise ImmediateHttpResponse(not_completed(request))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No e-mail is assumed."""


def not_completed(request: HttpRequest) -> HttpResponse:
    """Something failed between the provider and here, or somebody said no there."""
    refused = Refused(
        "单点登录没有完成。", "请回登录页再试一次；一直不行，请改用用户名和密码，并告诉平台运维。"
    )
    return render(request, "access/sso_refused.html", {"refused": refused}, status=403)


def sso_app() -> SocialApp | None:
    """The city's identity provider as the settings name it; None without one."""
    if not settings.ANLAN_SSO_ISSUER:
        return None
    return SocialApp(
        provider="openid_connect",
        provider_id="sso",
        name=settings.ANLAN_SSO_NAME,
        client_id=settings.ANLAN_SSO_CLIENT,
        secret=_secret(settings.ANLAN_SSO_SECRET_FILE),
        settings={
            "server_url": settings.ANLAN_SSO_ISSUER,
            "oauth_pkce_enabled": True,
            "fetch_userinfo": settings.ANLAN_SSO_USERINFO,
        },
    )


def _secret(file: str) -> str:
    return Path(file).read_text("utf-8").strip() if file else ""


def _claims(found: dict[str, Any]) -> dict[str, Any]:
    """What the provider says; the signed token wins over what was asked for afterwards."""
    return {**found.get("userinfo", {}), **found.get("id_token", {})}
