"""申请开班: basics, timetable, check and submit. Every step saves; going back is free."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from anlan.classes import policies, queries, timetable
from anlan.classes.checks import Gap, application_gaps, clashes
from anlan.classes.forms.application import ApplicationForm, initial_of
from anlan.classes.forms.timetable import FillForm, SlotForm, initial_fill, initial_slot
from anlan.classes.life import mended_at
from anlan.classes.models import HalfDay, Session, TrainingClass
from anlan.classes.services import applications
from anlan.classes.services.timetable import fill_by_syllabus
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.ui.parts import Step, StepState
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused

STEPS = (
    ("基本情况", "classes:edit"),
    ("课程表", "classes:timetable"),
    ("检查并提交", "classes:check"),
)
SHOWN_DAYS = 14


@guarded(policies.may_apply)
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    by, at = actor(request), now()
    form = ApplicationForm(
        request.POST or None, user=by, today=local_date(at), initial=request.GET.dict()
    )
    if form.is_valid():
        klass = applications.draft_class(form.applicant(), form.wish(), by=by, at=at)
        return redirect("classes:timetable", klass.uid)
    return _basics(request, form, None)


@guarded(policies.may_edit, load=queries.class_for)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    by, at = actor(request), now()
    form = ApplicationForm(
        request.POST or None,
        user=by,
        today=local_date(at),
        klass=klass,
        initial=initial_of(klass) | request.GET.dict(),
    )
    if form.is_valid():
        applications.edit_class(klass, form.wish(), by=by, at=at)
        return redirect("classes:timetable", klass.uid)
    return _basics(request, form, klass)


@guarded(policies.may_edit, load=queries.class_for)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """The timetable; a POST puts one half-day on it."""
    sessions = list(queries.sessions_of(klass))
    loads = timetable.loads(klass, sessions)
    if request.method != "POST":
        return _plan_page(request, klass, None, None)
    by, at = actor(request), now()
    form = SlotForm(request.POST, klass=klass, loads=loads)
    if not form.is_valid():
        return _plan_page(request, klass, form, None)
    slot = form.slot()
    hours = queries.rules_for(klass, slot.day).whole("class.half_day_hours")
    try:
        applications.put_session(klass, slot, hours=hours, by=by, at=at)
    except Refused as refused:
        form.add_error(None, f"{refused.message}{refused.next_step}")
        return _plan_page(request, klass, form, None)
    return redirect(f"{request.path}?since={_shown_from(klass, request.GET.get('since', ''))}#slot")


@guarded(policies.may_edit, load=queries.class_for)
@require_POST
def fill(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """按大纲排."""
    by, at = actor(request), now()
    form = FillForm(request.POST, klass=klass)
    if not form.is_valid():
        return _plan_page(request, klass, None, form)
    since, trainer, venue = (form.cleaned_data[name] for name in ("since", "trainer", "venue"))
    try:
        placed = fill_by_syllabus(klass, since=since, trainer=trainer, venue=venue, by=by, at=at)
    except Refused as refused:
        form.add_error(None, f"{refused.message}{refused.next_step}")
        return _plan_page(request, klass, None, form)
    messages.success(request, f"已排 {placed} 个半天，可以逐个更换讲师、场地或日期。")
    return redirect("classes:timetable", klass.uid)


@guarded(policies.may_run_session, load=queries.session_for)
@require_POST
def drop(request: HttpRequest, session: Session) -> HttpResponse:
    klass = session.klass
    applications.drop_session(session, by=actor(request), at=now())
    return redirect("classes:timetable", klass.uid)


@guarded(policies.may_edit, load=queries.class_for)
@require_http_methods(["GET", "HEAD"])
def check(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    return _check_page(request, klass, application_gaps(klass, at=now()))


@guarded(policies.may_edit, load=queries.class_for)
@require_POST
def submit(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    try:
        applications.submit_class(klass, by=actor(request), at=now())
    except applications.ApplicationIncomplete as incomplete:
        return _check_page(request, klass, incomplete.gaps, status=incomplete.status)
    messages.success(request, f"已提交，由{klass.district_name}经办审核。")
    return redirect(klass)


def _basics(
    request: HttpRequest, form: ApplicationForm, klass: TrainingClass | None
) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true" and request.method == "GET"
    template = "classes/_basics_fields.html" if fragment else "classes/basics.html"
    status = 422 if form.is_bound else 200
    context = {"form": form, "klass": klass, "steps": _steps(klass, 0)}
    return render(request, template, context, status=status)


def _plan_page(
    request: HttpRequest, klass: TrainingClass, slot: SlotForm | None, quick: FillForm | None
) -> HttpResponse:
    sessions = list(queries.sessions_of(klass))
    loads = timetable.loads(klass, sessions)
    since = _shown_from(klass, request.GET.get("since", "") or request.GET.get("day", ""))
    ahead = queries.rules_for(klass, since).whole("class.apply_days_ahead")
    earliest = local_date(now()) + timedelta(days=ahead)
    day, half = _asked(request) or timetable.next_half_day(sessions, earliest)
    initial = initial_slot(sessions, loads, day, half)
    context = {
        "klass": klass,
        "steps": _steps(klass, 1),
        "loads": loads,
        "sessions": sessions,
        "days": timetable.days(sessions, clashes(klass, sessions), since, SHOWN_DAYS),
        "earlier": since - timedelta(days=SHOWN_DAYS),
        "later": since + timedelta(days=SHOWN_DAYS),
        "slot": slot or SlotForm(initial=initial, klass=klass, loads=loads),
        "fill": quick
        or FillForm(initial=initial_fill(sessions, klass.first_day or earliest), klass=klass),
        "placed": sum(session.hours for session in sessions),
        "lacking": sum(load.left for load in loads),
        "wrong": [gap for gap in application_gaps(klass, at=now()) if gap.where == "timetable"],
    }
    return render(request, "classes/timetable.html", context, status=422 if slot or quick else 200)


def _check_page(
    request: HttpRequest, klass: TrainingClass, gaps: list[Gap], status: int = 200
) -> HttpResponse:
    context = {
        "klass": klass,
        "steps": _steps(klass, 2),
        "gaps": [(gap, mended_at(klass, gap)) for gap in gaps],
        "sessions": queries.sessions_of(klass),
        "hours": sum(session.hours for session in klass.sessions.all()),
    }
    return render(request, "classes/check.html", context, status=status)


def _steps(klass: TrainingClass | None, here: int) -> list[Step]:
    states: list[StepState] = [
        "done" if n < here else "now" if n == here else "todo" for n in range(3)
    ]
    urls = [_url(klass, name) for _label, name in STEPS]
    return [
        Step(label, state, url=url)
        for (label, _name), state, url in zip(STEPS, states, urls, strict=True)
    ]


def _url(klass: TrainingClass | None, name: str) -> str:
    return reverse(name, args=[klass.uid]) if klass else ""


def _shown_from(klass: TrainingClass, asked: str) -> date:
    """The Monday of the first fortnight to show."""
    day = _day(asked) or klass.first_day or local_date(now()) + timedelta(days=7)
    return day - timedelta(days=day.weekday())


def _asked(request: HttpRequest) -> tuple[date, HalfDay] | None:
    """The half-day whose cell was clicked."""
    day = _day(request.GET.get("day", ""))
    afternoon = request.GET.get("half") == HalfDay.AFTERNOON
    return (day, HalfDay.AFTERNOON if afternoon else HalfDay.MORNING) if day else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
