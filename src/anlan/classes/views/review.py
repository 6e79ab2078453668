"""审核与审批: the officials' queue and their decisions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.classes import policies, queries
from anlan.classes.forms.decision import DecisionForm
from anlan.classes.models import Status, TrainingClass
from anlan.classes.services import reviews
from anlan.foundation.accounts.guards import actor, guarded
from anlan.lib.refusals import BadInput


@guarded(policies.may_decide_some)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """待办: what waits for this official, the oldest first."""
    user = actor(request)
    context = {
        "classes": queries.waiting_for(user),
        "changes": queries.changes_waiting_for(user).select_related(
            "klass__provider", "session", "asked_by"
        ),
    }
    return render(request, "classes/queue.html", context)


@guarded(policies.may_decide, load=queries.class_for)
@require_POST
def decide(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Agree (as district or as city, by the class's state) or return, with a reason."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise BadInput("请写明理由，并选择同意或退回修改。", "理由会记入审批历史，申请人能看到。")
    by, at, reason = actor(request), now(), form.cleaned_data["reason"]
    if form.cleaned_data["decision"] == "return":
        reviews.return_class(klass, by=by, at=at, reason=reason)
        said = "已退回修改，申请人会收到理由。"
    elif klass.status == Status.SUBMITTED:
        reviews.review_class(klass, by=by, at=at, reason=reason)
        said = "已同意，转市级审批。"
    else:
        reviews.approve_class(klass, by=by, at=at, reason=reason)
        said = "已同意开班，企业现在可以报名。"
    messages.success(request, said)
    return redirect(klass)
