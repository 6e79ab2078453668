"""回访: whom to call, and the sheet to fill in while talking."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.identity.services import reveal as reveal_field
from anlan.identity.shown import ShownPerson
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused
from anlan.supervision import policies, queries, shown
from anlan.supervision.forms import CallFilters, CallForm
from anlan.supervision.models import CallBack, CallStatus
from anlan.supervision.scripts import call_back_script, call_back_version
from anlan.supervision.services.calls import finish_call

PER_PAGE = 30
REVEALED = ("phone", "name")


@require_GET
@guarded(policies.supervises)
def calls(request: HttpRequest) -> HttpResponse:
    """Call-backs in the user's reach; those still to be made unless asked otherwise."""
    user, at = actor(request), now()
    filters = CallFilters(request.GET)
    state = filters.chosen()
    found = queries.calls_visible_to(user) if state else queries.waiting_calls(user)
    if state and state != "all":
        found = found.filter(status=state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page": page,
        "lines": shown.call_lines(page.object_list, at),
        "may_call": policies.decides_somewhere(user),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"supervision/{'_calls' if fragment else 'calls'}.html", context)


@never_cache
@require_GET
@guarded(policies.may_call, load=queries.call_for)
def call(request: HttpRequest, call: CallBack) -> HttpResponse:
    return _sheet(request, call, CallForm(script=call_back_script(local_date(now()))))


@never_cache
@require_POST
@guarded(policies.may_call, load=queries.call_for)
def reveal(request: HttpRequest, call: CallBack) -> HttpResponse:
    """The number and the name to call, this once; the learner may see who looked and why."""
    if call.at is not None:
        raise Refused("这次回访已经结束，不再显示号码。", "请返回回访名单。")
    by, at, person = actor(request), now(), call.enrolment.person
    reason = f"培训回访：{call.klass.number}"
    seen = {name: reveal_field(person, name, reason=reason, by=by, at=at) for name in REVEALED}
    form = CallForm(script=call_back_script(local_date(at)))
    return _sheet(request, call, form, revealed=seen)


@require_POST
@guarded(policies.may_call, load=queries.call_for)
def finish(request: HttpRequest, call: CallBack) -> HttpResponse:
    form = CallForm(request.POST, script=call_back_script(local_date(now())))
    if not form.is_valid():
        return _sheet(request, call, form)
    finish_call(
        call,
        CallStatus(form.cleaned_data["status"]),
        answers=form.answers(),
        remark=form.cleaned_data["remark"],
        by=actor(request),
        at=now(),
    )
    messages.success(request, f"已登记：{call.get_status_display()}。")
    return redirect("supervision:calls")


def _sheet(
    request: HttpRequest, call: CallBack, form: CallForm, *, revealed: dict[str, str] | None = None
) -> HttpResponse:
    script = call_back_version(call.version) if call.version else form.script
    context = {
        "call": call,
        "klass": call.klass,
        "person": ShownPerson.of(call.enrolment.person, revealed=revealed),
        "revealed": revealed,
        "form": form if call.at is None else None,
        "opening": form.script.opening,
        "told": script.told(call.answers),
        "trainers": queries.trainers_of(call.klass),
    }
    status = 422 if form.is_bound else 200
    return render(request, "supervision/call.html", context, status=status)
