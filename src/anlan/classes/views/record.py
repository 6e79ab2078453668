"""详情: one class on one page, its time line, its close, its sheets."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.attendance.models import MarkKind
from anlan.classes import policies, queries, sheets
from anlan.classes.checks import Gap, application_gaps
from anlan.classes.evidence import missing_evidence
from anlan.classes.forms.decision import AGREED, ReasonForm
from anlan.classes.history import differences
from anlan.classes.life import mended_at, next_actor, steps_of
from anlan.classes.links import links_for
from anlan.classes.models import ChangeStatus, Closing, Review, Status, TrainingClass
from anlan.classes.own import SHOWN
from anlan.classes.people import WITH_RESULTS, Learner, learners_for
from anlan.classes.results import Result, results_of
from anlan.classes.services.closing import EvidenceMissing, close_class
from anlan.classes.services.reviews import cancel_class, snapshot
from anlan.classes.states import EDITABLE, UNDER_WAY
from anlan.foundation.accounts.guards import actor, guarded, may_open
from anlan.foundation.accounts.models import User
from anlan.foundation.files.responses import XLSX, send_bytes
from anlan.foundation.ledger.queries import Happening
from anlan.foundation.ledger.queries import timeline as happenings
from anlan.foundation.ui.formats import percent
from anlan.foundation.ui.parts import Moment
from anlan.lib.dates import local_date

SHOWN_MOMENTS = 30
READ_MOMENTS = 600
# Lines that are steps of the class itself, never folded together.
_MILESTONES = ("class_", "change_", "session_", "timetable_", "exam_", "makeup_")
# Lines that many learners leave alike: told once a day, with how many there were.
_CROWDS = {
    "enrolled": "{n} 名学员报名",
    "signed_in": "{n} 人次签到",
    "signed_out": "{n} 人次签退",
    "sitting_scheduled": "安排 {n} 份理论试卷",
    "sitting_started": "{n} 名学员开始理论考试",
    "sitting_submitted": "{n} 名学员交卷",
    "practical_scheduled": "安排 {n} 次实操考核",
    "practical_marked": "{n} 名学员完成实操考核",
    "survey_received": "收到 {n} 份满意度评价",
}
_TONES = {
    "class_approved": "ok",
    "class_closed": "ok",
    "class_returned": "warn",
    "change_refused": "warn",
    "class_cancelled": "stop",
}


@guarded(policies.may_see, load=queries.class_for)
@require_GET
def record(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    user = actor(request)
    if _only_learns(user, klass):
        return redirect("classes:mine", uid=klass.uid)
    results = results_of(klass) if klass.status in WITH_RESULTS else {}
    gaps = _gaps(user, klass, results)
    return render(request, "classes/record.html", _context(user, klass, gaps, results))


def _only_learns(user: User, klass: TrainingClass) -> bool:
    """A learner's own page of the class says more to a learner than its record."""
    places = klass.enrolments.filter(person__user=user, status__in=queries.COUNTED)
    return not policies.may_browse(user) and klass.status in SHOWN and places.exists()


@guarded(policies.is_watching, load=queries.class_for)
@require_GET
def timeline(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Every line of the ledger about this class, newest first."""
    return render(request, "classes/timeline.html", {"klass": klass, "moments": _moments(klass)})


@guarded(policies.may_close, load=queries.class_for)
@require_POST
def close(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """结班, or the list of what is missing."""
    try:
        closing = close_class(klass, by=actor(request), at=now())
    except EvidenceMissing as missing:
        fragment = request.headers.get("HX-Request") == "true"
        gaps = _linked(actor(request), klass, missing.gaps)
        context = {"klass": klass, "missing": missing, "gaps": gaps}
        template = "classes/_gaps.html" if fragment else "classes/missing.html"
        return render(request, template, context, status=missing.status)
    messages.success(request, f"已结班：{closing.passed}/{closing.enrolled} 人合格。")
    return redirect(klass)


@guarded(policies.may_discard, load=queries.class_for)
@require_POST
def discard(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    """Give up an application that is not approved yet."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    cancel_class(klass, by=actor(request), at=now(), reason=reason)
    messages.success(request, "已撤销申请。")
    return redirect(klass)


@guarded(policies.may_see_people, load=queries.class_for)
@require_GET
def export_roster(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    return _sheet(request, klass, "花名册", sheets.roster_sheet)


@guarded(policies.may_see_people, load=queries.class_for)
@require_GET
def export_attendance(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    return _sheet(request, klass, "签到表", sheets.attendance_sheet)


@guarded(policies.may_see_people, load=queries.class_for)
@require_GET
def export_scores(request: HttpRequest, klass: TrainingClass) -> HttpResponse:
    return _sheet(request, klass, "成绩册", sheets.score_sheet)


def _sheet(
    request: HttpRequest,
    klass: TrainingClass,
    kind: str,
    write: Callable[[TrainingClass, Iterable[Learner]], bytes],
) -> HttpResponse:
    content = write(klass, learners_for(actor(request), klass, at=now()))
    return send_bytes(content, f"{klass.number}{kind}.xlsx", XLSX)


def _gaps(user: User, klass: TrainingClass, results: Mapping[int, Result]) -> list[Gap]:
    """What is missing, for those who watch the class."""
    if not policies.is_watching(user, klass):
        return []
    if klass.status in EDITABLE:
        return application_gaps(klass, at=now())
    if klass.status != Status.RUNNING:
        return []
    return missing_evidence(klass, at=now(), results=results)


def _context(
    user: User, klass: TrainingClass, gaps: list[Gap], results: Mapping[int, Result]
) -> dict[str, Any]:
    watching = policies.is_watching(user, klass)
    learners = learners_for(user, klass, at=now(), results=results)
    changes = _changes(user, klass) if watching else []
    return {
        "klass": klass,
        "steps": steps_of(klass),
        "next_actor": next_actor(klass, gaps),
        "gaps": _linked(user, klass, gaps),
        "facts": _facts(klass),
        "sessions": queries.sessions_of(klass).annotate(
            signed=Count("register__marks", filter=Q(register__marks__kind=MarkKind.IN))
        ),
        "learners": learners,
        "seats": queries.seats_taken(klass),
        "reviews": _reviews(klass) if watching else [],
        **(_for_deciding(user, klass) if policies.may_decide(user, klass) else {}),
        "changes": changes,
        "asked": any(item["change"].status == ChangeStatus.ASKED for item in changes),
        "closing": _closing(klass),
        "moments": _digest(klass) if watching else [],
        "links": links_for(user, klass),
        "agreed": AGREED,
        "watching": watching,
        "may": _may(user, klass),
    }


def _may(user: User, klass: TrainingClass) -> dict[str, bool]:
    """Which acts the page offers."""
    started = klass.status in (*UNDER_WAY, Status.CLOSED)
    return {
        "edit": policies.may_edit(user, klass),
        "discard": policies.may_discard(user, klass),
        "decide": policies.may_decide(user, klass),
        "review": policies.may_review(user, klass),
        "change": policies.may_ask_change(user, klass),
        "close": policies.may_close(user, klass),
        "follow": started and policies.may_follow(user, klass),
        "mine": klass.enrolments.filter(person__user=user).exists(),
        "run": started and policies.may_run(user, klass),
        "door": klass.status in UNDER_WAY and policies.may_show_codes_of(user, klass),
        "sheets": started and policies.may_see_people(user, klass),
    }


def _linked(user: User, klass: TrainingClass, gaps: list[Gap]) -> list[tuple[Gap, str]]:
    """Each with the page that mends it, for whoever may open that."""
    found = [(gap, mended_at(klass, gap)) for gap in gaps]
    pages = {page for _, page in found if page.startswith("/")}
    shut = {page for page in pages if not may_open(user, page)}
    return [(gap, "" if page in shut else page) for gap, page in found]


def _facts(klass: TrainingClass) -> list[tuple[str, object]]:
    hours = sum(session.hours for session in klass.sessions.all())
    facts: list[tuple[str, object]] = [
        ("培训机构", klass.provider.name),
        ("班主任", klass.manager.name),
        ("行业", klass.industry_name),
        ("区县", klass.district_name),
        ("培训大纲", klass.syllabus.title),
        ("学时", f"已排 {hours} / 大纲 {klass.syllabus.hours_required}"),
        ("经费项目", f"{klass.project.code} {klass.project.title}"),
        ("名额", f"{klass.quota} 人"),
    ]
    if klass.equipment:
        facts.append(("设备", klass.equipment))
    if klass.note:
        facts.append(("说明", klass.note))
    return facts


def _reviews(klass: TrainingClass) -> list[tuple[Review, list[str]]]:
    """Decisions, newest first, each with what had changed since the one before it."""
    rows = list(klass.reviews.select_related("by"))
    before = [None, *rows][: len(rows)]
    told = [
        (row, differences(old.snapshot, row.snapshot) if old else [])
        for old, row in zip(before, rows, strict=True)
    ]
    return told[::-1]


def _for_deciding(user: User, klass: TrainingClass) -> dict[str, Any]:
    """What changed since the last decision, and what the rules say of it as it was submitted."""
    last = klass.reviews.last()
    gaps = application_gaps(klass, at=klass.submitted_at or now())
    return {
        "news": differences(last.snapshot, snapshot(klass)) if last else [],
        "against": _linked(user, klass, gaps),
    }


def _closing(klass: TrainingClass) -> dict[str, Any] | None:
    """The figures that were frozen at the close; every rate with what it is a rate of."""
    figures = Closing.objects.filter(klass=klass).first()
    if figures is None:
        return None
    rating = figures.rating_sum / (4 * figures.surveys) if figures.surveys else None
    share = figures.passed / figures.enrolled if figures.enrolled else None
    return {
        "figures": figures,
        "passed": f"{figures.passed} / {figures.enrolled}",
        "passed_note": f"合格率 {percent(share)}；首考合格 {figures.passed_first} 人，"
        f"补考后合格 {figures.made_up} 人",
        "rating_note": f"平均 {rating:.2f} 分（满分 5 分）" if rating is not None else "还没有评价",
    }


def _changes(user: User, klass: TrainingClass) -> list[dict[str, Any]]:
    rows = klass.changes.select_related("asked_by", "decided_by", "session", "klass__provider")
    return [
        {
            "change": row,
            "may_decide": row.status == ChangeStatus.ASKED
            and policies.may_decide_change(user, row),
            "may_withdraw": row.status == ChangeStatus.ASKED and policies.may_run_change(user, row),
        }
        for row in rows.order_by("-asked_at")
    ]


def _moments(klass: TrainingClass) -> list[Moment]:
    return [_moment(one) for one in reversed(happenings(queries.subjects_of(klass)))]


def _digest(klass: TrainingClass) -> list[Moment]:
    """The newest lines; what many learners did on one day is told once, so is what one repeated."""
    found = happenings(queries.subjects_of(klass), limit=READ_MOMENTS)
    alike: dict[tuple[object, ...], list[Happening]] = {}
    for one in reversed(found):
        alike.setdefault((local_date(one.at), *_kind(one)), []).append(one)
    return [_told(same) for same in alike.values()][:SHOWN_MOMENTS]


def _kind(one: Happening) -> tuple[str, ...]:
    if one.verb in _CROWDS:
        return (one.verb,)
    if one.verb.startswith(_MILESTONES):
        return (one.hash,)
    return (one.who, one.sentence)


def _told(same: list[Happening]) -> Moment:
    """Several alike as one line; it bears the time of the last and, if one did all, the name."""
    last, n = same[0], len(same)
    if n == 1:
        return _moment(last)
    crowd = _CROWDS.get(last.verb)
    text = crowd.format(n=n) if crowd else f"{last.sentence}（{n} 次）"
    who = last.who if len({one.who for one in same}) == 1 else ""
    return Moment(last.at, text, who=who, tone=_TONES.get(last.verb, ""))


def _moment(one: Happening) -> Moment:
    return Moment(one.at, one.sentence, who=one.who, tone=_TONES.get(one.verb, ""))
