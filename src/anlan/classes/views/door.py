"""现场: the teacher's screen in front of the class."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.attendance.codes import code_at, qr_svg
from anlan.attendance.models import MarkKind, Register
from anlan.classes import policies, queries
from anlan.classes.forms_door import CardForm
from anlan.classes.forms_live import (
    PHOTO_ENDINGS,
    PHOTO_MB,
    SignForForm,
    SubstituteForm,
    WalkInForm,
)
from anlan.classes.models import Enrolment, Session, Status
from anlan.classes.roll import DoorRoll, door_roll
from anlan.classes.services import arrivals
from anlan.classes.services.door import sign_by_supervisor
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.services import keep_upload
from anlan.lib.refusals import NotAllowed
from anlan.organizations.models import Organization

at_the_screen = guarded(policies.may_show_code, load=queries.session_for)
by_the_manager = guarded(policies.may_run_session, load=queries.session_for)


@never_cache
@require_GET
@at_the_screen
def door(request: HttpRequest, session: Session) -> HttpResponse:
    """The whole screen; its code and its roll update by themselves."""
    register = _register(session)
    roll, at = door_roll(session), now()
    context = _scene(session, register, roll, at) | _acts(request, session, at)
    context |= {
        "sign_for": SignForForm(people=_here_or_missing(roll), auto_id="sign_for_%s"),
        "walk_in": WalkInForm(employers=_employers(roll), auto_id="walk_in_%s"),
        "card": CardForm(initial={"kind": _leave_or_come(register, at)}, auto_id="card_%s"),
        "instead": SubstituteForm(people=_missing(roll), auto_id="instead_%s"),
    }
    return render(request, "classes/live/door.html", context)


@never_cache
@require_GET
@at_the_screen
def door_roll_part(request: HttpRequest, session: Session) -> HttpResponse:
    """The roll alone, asked for every few seconds."""
    at = now()
    context = _scene(session, _register(session), door_roll(session), at)
    return render(request, "classes/live/_roll.html", context | _acts(request, session, at))


@never_cache
@require_GET
@at_the_screen
def door_code(request: HttpRequest, session: Session) -> HttpResponse:
    """The present code as a picture, its six digits in a header."""
    at, register = now(), _register(session)
    if not _is_open(session, register, at):
        raise NotAllowed("现在不能签到或签退。", "请在开放时间内使用。")
    code = code_at(register, at)
    address = reverse("classes:sign", args=[session.uid])
    url = f"{settings.ANLAN_PUBLIC_URL}{address}?{urlencode({'c': code.token})}"
    answer = HttpResponse(qr_svg(url), content_type="image/svg+xml")
    answer["X-Code"] = f"{code.digits[:3]} {code.digits[3:]}"
    return answer


@require_POST
@by_the_manager
def sign_for(request: HttpRequest, session: Session) -> HttpResponse:
    """代签: the class manager signs for who stands there without a phone."""
    by, at = actor(request), now()
    form = SignForForm(request.POST, request.FILES, people=_here_or_missing(door_roll(session)))
    read = form.require()
    upload, photo = read["photo"], None
    if upload:
        photo = keep_upload(upload, by=by, at=at, endings=PHOTO_ENDINGS, most_mb=PHOTO_MB)
    enrolment, kind = read["enrolment"], MarkKind(read["kind"])
    sign_by_supervisor(session, enrolment, kind, reason=read["reason"], by=by, at=at, photo=photo)
    messages.success(request, f"已为 {enrolment.person.name} 代{kind.label}。")
    return redirect("classes:door", uid=session.uid)


@require_POST
@by_the_manager
def walk_in(request: HttpRequest, session: Session) -> HttpResponse:
    """现场报名: somebody comes unannounced and a seat is free."""
    form = WalkInForm(request.POST, employers=_employers(door_roll(session)))
    who = form.newcomer()
    arrivals.take_in(session.klass, who, organization=form.employer(), by=actor(request), at=now())
    messages.success(request, f"{who.name} 已加入名单，请本人扫码签到。")
    return redirect("classes:door", uid=session.uid)


@require_POST
@by_the_manager
def substitute(request: HttpRequest, session: Session) -> HttpResponse:
    """换人: a colleague comes instead of somebody who has not signed in."""
    form = SubstituteForm(request.POST, people=_missing(door_roll(session)))
    who = form.newcomer()
    absent = form.cleaned_data["enrolment"]
    arrivals.send_instead(
        absent, who, reason=form.cleaned_data["reason"], by=actor(request), at=now()
    )
    messages.success(request, f"{who.name} 已替换 {absent.person.name}，请本人扫码签到。")
    return redirect("classes:door", uid=session.uid)


def _scene(session: Session, register: Register, roll: DoorRoll, at: datetime) -> dict[str, object]:
    return {
        "session": session,
        "klass": session.klass,
        "register": register,
        "roll": roll,
        "open": _is_open(session, register, at),
        "early": at < register.opens_at,
        "leaving": at >= register.ends_at,
        "full": session.klass.quota <= len(roll.lines),
    }


def _acts(request: HttpRequest, session: Session, at: datetime) -> dict[str, object]:
    """What the class manager alone sees."""
    may = policies.may_run_session(actor(request), session)
    return {"may_act": may, "phones": queries.phones_waiting(session, at=at) if may else []}


def _leave_or_come(register: Register, at: datetime) -> MarkKind:
    """What most people at the reader want now."""
    return MarkKind.OUT if at >= register.ends_at else MarkKind.IN


def _register(session: Session) -> Register:
    if session.register is None:
        raise NotAllowed("这个班还没有批准，没有签到码。", "批准以后再打开本页。")
    return session.register


def _is_open(session: Session, register: Register, at: datetime) -> bool:
    live = session.klass.status in (Status.APPROVED, Status.RUNNING)
    return live and register.opens_at <= at <= register.closes_at


def _missing(roll: DoorRoll) -> list[Enrolment]:
    return [line.enrolment for line in roll.missing]


def _here_or_missing(roll: DoorRoll) -> list[Enrolment]:
    return [line.enrolment for line in roll.everybody]


def _employers(roll: DoorRoll) -> list[Organization]:
    return list({line.enrolment.organization for line in roll.lines})
