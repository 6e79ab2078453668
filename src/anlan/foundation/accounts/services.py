"""Opening accounts and giving rights."""

from datetime import datetime

from django.db import transaction

from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User


@transaction.atomic
def open_account(
    *, username: str, name: str, password: str | None = None, synthetic: bool = False
) -> User:
    """A new user; without a password one logs in by one-time code only."""
    user = User.objects.create_user(username, name, password)
    if synthetic:
        user.is_synthetic = True
        user.save(update_fields=["is_synthetic"])
    return user


@transaction.atomic
def give_role(
    user: User,
    role: Role,
    scope: ScopeKind,
    key: str = "",
    *,
    by: User | None,
    at: datetime,
    reason: str,
) -> Grant:
    """Give a role over a scope; giving it twice changes nothing."""
    grant, _new = Grant.objects.get_or_create(
        user=user,
        role=role,
        scope_kind=scope,
        scope_key=key,
        until=None,
        defaults={"since": at, "reason": reason, "granted_by": by},
    )
    forget_reach(user)
    return grant


@transaction.atomic
def end_role(grant: Grant, *, by: User, at: datetime, reason: str) -> None:
    """End a grant from this moment; what was done under it stays."""
    Grant.objects.filter(pk=grant.pk, until__isnull=True).update(
        until=at, reason=f"{grant.reason}；终止：{reason}"[:200]
    )
    forget_reach(grant.user)


def forget_reach(user: User) -> None:
    """Drop the rights kept on a user object, after they changed."""
    user.__dict__.pop("_reach", None)
