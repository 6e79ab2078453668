"""Single sign-on: which account an identity of the city's provider opens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from anlan.foundation.accounts.models import Grant, Role, User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import NotAllowed

ASK = "请联系平台运维，核对您在平台的用户名；在此之前可以用用户名和密码登录。"


@transaction.atomic
def link_by_claim(provider: str, subject: str, claims: Mapping[str, Any], *, at: datetime) -> User:
    """The account whose user name is the claim that the settings name. None is ever made.

    Refused for an unknown name, a closed account, a learner's, and one that another identity of
    the same provider already opens.
    """
    name = str(claims.get(settings.ANLAN_SSO_CLAIM) or "").strip()
    user = User.objects.filter(username=name, is_active=True).first() if name else None
    staff = user is not None and Grant.objects.filter(user=user).exclude(role=Role.LEARNER).exists()
    if user is None or not staff:
        raise NotAllowed("单点登录认出了您，但平台里没有与之对应的账号。", ASK)
    if SocialAccount.objects.filter(user=user, provider=provider).exclude(uid=subject).exists():
        raise NotAllowed("这个账号已经和另一个单点登录身份相连。", ASK)
    record(f"user/{user.uid}", "sso_linked", by=user, at=at)
    return user


def is_linked(user: User) -> bool:
    return bool(SocialAccount.objects.filter(user=user).exists())


@transaction.atomic
def unlink(user: User, *, by: User, at: datetime, reason: str) -> None:
    """The account is no longer opened by the single sign-on, until it is linked anew."""
    gone, _ = SocialAccount.objects.filter(user=user).delete()
    if not gone:
        raise NotAllowed("这个账号没有和单点登录相连。", "")
    record(f"user/{user.uid}", "sso_unlinked", by=by, at=at, reason=reason)
