"""The identity providers that the settings name: one for staff, 电子社保卡 for learners."""

from pathlib import Path

from allauth.socialaccount.models import SocialApp
from django.conf import settings

SSO, CARD = "sso", "card"


def apps() -> list[SocialApp]:
    return [app for app in (sso_app(), card_app()) if app is not None]


def is_there(provider_id: str) -> bool:
    return any(app.provider_id == provider_id for app in apps())


def sso_app() -> SocialApp | None:
    """The city's identity provider as the settings name it; None without one."""
    if not settings.ANLAN_SSO_ISSUER:
        return None
    return SocialApp(
        provider="openid_connect",
        provider_id=SSO,
        name=settings.ANLAN_SSO_NAME,
        client_id=settings.ANLAN_SSO_CLIENT,
        secret=_secret(settings.ANLAN_SSO_SECRET_FILE),
        settings={
            "server_url": settings.ANLAN_SSO_ISSUER,
            "oauth_pkce_enabled": True,
            "fetch_userinfo": settings.ANLAN_SSO_USERINFO,
            "claims": [settings.ANLAN_SSO_CLAIM],
        },
    )


def card_app() -> SocialApp | None:
    """电子社保卡 as the settings name it; None without one."""
    if not settings.ANLAN_SOCIAL_CARD_ISSUER:
        return None
    return SocialApp(
        provider="openid_connect",
        provider_id=CARD,
        name=settings.ANLAN_SOCIAL_CARD_NAME,
        client_id=settings.ANLAN_SOCIAL_CARD_CLIENT,
        secret=_secret(settings.ANLAN_SOCIAL_CARD_SECRET_FILE),
        settings={
            "server_url": settings.ANLAN_SOCIAL_CARD_ISSUER,
            "oauth_pkce_enabled": True,
            "fetch_userinfo": settings.ANLAN_SOCIAL_CARD_USERINFO,
            "scope": list(settings.ANLAN_SOCIAL_CARD_SCOPE),
            "claims": [
                settings.ANLAN_SOCIAL_CARD_CLAIM,
                settings.ANLAN_SOCIAL_CARD_NAME_CLAIM,
            ],
        },
    )


def _secret(file: str) -> str:
    return Path(file).read_text("utf-8").strip() if file else ""
