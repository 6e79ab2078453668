"""Colleagues' accounts: who there is, what they may, giving and ending roles, ways back."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.access import duty, policies, queries
from anlan.foundation.access.forms import GiveForm, OpenForm, ReasonForm
from anlan.foundation.access.models import RoleProposal
from anlan.foundation.access.services import linking, locks, passwords, roles
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import Grant, User
from anlan.foundation.ledger.queries import timeline
from anlan.foundation.ui.parts import Moment
from anlan.lib.refusals import Refused

PAGE = 50


@require_GET
@guarded(policies.looks_after_accounts)
def people(request: HttpRequest) -> HttpResponse:
    user, at = actor(request), now()
    text = request.GET.get("q", "")
    page = Paginator(queries.accounts(user, text), PAGE).get_page(request.GET.get("page"))
    locked = {lock.username for lock in queries.locks(at=at)}
    grants = queries.open_grants(page, at=at)
    rows = [(one, grants.get(one.pk, []), one.username in locked) for one in page]
    context = {"page": page, "rows": rows, "q": text, "opens": policies.looks_after_all(user)}
    return render(request, "access/people.html", context)


@require_GET
@guarded(policies.looks_after_accounts)
def roles_page(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what ends soon."""
    user, at = actor(request), now()
    whole = policies.looks_after_all(user)
    context = {
        "proposals": list(queries.open_proposals()) if whole else [],
        "soon": queries.shown_grants(queries.ending_soon(user, at=at), at=at),
        "whole": whole,
        "me": user,
    }
    return render(request, "access/roles.html", context)


@require_GET
@guarded(policies.may_look_at, load=queries.account_for)
def account(request: HttpRequest, account: User) -> HttpResponse:
    return _account(request, account)


@require_POST
@guarded(policies.looks_after, load=queries.account_for)
def give(request: HttpRequest, account: User) -> HttpResponse:
    user = actor(request)
    form = GiveForm(request.POST, roles=policies.may_give(user))
    if not form.is_valid():
        return _account(request, account, give_form=form, status=422)
    clean = form.cleaned_data
    try:
        made = roles.give_role(
            account,
            clean["role"],
            clean["place"],
            by=user,
            at=now(),
            reason=clean["reason"],
            until=clean["until"],
        )
    except Refused as refused:
        form.add_error(None, f"{refused.message}{refused.next_step}")
        return _account(request, account, give_form=form, status=refused.status)
    waits = isinstance(made, RoleProposal)
    messages.success(request, "已提名，待另一人确认后生效。" if waits else "角色已授予，立即生效。")
    return redirect("accounts:account", uid=account.uid)


@require_http_methods(["GET", "POST"])
@guarded(policies.looks_after_holder, load=queries.grant_for)
def end(request: HttpRequest, grant: Grant) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        roles.end_role(grant, by=actor(request), at=now(), reason=form.cleaned_data["reason"])
        messages.success(request, "角色已终止。")
        return redirect("accounts:account", uid=grant.user.uid)
    [shown] = queries.shown_grants([grant], at=now())
    context = {"one": shown, "form": form}
    return render(request, "access/end_role.html", context, status=422 if form.errors else 200)


@require_POST
@guarded(policies.decides_proposals, load=queries.proposal_for)
def decide(request: HttpRequest, proposal: RoleProposal) -> HttpResponse:
    confirm = request.POST.get("answer") == "yes"
    roles.decide_proposal(
        proposal,
        confirm=confirm,
        by=actor(request),
        at=now(),
        answer=request.POST.get("reason", "")[:200],
    )
    messages.success(request, "已确认，角色生效。" if confirm else "已退回提名。")
    return redirect("accounts:roles")


@require_http_methods(["GET", "POST"])
@guarded(policies.looks_after_all)
def open_account(request: HttpRequest) -> HttpResponse:
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, code = passwords.open_account(by=actor(request), at=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error("username", f"{refused.message}{refused.next_step}")
        else:
            return _handed(request, made, code)
    context = {"form": form}
    return render(request, "access/open.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Act:
    """What a colleague does for an account, for a reason."""

    title: str
    button: str
    warning: str
    do: Callable[..., object]


ACTS = {
    "code": Act(
        "发密码重设码",
        "发重设码",
        "请先电话或当面核对是本人。码只显示一次，由您转告；本人在登录页点「有重设码」。",
        passwords.hand_reset_code,
    ),
    "unlock": Act("解除锁定", "解除锁定", "请先电话或当面核对是本人。", locks.unlock),
    "second": Act(
        "重设两步验证",
        "重设两步验证",
        "手机丢失时用。验证器、通行密钥和备用码全部作废，本人用密码登录后重新设置。",
        passwords.take_second_factors,
    ),
    "unlink": Act(
        "解除单点登录连接", "解除连接", "下次单点登录时按用户名重新连接。", linking.unlink
    ),
    "close": Act(
        "停用账号",
        "停用账号",
        "本人立即退出，不能再登录；办过的事都保留。",
        passwords.close_account,
    ),
    "reopen": Act("恢复账号", "恢复账号", "本人可以重新登录，角色照旧。", passwords.reopen_account),
}


def _chosen(user: User, uid: UUID, act: str) -> tuple[User, Act]:
    if act not in ACTS:
        raise Http404
    return queries.account_for(user, uid), ACTS[act]


@require_http_methods(["GET", "POST"])
@guarded(policies.acts_for, load=_chosen)
def act(request: HttpRequest, chosen: tuple[User, Act]) -> HttpResponse:
    """One act for one account: its warning, a reason, the deed."""
    account, deed = chosen
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        made = deed.do(account, by=actor(request), at=now(), reason=reason)
        if isinstance(made, str):
            return _handed(request, account, made)
        messages.success(request, f"{account.name}：已{deed.button}。")
        return redirect("accounts:account", uid=account.uid)
    context = {"account": account, "act": deed, "form": form}
    return render(request, "access/act.html", context, status=422 if form.errors else 200)


def _handed(request: HttpRequest, account: User, code: str) -> HttpResponse:
    """Shows a code this once; it is kept nowhere in clear."""
    answer = render(request, "access/handed.html", {"account": account, "code": code})
    answer["Cache-Control"] = "no-store"
    return answer


def _account(
    request: HttpRequest, account: User, *, give_form: GiveForm | None = None, status: int = 200
) -> HttpResponse:
    user, at = actor(request), now()
    happenings = timeline([f"user/{account.uid}"], limit=30)
    context = {
        "account": account,
        "grants": queries.shown_grants(queries.grants_of(account), at=at),
        "locked": queries.locks(at=at, username=account.username),
        "has_second": duty.has_second_factor(account),
        "linked": linking.is_linked(account),
        "own": account.pk == user.pk,
        "form": give_form or GiveForm(roles=policies.may_give(user)),
        "proposals": queries.open_proposals().filter(user=account),
        "moments": [Moment(h.at, h.sentence, h.who) for h in reversed(happenings)],
    }
    return render(request, "access/account.html", context, status=status)
