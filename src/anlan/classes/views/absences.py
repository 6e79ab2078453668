"""请假 and 补学时: the learner asks, the class manager decides; the learner's own phone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.attendance.models import Leave
from anlan.attendance.queries import own_devices
from anlan.attendance.services import ask_leave, decide_leave, release_phone, withdraw_leave
from anlan.classes import absences, madeup, policies, queries
from anlan.classes.forms_door import HoursForm, LeaveDecisionForm, LeaveForm
from anlan.classes.models import HoursMadeUp, TrainingClass
from anlan.classes.places import Place, class_of
from anlan.classes.services.hours import arrange_hours, withdraw_hours
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.identity.queries import person_of

at_own_session = guarded(policies.is_own_place, load=absences.own_place)
with_own_leave = guarded(policies.is_own_leave, load=absences.leave_for)
watching = guarded(policies.is_watching, load=queries.class_for)


@require_POST
@at_own_session
def ask(request: HttpRequest, place: Place) -> HttpResponse:
    """请假 for one half-day."""
    read = LeaveForm(request.POST).require()
    user, at = actor(request), now()
    ask_leave(place.register, place.enrolment.person, reason=read["reason"], by=user, at=at)
    messages.success(request, "请假已提交，班主任处理后会显示在课程表里。")
    return redirect("classes:mine", uid=place.enrolment.klass.uid)


@require_POST
@with_own_leave
def withdraw(request: HttpRequest, leave: Leave) -> HttpResponse:
    """The learner comes after all."""
    withdraw_leave(leave, by=actor(request), at=now())
    messages.success(request, "请假已撤回，请按时到场签到。")
    return redirect("classes:mine", uid=class_of(leave).uid)


@require_POST
@guarded(policies.may_decide_leave, load=absences.leave_for)
def decide(request: HttpRequest, leave: Leave) -> HttpResponse:
    """准假 or not."""
    read = LeaveDecisionForm(request.POST).require()
    granted = read["decision"] == "grant"
    decide_leave(leave, granted=granted, reason=read["reason"], by=actor(request), at=now())
    absences.tell_decided(leave, at=now())
    messages.success(
        request, f"{leave.person.name}：{'已准假' if granted else '未准假'}，已通知本人。"
    )
    return redirect("classes:hours", uid=class_of(leave).uid)


@gzip_page
@require_GET
@watching
def hours(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Who asks for leave, who has missed what, and where it is made up."""
    at = now()
    context = {
        "klass": klass,
        "leaves": absences.leaves_in(klass),
        "missed": absences.missed_in(klass, at=at),
        "struck": absences.struck_in(klass),
        "may_run": policies.may_run(actor(request), klass),
        "full": policies.may_see_people(actor(request), klass),
    }
    return render(request, "classes/live/hours.html", context)


@gzip_page
@require_http_methods(["GET", "POST"])
@guarded(policies.may_run_place, load=absences.place_for)
def arrange(request: HttpRequest, place: Place) -> HttpResponse:
    """Where one missed half-day of one learner is made up."""
    at = now()
    hosts = list(madeup.hosts_for(place.session, at=at))
    form = HoursForm(request.POST or None, hosts=hosts)
    if request.method == "POST":
        reason = form.require()["reason"]
        how = {"host": form.host(), "reason": reason}
        arrange_hours(place.enrolment, place.session, **how, by=actor(request), at=at)
        messages.success(request, f"已为 {place.enrolment.person.name} 安排补学时，并通知本人。")
        return redirect("classes:hours", uid=place.enrolment.klass.uid)
    context = {
        "klass": place.enrolment.klass,
        "place": place,
        "hosts": hosts,
        "online": absences.may_learn_online(place.session, at=at),
        "form": form,
    }
    return render(request, "classes/live/arrange_hours.html", context)


@require_POST
@guarded(policies.may_run_made_up, load=absences.made_up_for)
def undo(request: HttpRequest, made: HoursMadeUp) -> HttpResponse:
    """The arrangement is taken back."""
    withdraw_hours(made, by=actor(request), at=now())
    messages.success(request, "已撤销这项补学时安排。")
    return redirect("classes:hours", uid=made.enrolment.klass.uid)


@gzip_page
@require_http_methods(["GET", "POST"])
@guarded(signed_in)
def phones(request: HttpRequest) -> HttpResponse:
    """My phones: which one I sign with, and letting it go."""
    person = person_of(actor(request))
    if request.method == "POST" and person:
        release_phone(person, by=actor(request), at=now())
        messages.success(request, "已解除绑定。下次扫码签到的手机会成为您的手机。")
        return redirect("classes:phones")
    context = {"person": person, "devices": own_devices(person) if person else []}
    return render(request, "classes/phone/phones.html", context)
