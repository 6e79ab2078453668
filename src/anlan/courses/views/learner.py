"""The learner's phone: my courses, a lesson; and the preview of it for its author."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from anlan.courses import own, shelves
from anlan.courses.models import Lesson, LessonKind
from anlan.courses.paging import laid_out, pages_of
from anlan.courses.policies import may_keep, may_see
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.rules.queries import rulebook
from anlan.identity.queries import person_of
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
    learns = person_of(actor(request)) is not None
    return render(request, _template(lesson), _context(lesson, preview=not learns))


@require_GET
@guarded(may_keep, load=shelves.lesson_kept_by)
def preview(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    return render(request, _template(lesson), _context(lesson, preview=True, desk=True))


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


def _context(lesson: Lesson, *, preview: bool, desk: bool = False) -> dict[str, Any]:
    fastest = rulebook(local_date(now())).number("learning.max_rate")
    return {
        "lesson": lesson,
        "laid": laid_out(pages_of(lesson)),
        "points": shelves.points_of(lesson),
        "preview": preview,
        "desk": desk,
        "rates": [one for one in RATES if one <= fastest],
        "making": getattr(lesson, "making", None),
    }
