"""核对 and 刷身份证: what the class manager does at the screen beside signing for people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.attendance.models import MarkKind, Register
from anlan.attendance.queries import struck_of
from anlan.attendance.services import confirm_mark, mark_in, place_register, strike_mark
from anlan.classes import policies, queries
from anlan.classes.cards import read_card
from anlan.classes.forms_door import CardForm, CheckForm, PlaceForm
from anlan.classes.models import Session
from anlan.classes.roll import clock, odd_signs
from anlan.classes.services.door import sign_by_card
from anlan.foundation.accounts.guards import actor, guarded
from anlan.lib.refusals import NotAllowed, Refused

by_the_manager = guarded(policies.may_run_session, load=queries.session_for)


@never_cache
@require_GET
@by_the_manager
def checks(request: HttpRequest, session: Session) -> HttpResponse:
    """What is odd, by name, and what was struck; opened on demand, since a class may look on."""
    register = _register(session)
    context = {
        "session": session,
        "risks": odd_signs(session),
        "struck": struck_of([register]),
    }
    return render(request, "classes/live/_checks.html", context)


@require_POST
@by_the_manager
def check(request: HttpRequest, session: Session) -> HttpResponse:
    """保留 or 划除 one sign."""
    read = CheckForm(request.POST).require()
    mark = mark_in(_register(session), read["mark"])
    signals = [text for one in odd_signs(session) if one.mark.pk == mark.pk for text in one.kinds]
    decide = strike_mark if read["decision"] == "strike" else confirm_mark
    decide(mark, reason=read["reason"], signals=signals, by=actor(request), at=now())
    done = "已划除，不计学时" if read["decision"] == "strike" else "已核对，保留"
    words = f"{mark.person.name} 的{MarkKind(mark.kind).label}{done}。"
    context = {
        "session": session,
        "risks": odd_signs(session),
        "struck": struck_of([_register(session)]),
        "said": words,
    }
    return render(request, "classes/live/_checks.html", context)


@require_POST
@by_the_manager
def card(request: HttpRequest, session: Session) -> HttpResponse:
    """刷身份证: one card after another; the answer is one line, the next card may come at once."""
    form = CardForm(request.POST)
    try:
        read = form.require()
        kind = MarkKind(read["kind"])
        mark = sign_by_card(session, kind, read_card(read["card"]), by=actor(request), at=now())
    except Refused as refused:
        context: dict[str, object] = {"refused": refused}
        return render(request, "classes/live/_card_said.html", context, status=200)
    late = "，迟到" if mark.late else ""
    words = f"{mark.person.name} {clock(mark.at)} {kind.label}成功{late}"
    return render(request, "classes/live/_card_said.html", {"words": words, "late": mark.late})


@require_POST
@by_the_manager
def place(request: HttpRequest, session: Session) -> HttpResponse:
    """Where the door is, as the manager's own device says."""
    read = PlaceForm(request.POST).require()
    place_register(
        _register(session),
        latitude=read["latitude"],
        longitude=read["longitude"],
        by=actor(request),
        at=now(),
    )
    messages.success(request, "已把这台设备的位置记为签到地点，距离过远的签到会提示核对。")
    return redirect("classes:door", uid=session.uid)


def _register(session: Session) -> Register:
    if session.register is None:
        raise NotAllowed("这个班还没有批准，没有签到。", "批准以后再打开本页。")
    return session.register
