"""Giving and ending roles. Nobody gives themselves one; what reaches the whole city takes two."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.foundation.access import queries
from anlan.foundation.access.models import RoleProposal
from anlan.foundation.access.places import SCOPES, Place
from anlan.foundation.access.policies import looks_after_all, may_give
from anlan.foundation.accounts.models import Grant, Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.accounts.services import end_role as end
from anlan.foundation.accounts.services import give_role as give
from anlan.foundation.ledger.services import record
from anlan.foundation.notices.services import tell
from anlan.lib.refusals import BadInput, NotAllowed


@transaction.atomic
def give_role(
    user: User,
    role: Role,
    place: Place,
    *,
    by: User,
    at: datetime,
    reason: str,
    until: datetime | None = None,
) -> Grant | RoleProposal:
    """A grant, or, where the role reaches the whole city, a proposal that another must confirm."""
    _refuse_unfit(user, role, place, by=by, until=until, at=at)
    open_one = Grant.objects.filter(
        user=user, role=role, scope_kind=place.kind, scope_key=place.key, since__lte=at
    )
    if any(g.until is None or g.until > at for g in open_one):
        raise NotAllowed("这个人已经有这个角色。", "要改期限，请先终止原来的，再重新授予。")
    if place.kind == ScopeKind.CITY:
        return _propose(user, role, place, by=by, at=at, reason=reason, until=until)
    grant = give(user, role, place.kind, place.key, by=by, at=at, reason=reason, until=until)
    _record_given(grant, by=by, at=at)
    return grant


def _refuse_unfit(
    user: User, role: Role, place: Place, *, by: User, until: datetime | None, at: datetime
) -> None:
    if user.pk == by.pk:
        raise NotAllowed("不能给自己授予角色。", "请由另一位有权限的人办理。")
    if role not in may_give(by):
        raise NotAllowed("您不能授予这个角色。", "请联系市级监管员或平台运维。")
    if place.kind not in SCOPES[role]:
        raise BadInput("这个角色不能授予这样的范围。", "请按角色选择区县、行业、单位或班级。")
    if not queries.within(by, place.kind, place.key):
        raise NotAllowed("这个范围不在您的辖区内。", "请联系所在区县或市级监管员。")
    if until is not None and until <= at:
        raise BadInput("截止日期已经过去。", "请选今天以后的日期，或留空表示长期。")


def _propose(user: User, role: Role, place: Place, **facts: Any) -> RoleProposal:
    known: dict[str, Any] = {
        "user": user,
        "role": role,
        "scope_kind": place.kind,
        "scope_key": place.key,
    }
    if RoleProposal.objects.filter(decided_at__isnull=True, **known).exists():
        raise NotAllowed("同样的提名正在等人确认。", "请另一位市级监管员或运维在账号页确认。")
    by, at = facts.pop("by"), facts.pop("at")
    made = RoleProposal.objects.create(**known, **facts, proposed_by=by, proposed_at=at)
    record(_subject(user), "role_proposed", by=by, at=at, role=role.label, reason=made.reason)
    others = [u for u in _confirmers() if u.pk not in (by.pk, user.pk)]
    tell(
        others,
        f"请确认：授予 {user.name} {role.label}",
        at=at,
        dedupe=f"proposal/{made.uid}",
        body="涉及全市的角色由一人提名、另一人确认。",
        url="/account/roles/",
    )
    return made


def _confirmers() -> Sequence[User]:
    return [
        *users_with(Role.CITY_OFFICIAL, ScopeKind.CITY),
        *users_with(Role.OPERATOR, ScopeKind.CITY),
    ]


@transaction.atomic
def decide_proposal(
    proposal: RoleProposal, *, confirm: bool, by: User, at: datetime, answer: str = ""
) -> None:
    """Somebody else than who proposed, and than whom it is for, says yes or no; once."""
    if by.pk in (proposal.proposed_by_id, proposal.user_id) or not looks_after_all(by):
        raise NotAllowed("提名人和本人不能确认。", "请另一位市级监管员或平台运维办理。")
    if not confirm and not answer.strip():
        raise BadInput("请写明不同意的理由。", "提名人会看到这句话。")
    decided = RoleProposal.objects.filter(pk=proposal.pk, decided_at__isnull=True).update(
        decided_by=by, decided_at=at, confirmed=confirm, answer=answer
    )
    if not decided:
        raise NotAllowed("这项提名已经有人处理过了。", "请刷新页面看结果。")
    role = Role(proposal.role)
    if confirm:
        grant = give(
            proposal.user,
            role,
            ScopeKind(proposal.scope_kind),
            proposal.scope_key,
            by=proposal.proposed_by,
            at=at,
            reason=proposal.reason,
            until=proposal.until,
        )
        _record_given(grant, by=by, at=at)
        return
    record(_subject(proposal.user), "role_refused", by=by, at=at, role=role.label, reason=answer)


@transaction.atomic
def end_role(grant: Grant, *, by: User, at: datetime, reason: str) -> None:
    """End a grant now. Nobody ends the own: the last of a kind must not leave by accident."""
    if grant.user_id == by.pk:
        raise NotAllowed("不能终止自己的角色。", "请由另一位有权限的人办理。")
    if Role(grant.role) not in may_give(by):
        raise NotAllowed("您不能终止这个角色。", "请联系市级监管员或平台运维。")
    if not reason.strip():
        raise BadInput("请写明终止的理由。", "本人和后来的人会看到这句话。")
    if not end(grant, by=by, at=at, reason=reason):
        raise NotAllowed("这个角色已经终止了。", "请刷新页面看结果。")
    record(
        _subject(grant.user),
        "role_ended",
        by=by,
        at=at,
        role=Role(grant.role).label,
        scope=grant.scope_kind,
        key=grant.scope_key,
        reason=reason,
    )


def _record_given(grant: Grant, *, by: User, at: datetime) -> None:
    record(
        _subject(grant.user),
        "role_given",
        by=by,
        at=at,
        role=Role(grant.role).label,
        scope=grant.scope_kind,
        key=grant.scope_key,
        reason=grant.reason,
    )


def _subject(user: User) -> str:
    return f"user/{user.uid}"
