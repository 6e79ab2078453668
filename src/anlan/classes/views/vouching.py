"""班级台登录: the phone's three screens, and the manager's answer at the class's screen."""

import secrets
import uuid
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.attendance.codes import DIGITS, CodeChanged, read_code
from anlan.classes import policies, queries
from anlan.classes.forms_door import DeskLoginForm
from anlan.classes.models import DeskLogin, DeskLoginStatus, Session
from anlan.classes.services import vouching
from anlan.classes.views.sign import device_of, with_device
from anlan.foundation.access.duty import has_second_factor
from anlan.foundation.access.entering import come_in
from anlan.foundation.accounts.guards import actor, guarded, public
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import Refused

WHY = "the learners' door at the class's screen; opened by the code on it and the class manager"
DOOR, ASKED = "desk-login:door", "desk-login:asked"
PATIENCE = timedelta(minutes=3)  # between the scan and this page lies the log-in page
STAYS = timedelta(days=90)


@never_cache
@public(WHY)
@require_http_methods(["GET", "POST"])
def desk_login(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Name and last four digits, from a phone that has just scanned the code."""
    session = get_object_or_404(Session.objects.select_related("klass", "register"), uid=uid)
    if isinstance(request.user, User):
        return redirect("classes:sign", uid=uid)
    if "c" in request.GET:
        _keep_scan(request, session, request.GET["c"])
    if not _has_scanned(request, session):
        return _scan_again(request)
    form = DeskLoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data
        try:
            asked = vouching.ask_to_log_in(
                session,
                read["name"],
                read["last_four"],
                device=device_of(request) or secrets.token_hex(16),
                at=now(),
            )
        except Refused as refused:
            form.add_error(None, f"{refused.message}{refused.next_step}")
        else:
            request.session[ASKED] = str(asked.uid)
            return redirect("classes:desk_login_waiting")
    context = {"form": form, "session": session, "klass": session.klass}
    status = 422 if form.errors else 200
    answer = render(request, "classes/phone/desk_login.html", context, status=status)
    return with_device(request, answer)


@never_cache
@public(WHY)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The two digits, large; the page asks by itself how it stands."""
    asked = _asked(request)
    if asked is None:
        return _scan_again(request)
    return render(request, "classes/phone/desk_login_waiting.html", _standing(asked))


@never_cache
@public(WHY)
@require_POST
def state(request: HttpRequest) -> HttpResponse:
    """Logged in as soon as the manager has confirmed; until then the same card again."""
    asked = _asked(request)
    if asked is None:
        return _onward(reverse("accounts:login"), request)
    if asked.status != DeskLoginStatus.ALLOWED:
        if request.headers.get("HX-Request"):
            return render(request, "classes/phone/_desk_login_card.html", _standing(asked))
        return redirect("classes:desk_login_waiting")
    user = vouching.come_in(asked, at=now())
    for key in (DOOR, ASKED):
        request.session.pop(key, None)
    target = reverse("classes:sign", args=[asked.session.uid])
    if has_second_factor(user):
        return _onward(come_in(request, user, method="desk", onward=target)["Location"], request)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(STAYS)
    return _onward(target, request)


@require_POST
@guarded(policies.may_answer_desk_login, load=queries.desk_login_for)
def decide(request: HttpRequest, asked: DeskLogin) -> HttpResponse:
    """The manager has looked at card and face, or sends the phone away."""
    name = asked.person.name if asked.person else ""
    if request.POST.get("decision") == "vouch":
        vouching.vouch(asked, by=actor(request), at=now())
        messages.success(request, f"已确认 {name}，这部手机几秒钟内登录，请再扫码签到。")
    else:
        vouching.turn_away(asked, by=actor(request), at=now())
        messages.success(request, f"没有确认 {name} 的登录请求。")
    return redirect("classes:door", uid=asked.session.uid)


def _keep_scan(request: HttpRequest, session: Session, code: str) -> None:
    """A scanned code, not typed digits, that was on the screen minutes ago at most."""
    if session.register is None or len(code) <= DIGITS:
        return
    try:
        read_code(session.register, code, at=now(), patience=PATIENCE)
    except CodeChanged:
        return
    request.session[DOOR] = [str(session.uid), now().timestamp()]


def _has_scanned(request: HttpRequest, session: Session) -> bool:
    uid, at = request.session.get(DOOR, ["", 0.0])
    fresh = now().timestamp() - at <= vouching.life(now()).total_seconds()
    return bool(uid == str(session.uid) and fresh)


def _asked(request: HttpRequest) -> DeskLogin | None:
    kept = request.session.get(ASKED, "")
    rows = DeskLogin.objects.select_related("session__klass", "session__register", "person__user")
    return rows.filter(uid=kept, person__isnull=False).first() if kept else None


def _standing(asked: DeskLogin) -> dict[str, object]:
    expired = asked.at + vouching.life(now()) <= now()
    return {
        "asked": asked,
        "klass": asked.session.klass,
        "waits": asked.status == DeskLoginStatus.ASKED and not expired,
        "refused": asked.status == DeskLoginStatus.REFUSED,
    }


def _scan_again(request: HttpRequest) -> HttpResponse:
    refused = Refused(
        "请先扫讲台屏幕上的二维码。", "用手机相机或微信“扫一扫”，扫到后几分钟内填好。"
    )
    context = {"refused": refused}
    return render(request, "classes/phone/desk_login_closed.html", context, status=409)


def _onward(target: str, request: HttpRequest) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(target)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = target
    return answer
