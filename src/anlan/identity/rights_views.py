"""我的信息与权利: what is kept about me, taking it along, being deleted, who has looked."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import ZIP, send_bytes
from anlan.identity import policies
from anlan.identity.forms import CodeForm, DeleteForm, LooksForm
from anlan.identity.models import DeletionStatus, PersonalExport, Wish
from anlan.identity.queries import rights
from anlan.identity.queries.wishes import own_wish, wishes_of
from anlan.identity.services import rights as acts
from anlan.identity.shown_wishes import ShownWish
from anlan.identity.wish_forms import CorrectForm
from anlan.lib.dates import date_text, local_date
from anlan.lib.masking import mask_phone
from anlan.lib.refusals import Refused

PAGE = 30
_FOR = {
    "export": "identity:export_me",
    "delete": "identity:delete_me",
    "correct": "identity:correct_me",
}


@require_GET
@guarded(policies.is_somebody)
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept, why, by which law, how much; and the two things that one may do about it."""
    person = rights.own_person(actor(request))
    at = now()
    plans = rights.plan_for(person, at)
    context = {
        "plans": [one for one in plans if one.rows],
        "without": [one.kind.title for one in plans if not one.rows],
        "apart": rights.apart(),
        "exports": list(rights.exports_of(person)[:3]),
        "deletion": rights.deletion_of(person),
        "wishes": [ShownWish.of(one, at) for one in wishes_of(person)[:5]],
        "now": at,
    }
    return render(request, "identity/my_data.html", context)


@require_POST
@guarded(policies.is_somebody)
def code(request: HttpRequest) -> HttpResponse:
    """Send the code, then to the page that takes it."""
    onward = _FOR.get(request.POST.get("for", ""), "identity:my_data")
    user = actor(request)
    try:
        acts.send_rights_code(rights.own_person(user), user, at=now())
    except Refused as refused:
        messages.error(request, f"{refused.message}{refused.next_step}")
        return redirect("identity:my_data")
    return redirect(f"{reverse(onward)}?sent=1")


@require_http_methods(["GET", "POST"])
@guarded(policies.is_somebody)
def export(request: HttpRequest) -> HttpResponse:
    """The code, then the order; the worker makes the copy."""
    user = actor(request)
    person = rights.own_person(user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = now()
        try:
            acts.confirm_by_code(person, user, form.cleaned_data["code"], at=at)
            acts.ask_export(person, by=user, at=at)
        except Refused as refused:
            form.add_error("code", f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, "已开始准备，通常一分钟内完成，好了会通知您。")
            return redirect("identity:my_data")
    context = {"form": form, "number": mask_phone(person.phone)}
    status = 422 if form.errors else 200
    return render(request, "identity/export_code.html", context, status=status)


@require_GET
@guarded(policies.may_take, load=rights.export_for)
def take(request: HttpRequest, order: PersonalExport) -> HttpResponse:
    at = now()
    content = acts.take_export(order, by=actor(request), at=at)
    response = send_bytes(content, f"我的信息-{date_text(local_date(at))}.zip", ZIP)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@guarded(policies.is_somebody)
def delete(request: HttpRequest) -> HttpResponse:
    """First what goes and what stays, then the code, then the wish."""
    user = actor(request)
    person = rights.own_person(user)
    form = DeleteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = now()
        try:
            acts.confirm_by_code(person, user, form.cleaned_data["code"], at=at)
            asked = acts.ask_deletion(person, by=user, at=at)
        except Refused as refused:
            form.add_error("code", f"{refused.message}{refused.next_step}")
        else:
            return _asked(request, asked.status)
    at = now()
    plans = rights.plan_for(person, at)
    context = {
        "form": form,
        "sent": "sent" in request.GET or request.method == "POST",
        "number": mask_phone(person.phone),
        "goes": [one.kind for one in plans if one.until is None and one.rows],
        "stays": [one for one in plans if one.until is not None],
        "apart": rights.apart(),
        "holds": rights.holds_on(person),
        "deletion": rights.deletion_of(person),
        "days": rights.answer_days(at),
    }
    status = 422 if form.errors else 200
    return render(request, "identity/delete_me.html", context, status=status)


def _asked(request: HttpRequest, status: str) -> HttpResponse:
    if status == DeletionStatus.DONE:
        logout(request)
        messages.success(request, "您的信息已删除，账号已注销。")
        return redirect("accounts:login")
    messages.success(request, "申请已提交，进展在这一页查看。")
    return redirect("identity:delete_me")


@require_POST
@guarded(policies.is_somebody)
def withdraw(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    asked = rights.deletion_of(rights.own_person(user))
    if asked is not None:
        acts.withdraw_deletion(asked, by=user, at=now())
        messages.success(request, "已撤回，您的信息没有变化。")
    return redirect("identity:my_data")


@require_http_methods(["GET", "POST"])
@guarded(policies.is_somebody)
def correct(request: HttpRequest) -> HttpResponse:
    """更正: another name or number, with the proof and the code; an official answers."""
    user, at = actor(request), now()
    person = rights.own_person(user)
    form = CorrectForm(request.POST or None, request.FILES or None, today=local_date(at))
    if request.method == "POST" and form.is_valid():
        try:
            acts.confirm_by_code(person, user, form.cleaned_data["code"], at=at)
            acts.ask_correction(person, form.asked(), by=user, at=at)
        except Refused as refused:
            form.add_error("code", f"{refused.message}{refused.next_step}")
        else:
            messages.success(request, "已提交，办理进展在这一页查看。")
            return redirect("identity:my_data")
    context = {
        "form": form,
        "sent": "sent" in request.GET or request.method == "POST",
        "number": mask_phone(person.phone),
        "days": rights.answer_days(at),
    }
    status = 422 if form.errors else 200
    return render(request, "identity/correct_me.html", context, status=status)


@require_POST
@guarded(policies.is_the_wisher, load=own_wish)
def withdraw_wish(request: HttpRequest, one: Wish) -> HttpResponse:
    acts.withdraw_wish(one, by=actor(request), at=now())
    messages.success(request, "已撤回，您的信息没有变化。")
    return redirect("identity:my_data")


@require_GET
@guarded(policies.is_somebody)
def looks(request: HttpRequest) -> HttpResponse:
    """谁看过我的信息, over all rooms."""
    person = rights.own_person(actor(request))
    form = LooksForm(request.GET)
    found = rights.looks_at(person, **form.filters())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"filters": form, "page": page, "narrowed": any(form.filters().values())}
    return render(request, "identity/my_looks.html", context)
