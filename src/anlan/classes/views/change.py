"""变更: asked by the provider, decided by district or city, taken back before that."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from anlan.classes import policies, queries
from anlan.classes.forms.change import ChangeForm
from anlan.classes.forms.decision import ChangeDecisionForm
from anlan.classes.models import ChangeKind, ChangeRequest, TrainingClass
from anlan.classes.services import changes
from anlan.foundation.accounts.guards import actor, guarded
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused


@guarded(policies.may_ask_change, load=queries.class_for)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """One form per kind, chosen by `?kind=`."""
    kind = _kind(request.GET.get("kind", ChangeKind.RESCHEDULE))
    by, at = actor(request), now()
    form = ChangeForm(
        request.POST or None,
        klass=klass,
        kind=kind,
        today=local_date(at),
        initial=request.GET.dict(),
    )
    if form.is_valid():
        try:
            changes.request_change(
                klass,
                kind,
                session=form.cleaned_data.get("session"),
                after=form.after(),
                reason=form.cleaned_data["reason"],
                by=by,
                at=at,
            )
        except Refused as refused:
            form.add_error(None, f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, "变更申请已提交，等待审批。批准前课程表不变。")
            return redirect(klass)
    context = {"klass": klass, "form": form, "kind": kind, "kinds": ChangeKind}
    return render(request, "classes/change.html", context, status=422 if form.is_bound else 200)


@guarded(policies.may_decide_change, load=queries.change_for)
@require_POST
def decide(request: HttpRequest, change: ChangeRequest) -> HttpResponse:
    form = ChangeDecisionForm(request.POST)
    if not form.is_valid():
        raise BadInput("请写明理由，并选择同意或不同意。", "理由会记入变更历史，申请人能看到。")
    by, at, reason = actor(request), now(), form.cleaned_data["reason"]
    if form.cleaned_data["decision"] == "grant":
        changes.grant_change(change, by=by, at=at, reason=reason)
        messages.success(request, "已同意变更，学员、企业和讲师会收到通知。")
    else:
        changes.refuse_change(change, by=by, at=at, reason=reason)
        messages.success(request, "已答复不同意，申请人会收到理由。")
    return redirect(change.klass)


@guarded(policies.may_run_change, load=queries.change_for)
@require_POST
def withdraw(request: HttpRequest, change: ChangeRequest) -> HttpResponse:
    changes.withdraw_change(change, by=actor(request), at=now())
    messages.success(request, "已撤回变更申请。")
    return redirect(change.klass)


def _kind(text: str) -> ChangeKind:
    try:
        return ChangeKind(text)
    except ValueError as unknown:
        raise Http404 from unknown
