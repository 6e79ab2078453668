"""Placing questions in a lesson."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from anlan.courses import shelves
from anlan.courses.forms import PointForm
from anlan.courses.models import Lesson, QuizPoint
from anlan.courses.paging import laid_out, pages_of
from anlan.courses.policies import may_keep
from anlan.courses.services import points as services
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import BadInput

SHOWN = 20


def _may_keep(user: User, point: QuizPoint) -> bool:
    return may_keep(user, point.lesson)


@require_http_methods(["GET", "POST"])
@guarded(may_keep, load=shelves.lesson_kept_by)
def questions(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """Look for an item of the own banks, and place it."""
    user = actor(request)
    if request.method == "POST":
        _place(request, user, lesson)
        return redirect("courses:lesson_desk", uid=lesson.uid)
    text = request.GET.get("text", "").strip()
    found = shelves.items_to_ask(user, lesson, text)
    context = {
        "lesson": lesson,
        "laid": laid_out(pages_of(lesson)),
        "text": text,
        "items": found[:SHOWN],
        "more": found.count() > SHOWN,
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"courses/{'_items' if fragment else 'questions'}.html", context)


@require_POST
@guarded(_may_keep, load=shelves.point_of)
def drop(request: HttpRequest, point: QuizPoint) -> HttpResponse:
    services.drop_question(point, by=actor(request), at=now())
    messages.success(request, "提问已删除。")
    return redirect("courses:lesson_desk", uid=point.lesson.uid)


def _place(request: HttpRequest, user: User, lesson: Lesson) -> None:
    form = PointForm(lesson, request.POST)
    if not form.is_valid():
        wrong = next(iter(form.errors.values()))[0]
        raise BadInput("提问没有放上。", str(wrong))
    item = shelves.items_to_ask(user, lesson).filter(pk=form.cleaned_data["item"]).first()
    if item is None:
        raise BadInput("这道题不在可用的题库里，或已停用。", "请重新选择一道题。")
    second = form.cleaned_data["where"]
    services.ask_at(lesson, second=second, item=item, by=user, at=now())
    messages.success(request, "提问已放上。")
