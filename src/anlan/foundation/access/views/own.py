"""One's own security: password, second factors, phone, where one is logged in."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.foundation.access import devices, duty, queries, strength
from anlan.foundation.access.forms import PasswordForm, PhoneCodeForm, PhoneForm
from anlan.foundation.access.models import ContactPhone, Purpose
from anlan.foundation.access.policies import has_password
from anlan.foundation.access.services import codes, passwords, sessions
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.lib.masking import mask_phone
from anlan.lib.refusals import Refused

_PHONE = "access.phone"


@require_GET
@guarded(has_password)
def security(request: HttpRequest) -> HttpResponse:
    user, at = actor(request), now()
    kept = list(Authenticator.objects.filter(user_id=user.pk))
    spare = next((a for a in kept if a.type == Authenticator.Type.RECOVERY_CODES), None)
    phone = ContactPhone.objects.filter(user=user).first()
    context = {
        "app": next((a for a in kept if a.type == Authenticator.Type.TOTP), None),
        "keys": [a for a in kept if a.type == Authenticator.Type.WEBAUTHN],
        "spare": len(spare.wrap().get_unused_codes()) if spare else None,
        "due": duty.due(user, at=at),
        "overdue": request.session.get(duty.FLAG) == duty.OVERDUE,
        "phone": mask_phone(phone.phone) if phone else "",
        "sessions": len(queries.sessions_of(user, at=at)),
    }
    return render(request, "access/security.html", context)


@require_http_methods(["GET", "POST"])
@guarded(has_password)
def password(request: HttpRequest) -> HttpResponse:
    user, form = actor(request), PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            keep = str(request.session.session_key)
            passwords.change_password(user, clean["old"], clean["new"], keep=keep, at=now())
        except Refused as refused:
            form.add_error(None, f"{refused.message}{refused.next_step}")
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改，其他设备都已退出。")
            return redirect("accounts:security")
    context = {"form": form, "strength": strength.help_text()}
    return render(request, "access/password.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@guarded(has_password)
def phone(request: HttpRequest) -> HttpResponse:
    """First the number, then the code that was sent to it."""
    user, at = actor(request), now()
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["phone"]
        try:
            codes.text_code(user, Purpose.PHONE, number, at=at)
        except Refused as refused:
            form.add_error("phone", f"{refused.message}{refused.next_step}")
        else:
            request.session[_PHONE] = mask_phone(number)
            return redirect("accounts:phone_code")
    return render(request, "access/phone.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@guarded(has_password)
def phone_code(request: HttpRequest) -> HttpResponse:
    form = PhoneCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.keep_phone(actor(request), form.cleaned_data["code"], at=now())
        except Refused as refused:
            form.add_error("code", f"{refused.message}{refused.next_step}")
        else:
            request.session.pop(_PHONE, None)
            messages.success(request, "手机号已登记。")
            return redirect("accounts:security")
    context = {"form": form, "number": request.session.get(_PHONE, "")}
    return render(request, "access/phone_code.html", context, status=422 if form.errors else 200)


@require_GET
@guarded(signed_in)
def session_list(request: HttpRequest) -> HttpResponse:
    here = str(request.session.session_key)
    rows = [
        devices.shown(row, mark=sessions.reference(row), here=row.session_key == here)
        for row in queries.sessions_of(actor(request), at=now())
    ]
    rows.sort(key=lambda row: not row.here)
    context = {"rows": rows, "everywhere": reverse(settings.ANLAN_LEAVE_EVERYWHERE)}
    return render(request, "access/sessions.html", context)


@require_POST
@guarded(signed_in)
def end_session(request: HttpRequest, mark: str) -> HttpResponse:
    user = actor(request)
    if sessions.end_session(user, mark, by=user, at=now()):
        messages.success(request, "那台设备已退出，几秒内生效。")
    else:
        messages.info(request, "那台设备已经退出了。")
    return redirect("accounts:sessions")
