"""名单与考勤: the class by session, paper marks keyed in, sheets printed, own people followed."""

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.attendance.queries import Presence
from anlan.attendance.services import keep_sheet
from anlan.classes import people, policies, printed, queries
from anlan.classes.forms_live import PaperRow, SheetForm
from anlan.classes.models import Enrolment, Session, Status, TrainingClass
from anlan.classes.roll import matrix, unmarked
from anlan.classes.services.door import PaperMark, file_sheet, key_in_paper
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.files.responses import PDF, send_bytes
from anlan.lib.dates import at_shanghai, local_date
from anlan.lib.refusals import BadInput

watching = guarded(policies.is_watching, load=queries.class_for)
by_full_name = guarded(policies.may_see_people, load=queries.class_for)
running_session = guarded(policies.may_run_session, load=queries.session_for)


@gzip_page
@require_GET
@watching
def roll(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Learners × sessions with in and out, hours and what is needed."""
    user = actor(request)
    sessions = list(queries.sessions_of(klass))
    at, full = now(), policies.may_see_people(user, klass)
    rows = matrix(klass, sessions, masked=not full, at=at)
    context = {
        "klass": klass,
        "sessions": sessions,
        "rows": rows,
        "reached": sum(row.result.attended for row in rows),
        "may_run": policies.may_run(user, klass),
        "may_print": full,
        "open": klass.status in (Status.APPROVED, Status.RUNNING),
        "next": _door_today(sessions, at),
        "now": at,
    }
    return render(request, "classes/live/roll.html", context)


@gzip_page
@require_http_methods(["GET", "POST"])
@running_session
def paper(request: HttpRequest, session: Session) -> HttpResponse:
    """Key in what the filed sheet says, for those whom no phone has marked."""
    lacking = unmarked(session)
    if request.method == "POST":
        rows = [mark for one, came in lacking if (mark := _read(request, session, one, came))]
        if not rows:
            raise BadInput("还没有勾选任何学员。", "请在签到表上有签名的学员前打勾。")
        made = key_in_paper(session, rows, by=actor(request), at=now())
        messages.success(request, f"已按纸质签到表补录 {len(rows)} 人、{made} 条记录。")
        return redirect("classes:roll", uid=session.klass.uid)
    context = {
        "klass": session.klass,
        "session": session,
        "register": session.register,
        "lacking": lacking,
        "sheets": session.register.sheets.select_related("file") if session.register else [],
        "form": SheetForm(),
    }
    return render(request, "classes/live/paper.html", context)


@require_POST
@running_session
def file_paper(request: HttpRequest, session: Session) -> HttpResponse:
    """File the scan of the signed sheet; its marks may be keyed in from then on."""
    by, at = actor(request), now()
    upload = SheetForm(request.POST, request.FILES).require()["file"]
    file_sheet(session, keep_sheet(upload, by=by, at=at), by=by, at=at)
    messages.success(request, "签到表扫描件已归档，可以按它补录。")
    return redirect("classes:paper", uid=session.uid)


@require_GET
@guarded(policies.may_print_sheet, load=queries.session_for)
def sheet_pdf(request: HttpRequest, session: Session) -> HttpResponse:
    """签到表: empty to sign before the lesson, `?filled=1` with the marks as they stand."""
    filled = request.GET.get("filled") == "1"
    content = printed.sign_in_pdf(session, at=now(), filled=filled)
    return _pdf(content, f"签到表-{session.klass.number}-{session.slot.replace('/', '-')}")


@require_GET
@by_full_name
def roster_pdf(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    return _pdf(printed.roster_pdf(klass, at=now()), f"花名册-{klass.number}")


@require_GET
@by_full_name
def scores_pdf(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    return _pdf(printed.score_pdf(klass, at=now()), f"成绩册-{klass.number}")


@gzip_page
@require_GET
@guarded(policies.may_follow, load=queries.class_for)
def progress(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """A safety officer follows the own enterprise's people in a class."""
    learners = people.learners_for(actor(request), klass, at=now())
    results = [one.result for one in learners if one.result]
    context = {
        "klass": klass,
        "sessions": list(queries.sessions_of(klass)),
        "learners": learners,
        "attended": sum(result.attended for result in results),
        "passed": sum(result.passed for result in results),
        "to_mend": [r for r in results if r.verdict == "待补考"],
    }
    return render(request, "classes/live/progress.html", context)


def _door_today(sessions: list[Session], at: datetime) -> Session | None:
    """Today's half-day whose door is open or still to open."""
    today = [s for s in sessions if s.register and s.day == local_date(at)]
    return next((s for s in today if s.register and at <= s.register.closes_at), None)


def _pdf(content: bytes, name: str) -> HttpResponse:
    return send_bytes(content, f"{name}.pdf", PDF, inline=True)


def _read(
    request: HttpRequest, session: Session, one: Enrolment, came: Presence | None
) -> PaperMark | None:
    """One line of the form; None when it isn't ticked. A mark that a phone has made stays."""
    form = PaperRow(request.POST, prefix=str(one.uid))
    if not form.is_valid():
        raise BadInput(f"{one.person.name} 的时间没有读懂。", "请写成 08:30 这样。")
    read = form.cleaned_data
    if not read["came"]:
        return None
    arrived = None if came else _moment(session, read["arrived"])
    left = None if came and came.out_at else _moment(session, read["left"])
    return PaperMark(one, arrived, left)


def _moment(session: Session, clock: time | None) -> datetime | None:
    return at_shanghai(session.day, clock) if clock else None
