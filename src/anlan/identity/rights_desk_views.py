"""Desk pages of people's rights: wishes to be deleted, clocks of retention, impact assessments."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.identity import policies
from anlan.identity.forms import AnswerForm, ImpactForm, SaidReasonForm
from anlan.identity.models import DeletionRequest, ImpactAssessment, ImpactStatus, Retained, Wish
from anlan.identity.queries import rights
from anlan.identity.services import rights as acts
from anlan.lib.masking import mask_name
from anlan.lib.refusals import Refused

PAGE = 50
SOON = timedelta(days=7)
AGAINST = "不予删除的依据和理由"
OPINION = "意见"


@require_GET
@guarded(policies.may_answer_wishes)
def deletions(request: HttpRequest) -> HttpResponse:
    """Open ones first, the clock that runs out soonest on top."""
    rows = rights.deletions_visible_to(actor(request))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(one, mask_name(one.person.name)) for one in page.object_list]
    context = {"page": page, "rows": shown, "now": now(), "days": rights.answer_days(now())}
    return render(request, "identity/deletions.html", context)


@require_GET
@guarded(policies.may_answer, load=rights.deletion_for)
def deletion(request: HttpRequest, asked: DeletionRequest) -> HttpResponse:
    return _deletion(request, asked)


@require_POST
@guarded(policies.may_answer, load=rights.deletion_for)
def decide(request: HttpRequest, asked: DeletionRequest) -> HttpResponse:
    form = AnswerForm(request.POST, label=AGAINST)
    if not form.is_valid():
        return _deletion(request, asked, form=form, status=422)
    grant = request.POST.get("answer") == "grant"
    try:
        acts.decide_deletion(
            asked, grant=grant, reason=form.cleaned_data["reason"], by=actor(request), at=now()
        )
    except Refused as refused:
        form.add_error("reason", f"{refused.message}{refused.next_step}")
        return _deletion(request, asked, form=form, status=refused.status)
    asked.refresh_from_db()
    messages.success(request, f"已答复：{asked.get_status_display()}。")
    return redirect("identity:deletion", uid=asked.uid)


@require_POST
@guarded(policies.may_open_retained, load=rights.deletion_for)
def identity(request: HttpRequest, asked: DeletionRequest) -> HttpResponse:
    """Who it was, this once, for a reason."""
    form = SaidReasonForm(request.POST)
    if not form.is_valid():
        return _deletion(request, asked, why=form, status=422)
    told = acts.reveal_retained(
        asked.person, reason=form.cleaned_data["reason"], by=actor(request), at=now()
    )
    return _deletion(request, asked, revealed=told)


@require_GET
@guarded(policies.may_see_retention)
def retention(request: HttpRequest) -> HttpResponse:
    """What is kept how long by which rule, what is past its time, and the count of faces."""
    at = now()
    context = {
        "clocks": rights.clocks(at, at + SOON),
        "statutory": rights.statutory(at),
        "faces": rights.face_count(at),
        "restricted": Retained.objects.filter(ended_at=None).count(),
    }
    return render(request, "identity/retention.html", context)


@require_GET
@guarded(policies.may_see_retention)
def impacts(request: HttpRequest) -> HttpResponse:
    rows = rights.impacts_visible_to(actor(request)).order_by("title", "topic", "-version")
    return render(request, "identity/impacts.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@guarded(policies.may_see_retention)
def new_impact(request: HttpRequest) -> HttpResponse:
    form = ImpactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = acts.draft_impact(form.words(), by=actor(request), at=now())
        return redirect("identity:impact", uid=made.uid)
    status = 422 if form.errors else 200
    return render(request, "identity/impact_form.html", {"form": form}, status=status)


@require_GET
@guarded(policies.may_see_impact, load=rights.impact_for)
def impact(request: HttpRequest, one: ImpactAssessment) -> HttpResponse:
    return _impact(request, one)


@require_http_methods(["GET", "POST"])
@guarded(policies.may_see_impact, load=rights.impact_for)
def edit_impact(request: HttpRequest, one: ImpactAssessment) -> HttpResponse:
    form = ImpactForm(request.POST or None, initial=_words(one))
    if request.method == "POST" and form.is_valid():
        acts.change_impact(one, form.words(), by=actor(request))
        return redirect("identity:impact", uid=one.uid)
    context = {"form": form, "one": one}
    status = 422 if form.errors else 200
    return render(request, "identity/impact_form.html", context, status=status)


@require_POST
@guarded(policies.may_see_impact, load=rights.impact_for)
def submit_impact(request: HttpRequest, one: ImpactAssessment) -> HttpResponse:
    acts.submit_impact(one, by=actor(request), at=now())
    messages.success(request, "已提交，等另一位人员批准。")
    return redirect("identity:impact", uid=one.uid)


@require_POST
@guarded(policies.may_see_impact, load=rights.impact_for)
def decide_impact(request: HttpRequest, one: ImpactAssessment) -> HttpResponse:
    form = AnswerForm(request.POST, label=OPINION)
    if not form.is_valid():
        return _impact(request, one, form=form, status=422)
    approve = request.POST.get("answer") == "approve"
    try:
        acts.decide_impact(
            one,
            approve=approve,
            answer=form.cleaned_data["reason"],
            by=actor(request),
            at=now(),
        )
    except Refused as refused:
        form.add_error("reason", f"{refused.message}{refused.next_step}")
        return _impact(request, one, form=form, status=refused.status)
    return redirect("identity:impact", uid=one.uid)


@require_POST
@guarded(policies.may_see_impact, load=rights.impact_for)
def revise_impact(request: HttpRequest, one: ImpactAssessment) -> HttpResponse:
    made = acts.revise_impact(one, by=actor(request), at=now())
    return redirect("identity:edit_impact", uid=made.uid)


def _words(one: ImpactAssessment) -> dict[str, str]:
    return {name: getattr(one, name) for name in ImpactForm.Meta.fields}


def _deletion(
    request: HttpRequest,
    asked: DeletionRequest,
    *,
    form: AnswerForm | None = None,
    why: SaidReasonForm | None = None,
    revealed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    person, user = asked.person, actor(request)
    wish = Wish.objects.filter(deletion=asked).first()
    context = {
        "asked": asked,
        "name": mask_name(person.name) if person.erased_at is None else person.name,
        "lines": asked.outcome or asked.shown,
        "holds": [] if person.erased_at else rights.holds_on(person),
        "retained": getattr(person, "retained", None),
        "answer_form": form or AnswerForm(label=AGAINST),
        "why_form": why or SaidReasonForm(),
        "revealed": revealed,
        "own": person.user_id == user.pk,
        "took_down": wish is not None and wish.recorded_by_id == user.pk,
        "wish": wish,
        "opens": policies.may_open_retained(user, asked),
        "now": now(),
    }
    return render(request, "identity/deletion.html", context, status=status)


def _impact(
    request: HttpRequest,
    one: ImpactAssessment,
    *,
    form: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = actor(request)
    mine = one.author_id == user.pk
    still_open = one.status in (ImpactStatus.DRAFT, ImpactStatus.RETURNED)
    context = {
        "one": one,
        "others": rights.other_versions(one),
        "edits": mine and still_open,
        "decides": not mine and one.status == ImpactStatus.SUBMITTED,
        "revises": one.status == ImpactStatus.APPROVED,
        "answer_form": form or AnswerForm(label=OPINION),
        "texts": [
            (ImpactForm.base_fields[name].label, getattr(one, name))
            for name in ImpactForm.Meta.fields
            if name != "title"
        ],
    }
    return render(request, "identity/impact.html", context, status=status)
