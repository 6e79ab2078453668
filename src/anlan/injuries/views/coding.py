"""The review queue: one narrative at a time, a key for each choice; machine codes taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.injuries import policies
from anlan.injuries.asking import asked, progress
from anlan.injuries.models import CodeSuggestion
from anlan.injuries.queries import recoding, reviewing
from anlan.injuries.services import reviewing as services
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed


@never_cache
@require_GET
@guarded(policies.may_review_codes)
def queue(request: HttpRequest) -> HttpResponse:
    return _show(request, services.take_next(actor(request), at=now()))


@require_POST
@guarded(policies.may_answer, load=reviewing.suggestion_in_reach)
def decide(request: HttpRequest, question: CodeSuggestion) -> HttpResponse:
    """One key, one decision; the answer is the next question."""
    try:
        services.decide_code(question, request.POST.get("code", ""), by=actor(request), at=now())
    except NotAllowed as told:
        return _on(request, f"{told.message}没有保存您的选择，已换到下一条。")
    return _on(request)


@require_POST
@guarded(policies.may_answer, load=reviewing.suggestion_in_reach)
def skip(request: HttpRequest, question: CodeSuggestion) -> HttpResponse:
    services.skip_case(question)
    return _on(request)


@require_POST
@guarded(policies.may_review_codes)
def undo(request: HttpRequest) -> HttpResponse:
    """The latest choice of today, and its question again."""
    user, at = actor(request), now()
    last = reviewing.last_review(user, at)
    if last is None:
        return _on(request, "今天没有可以撤回的选择。")
    reviewing.suggestion_in_reach(user, last.suggestion.uid)
    question = services.undo_review(last, by=user, at=at)
    services.take(question, by=user, at=at)
    if not _is_fragment(request):
        return redirect("injuries:coding")
    return _show(request, question, "已撤回上一条，请重新选择。")


@require_POST
@guarded(policies.may_answer, load=reviewing.suggestion_in_reach)
def take_back(request: HttpRequest, question: CodeSuggestion) -> HttpResponse:
    """From the case's page: a machine's code is removed and goes to the queue."""
    services.take_back_machine_code(question, by=actor(request), at=now())
    messages.success(request, "已退回机器编码，进入人工复核。")
    return redirect("injuries:case", uid=question.case.uid)


def _on(request: HttpRequest, said: str = "") -> HttpResponse:
    if not _is_fragment(request):
        if said:
            messages.warning(request, said)
        return redirect("injuries:coding")
    return _show(request, services.take_next(actor(request), at=now()), said)


def _show(request: HttpRequest, question: CodeSuggestion | None, said: str = "") -> HttpResponse:
    user, at = actor(request), now()
    fragment = _is_fragment(request)
    context: dict[str, object] = {
        "asked": asked(question) if question else None,
        "progress": progress(user, at),
        "said": said,
    }
    if not fragment:
        context["to_recode"] = recoding.to_recode(user, local_date(at)).count()
        context["may_watch"] = policies.may_watch_coders(user)
    return render(request, f"injuries/{'_asked' if fragment else 'coding'}.html", context)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
