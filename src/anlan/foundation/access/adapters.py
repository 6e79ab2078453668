"""What django-allauth asks of this house: how one enters, how secrets are kept, who is linked."""

import time
from collections.abc import Callable
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
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.timezone import now

from anlan.foundation.access import duty, providers
from anlan.foundation.access.services.linking import link_by_claim
from anlan.foundation.accounts.models import User
from anlan.lib.fields import keyring
from anlan.lib.refusals import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"
ENTERED = "access.entered"
FRESH_SECONDS = 600
BOUND_TO = "access.authenticator"
# Request, what the card says, where the visitor was going. Raises `Refused`.
CardDoor = Callable[[HttpRequest, dict[str, Any], str], HttpResponse]
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
        return [
            app
            for app in providers.apps()
            if provider in (None, app.provider, app.provider_id)
            and client_id in (None, app.client_id)
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link by the claim rule, or say plainly what to do."""
        claims = sociallogin.account.extra_data.get("id_token", {})
        try:
            if sociallogin.account.provider == providers.CARD:
                raise ImmediateHttpResponse(_by_card(request, sociallogin, claims))
            if sociallogin.is_existing:
                return
            user = link_by_claim(
                sociallogin.account.provider, sociallogin.account.uid, claims, at=now()
            )
        except Refused as refused:
            answer = said_why(request, sociallogin.account.provider, refused)
            raise ImmediateHttpResponse(answer) from refused
        sociallogin.connect(request, user)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any
    ) -> None:
        raise ImmediateHttpResponse(not_completed(request, provider.sub_id))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No e-mail is assumed."""


def _by_card(request: HttpRequest, sociallogin: Any, claims: dict[str, Any]) -> HttpResponse:
    """Learners are known upstairs. What the card says is handed over and kept nowhere."""
    enter: CardDoor = import_string(settings.ANLAN_CARD_DOOR)
    return enter(request, claims, str(sociallogin.state.get("next") or ""))


def not_completed(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Something failed between the provider and here, or somebody said no there."""
    if provider_id == providers.CARD:
        name = settings.ANLAN_SOCIAL_CARD_NAME
        refused = Refused(f"{name}登录没有完成。", "请再试一次，或改用手机号和短信验证码登录。")
    else:
        refused = Refused(
            "单点登录没有完成。",
            "请回登录页再试一次；一直不行，请改用用户名和密码，并告诉平台运维。",
        )
    return said_why(request, provider_id, refused)


def said_why(request: HttpRequest, provider_id: str, refused: Refused) -> HttpResponse:
    learner = provider_id == providers.CARD
    door = settings.ANLAN_DOORS["learner"] if learner else settings.LOGIN_URL
    context = {"refused": refused, "learner": learner, "back": reverse(door)}
    return render(request, "access/sso_refused.html", context, status=403)
