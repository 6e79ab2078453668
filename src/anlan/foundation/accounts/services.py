"""Opening accounts and giving rights."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

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
    until: datetime | None = None,
) -> Grant:
    """Give a role over a scope; giving it twice changes nothing. `until` ends it by itself."""
    facts = {"since": at, "reason": reason, "granted_by": by}
    which = {"user": user, "role": role, "scope_kind": scope, "scope_key": key, "until": until}
    grant, _new = Grant.objects.get_or_create(**which, defaults=facts)
    forget_reach(user)
    return grant


@transaction.atomic
def end_role(grant: Grant, *, by: User, at: datetime, reason: str) -> bool:
    """End a grant from this moment; what was done under it stays. False when it was over."""
    ended = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=at), pk=grant.pk, since__lt=at)
    changed = ended.update(until=at, ended_by=by, end_reason=reason[:200])
    forget_reach(grant.user)
    return bool(changed)


def forget_reach(user: User) -> None:
    """Drop the rights kept on a user object, after they changed."""
    user.__dict__.pop("_reach", None)
