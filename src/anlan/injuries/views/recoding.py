"""The queue of cases whose old type was split: which type of 2025 is it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.injuries import policies
from anlan.injuries.asking import asked_to_recode, recoding_progress
from anlan.injuries.models import Case
from anlan.injuries.queries import recoding as queries
from anlan.injuries.queries.reviewing import MOST_COUNTED
from anlan.injuries.services import recoding as services
from anlan.injuries.services.reading import note_read
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed

SKIPPED = "recoding_skipped"
REMEMBERED = 200


@never_cache
@require_GET
@guarded(policies.may_review_codes)
def queue(request: HttpRequest) -> HttpResponse:
    return _show(request)


@require_POST
@guarded(policies.may_recode, load=queries.recoding_case_for)
def decide(request: HttpRequest, case: Case) -> HttpResponse:
    try:
        services.recode_case(case, request.POST.get("code", ""), by=actor(request), at=now())
    except NotAllowed as told:
        return _on(request, f"{told.message}{told.next_step}")
    return _on(request)


@require_POST
@guarded(policies.may_recode, load=queries.recoding_case_for)
def skip(request: HttpRequest, case: Case) -> HttpResponse:
    """For this session only: the others still see it in its place."""
    skipped = [*request.session.get(SKIPPED, []), case.pk]
    request.session[SKIPPED] = skipped[-REMEMBERED:]
    return _on(request)


@require_POST
@guarded(policies.may_review_codes)
def undo(request: HttpRequest) -> HttpResponse:
    user, at = actor(request), now()
    last = queries.last_recoding(user, at)
    if last is None:
        return _on(request, "今天没有可以撤回的选择。")
    case = queries.recoding_case_for(user, last.case.uid)
    services.undo_recoding(last, by=user, at=at)
    if request.headers.get("HX-Request") != "true":
        return redirect("injuries:recoding")
    return _show(request, case, "已撤回上一条，请重新选择。")


def _on(request: HttpRequest, said: str = "") -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return _show(request, said=said)
    if said:
        messages.warning(request, said)
    return redirect("injuries:recoding")


def _show(request: HttpRequest, case: Case | None = None, said: str = "") -> HttpResponse:
    user, at = actor(request), now()
    rows = queries.to_recode(user, local_date(at))
    skipped = request.session.get(SKIPPED, [])
    found = case or rows.exclude(pk__in=skipped).first() or rows.first()
    if found is not None:
        note_read(found, by=user, at=at)
    left = rows.order_by()[:MOST_COUNTED].count()
    context = {
        "asked": asked_to_recode(found) if found else None,
        "progress": recoding_progress(user, at, left),
        "said": said,
        "since": queries.wanted_since(local_date(at)),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"injuries/{'_asked' if fragment else 'recoding'}.html", context)
