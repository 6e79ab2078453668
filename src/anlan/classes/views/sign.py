"""扫码签到: what a phone shows after a scan, and the form for where scripts don't run.

A thousand people open this page within a minute, so it asks little: the half-day is at hand, the
learner's place, marks, pause and own phone are four small reads.
"""

import secrets
import uuid
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from anlan.attendance.codes import DIGITS, CodeChanged, check_code
from anlan.attendance.models import MarkKind, OtherPhone
from anlan.attendance.services import come_back, go_out
from anlan.classes import own, policies, tickets
from anlan.classes.models import Session, Status
from anlan.classes.services.door import sign_by_code
from anlan.classes.tries import count_wrong_try, require_tries_left
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.identity.models import Person
from anlan.identity.queries import person_of
from anlan.identity.queries.checks import gone_on
from anlan.lib.refusals import BadInput, Refused

at_the_door = guarded(policies.may_stand_at_door, load=own.session_at_door)
DEVICE = "anlan_device"
TWO_YEARS = 2 * 365 * 24 * 3600
NOT_ON_LIST = Refused(
    "您不在这个班的名单上。", "来替同事上课，或想现场报名，请找讲台旁的班主任登记。"
)
REASONS = [choice for choice in OtherPhone.choices if choice[0] != OtherPhone.UNSAID]
PAUSES = {"pause": go_out, "back": come_back}
PLATFORMS = ("iPhone", "iPad", "HarmonyOS", "Android", "Windows", "Macintosh", "Linux")


@never_cache
@gzip_page
@require_http_methods(["GET", "POST"])
@at_the_door
def sign(request: HttpRequest, session: Session) -> HttpResponse:
    """After a scan: one big button. Looking changes nothing; a second tap does no harm."""
    person = own.person_at(session, actor(request))
    if person is None:
        return _not_signed(request, None, NOT_ON_LIST)
    try:
        if request.method == "POST":
            return _tapped(request, session, person, now())
        return _offered(request, session, person, now())
    except Refused as refused:
        return _not_signed(request, session, refused)


def _offered(request: HttpRequest, session: Session, person: Person, at: datetime) -> HttpResponse:
    if session.klass.status not in (Status.APPROVED, Status.RUNNING):
        raise Refused(f"这个班{session.klass.get_status_display()}，不能签到。", "请联系班主任。")
    code = request.GET.get("c", "")
    assert session.register is not None
    device = device_of(request)
    stand = own.standing(session.register, person, at, device=device)
    ticket = ""
    if code and stand.act:
        _require_code(session, person, code, at)
        ticket = tickets.ticket_for(session, person, code, at=at)
    context = _scene(session, at) | {
        "stand": stand,
        "ticket": ticket,
        "nonce": uuid.uuid4(),
        "person": person,
        "reasons": REASONS if stand.strange_phone else [],
        "label": _label(request),
        "life": int(tickets.LIFE.total_seconds()),
        "asks_who": stand.act == MarkKind.IN and own.asks_who(session, at),
    }
    return with_device(request, render(request, "classes/phone/sign.html", context))


def _tapped(request: HttpRequest, session: Session, person: Person, at: datetime) -> HttpResponse:
    scan = tickets.read_ticket(request.POST.get("ticket", ""), session, person, at=at)
    by, nonce, kind = (
        actor(request),
        _nonce(request.POST.get("nonce", "")),
        request.POST.get("kind"),
    )
    if kind in PAUSES and session.register:
        PAUSES[kind](session.register, person, by=by, at=at, nonce=nonce)
        return redirect("classes:signed", uid=session.uid)
    sign_by_code(
        session,
        person,
        _kind(kind or ""),
        scan.code,
        by=by,
        at=at,
        scanned_at=scan.at,
        device=device_of(request),
        address=str(request.META.get("REMOTE_ADDR", "")),
        nonce=nonce,
        other_phone=request.POST.get("other_phone", ""),
        label=_label(request),
    )
    return redirect("classes:signed", uid=session.uid)


@never_cache
@gzip_page
@require_GET
@at_the_door
def signed(request: HttpRequest, session: Session) -> HttpResponse:
    """How the learner stands at this session after the tap."""
    enrolment = own.place_of(session, actor(request))
    if enrolment is None:
        return _not_signed(request, None, NOT_ON_LIST)
    assert session.register is not None
    at = now()
    stand = own.standing(session.register, enrolment.person, at)
    if stand.came is None:
        return redirect("classes:sign", uid=session.uid)
    asks = own.asks_who(session, at) and not gone_on({session.subject}, enrolment.person)
    result = own.result_of(enrolment)
    context = _scene(session, at) | {"stand": stand, "result": result, "asks_who": asks}
    return render(request, "classes/phone/signed.html", context)


@never_cache
@gzip_page
@require_GET
@guarded(signed_in)
def scan(request: HttpRequest) -> HttpResponse:
    """Scan by camera, or type the six digits; the class is found by the open doors."""
    at, person = now(), person_of(actor(request))
    sessions = list(own.sessions_open_to(person, at)) if person else []
    code, refused, status = request.GET.get("c", ""), None, 200
    if code and person:
        try:
            session = _session_by_code(sessions, person, code, at)
            target = reverse("classes:sign", args=[session.uid])
            return redirect(f"{target}?c={code}")
        except Refused as said:
            refused, status = said, said.status
    context = {"sessions": sessions, "person": person, "refused": refused}
    return render(request, "classes/phone/scan.html", context, status=status)


def _session_by_code(sessions: list[Session], person: Person, code: str, at: datetime) -> Session:
    if not sessions:
        raise Refused("您现在没有开放签到的课。", "请核对上课时间，或请班主任查一下名单。")
    require_tries_left(person, at=at)
    for session in sessions:
        assert session.register is not None
        try:
            check_code(session.register, code, at=at)
        except CodeChanged:
            continue
        return session
    count_wrong_try(person, at=at)
    raise BadInput("这 6 位数字不对，或已经更换。", "数字每隔十几秒换一次，请照着屏幕重新输入。")


def _require_code(session: Session, person: Person, code: str, at: datetime) -> None:
    typed = len("".join(code.split())) <= DIGITS  # an old picture is no guess
    if typed:
        require_tries_left(person, at=at)
    assert session.register is not None
    try:
        check_code(session.register, code, at=at)
    except CodeChanged:
        if typed:
            count_wrong_try(person, at=at)
        raise


def _scene(session: Session, at: datetime) -> dict[str, object]:
    return {
        "session": session,
        "klass": session.klass,
        "register": session.register,
        "now": at,
    }


def _not_signed(request: HttpRequest, session: Session | None, refused: Refused) -> HttpResponse:
    """A refusal with the way on; who is not on the list learns nothing of the class."""
    context = {"refused": refused, "session": session}
    status = refused.status
    return render(request, "classes/phone/not_signed.html", context, status=status)


def with_device(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A long-lived random cookie tells one phone from another; it names nobody.

    It is put among the cookies that came, so that the pass that goes out with it names it too.
    """
    if DEVICE not in request.COOKIES:
        request.COOKIES[DEVICE] = secrets.token_hex(16)
        response.set_cookie(
            DEVICE,
            request.COOKIES[DEVICE],
            max_age=TWO_YEARS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response


def _kind(text: str) -> MarkKind:
    try:
        return MarkKind(text)
    except ValueError as wrong:
        raise BadInput("没有读懂是签到还是签退。", "请重新扫码。") from wrong


def _nonce(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as wrong:
        raise BadInput("这次提交不完整，没有登记。", "请重新扫码。") from wrong


def device_of(request: HttpRequest) -> str:
    return request.COOKIES.get(DEVICE, "")[:64]


def _label(request: HttpRequest) -> str:
    """What kind of phone it is, in one word, so that its owner knows it again in a list."""
    said = request.META.get("HTTP_USER_AGENT", "")
    kind = next((one for one in PLATFORMS if one in said), "")
    return f"{kind} 微信" if kind and "MicroMessenger" in said else kind
