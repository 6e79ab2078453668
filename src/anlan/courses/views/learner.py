"""The learner's phone: my courses, a lesson; and the preview of it for its author."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.courses import own, shelves
from anlan.courses.models import Lesson, LessonKind
from anlan.courses.paging import laid_out, pages_of
from anlan.courses.policies import may_keep, may_see
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person, Purpose
from anlan.identity.queries import person_of
from anlan.identity.services.checks import begin
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput

RATES = (1.0, 1.25, 1.5, 2.0)


@require_GET
@guarded(signed_in)
def mine(request: HttpRequest) -> HttpResponse:
    """My syllabi, each with how far I am, and the short films."""
    user = actor(request)
    context = {"courses": own.courses_of(user), "short": own.short_ones(user)}
    return render(request, "courses/mine.html", context)


@require_GET
@guarded(may_see, load=own.course_of)
def course(request: HttpRequest, course: own.Course) -> HttpResponse:
    """One syllabus: its modules, their lessons, what is done."""
    return render(request, "courses/course.html", {"course": course})


@require_GET
@guarded(may_see, load=shelves.lesson_open_to)
def lesson(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """Learn. Who is no learner (an official, a teacher) looks on, and nothing is counted."""
    person = person_of(actor(request))
    return render(request, _template(lesson), _context(lesson, person=person))


@require_POST
@guarded(may_see, load=shelves.lesson_open_to)
def identify(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """To the check of who learns here, by either route; it comes back to the lesson."""
    person = person_of(actor(request))
    if person is None:
        raise BadInput("工作人员账号不用核验。", "学员请用手机验证码登录。")
    check = begin(
        person,
        Purpose.LESSON,
        lesson.subject,
        title=lesson.title,
        back=reverse("courses:lesson", args=[lesson.uid]),
        by=actor(request),
        at=now(),
    )
    return redirect("identity:check", uid=check.uid)


@require_GET
@guarded(may_keep, load=shelves.lesson_kept_by)
def preview(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    return render(request, _template(lesson), _context(lesson, desk=True))


@require_POST
@guarded(may_keep, load=shelves.lesson_kept_by)
def try_answer(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """The author tries a question; nothing is kept."""
    try:
        sent = json.loads(request.body)
        second, chosen = int(sent["second"]), {int(one) for one in sent["chosen"]}
    except (ValueError, TypeError, KeyError) as wrong:
        raise BadInput("这次作答没有读懂。", "请刷新页面后重新作答。") from wrong
    point = lesson.quiz_points.select_related("item").filter(second=second).first()
    if point is None:
        raise BadInput("这里没有提问。", "请刷新页面。")
    right = chosen == set(point.item.answer)
    explanation = point.item.explanation if right else ""
    return JsonResponse({"right": right, "explanation": explanation})


def _template(lesson: Lesson) -> str:
    return f"courses/{'watch' if lesson.kind == LessonKind.VIDEO else 'read'}.html"


def _context(lesson: Lesson, *, person: Person | None = None, desk: bool = False) -> dict[str, Any]:
    """`person` learns; without one it is a preview."""
    book = rulebook(local_date(now()))
    fastest, most = book.number("learning.max_rate"), book.whole("identity.check_lesson_most")
    return {
        "lesson": lesson,
        "laid": laid_out(pages_of(lesson)),
        "points": shelves.points_of(lesson),
        "preview": person is None,
        "moment": shelves.identity_moment(person, lesson, most) if person else None,
        "desk": desk,
        "rates": [one for one in RATES if one <= fastest],
        "making": getattr(lesson, "making", None),
    }
