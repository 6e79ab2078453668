"""The keepers' desk: a module's lessons, one lesson, its life."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.courses import policies, queries, shelves
from anlan.courses.forms import LessonForm, NewLessonForm, ReasonForm
from anlan.courses.models import Lesson, LessonKind, Module
from anlan.courses.paging import laid_out, pages_of
from anlan.courses.services import lessons as services
from anlan.courses.services.films import source_endings, source_purpose
from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.policies import is_city_official
from anlan.foundation.files.uploads import permit, waiting_uploads
from anlan.lib.refusals import BadInput

keeping = guarded(policies.may_keep, load=shelves.lesson_kept_by)


def _may_write_for(user: User, module: Module) -> bool:
    return policies.may_keep_lessons(user)


def _signed_in(user: User, module: Module) -> bool:
    return signed_in(user)


@require_GET
@guarded(_signed_in, load=shelves.module_by_key)
def module(request: HttpRequest, module: Module) -> HttpResponse:
    """The lessons of a module, the city's and each provider's."""
    user = actor(request)
    found = shelves.lessons_of_module(user, module)
    context = {
        "module": module,
        "risks": "、".join(queries.risk_names(module)),
        "groups": [
            (owner, [(one, policies.may_keep(user, one)) for one in rows])
            for owner, rows in groupby(found, key=lambda one: one.owner)
        ],
        "may_write": policies.may_keep_lessons(user),
        "minutes": round(sum(one.seconds for one in found if one.is_open) / 60),
    }
    return render(request, "courses/module.html", context)


@require_http_methods(["GET", "POST"])
@guarded(_may_write_for, load=shelves.module_by_key)
def new_lesson(request: HttpRequest, module: Module) -> HttpResponse:
    user = actor(request)
    city = is_city_official(user)
    form = NewLessonForm(
        request.POST or None,
        owners=shelves.owners_for(user),
        city=city,
        initial={"kind": LessonKind.VIDEO},
    )
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"module": module, "form": form}
        return render(request, "courses/new_lesson.html", context, status=status)
    words = form.cleaned_data
    made = services.draft_lesson(
        module,
        owner=None if city else words["owner"],
        kind=words["kind"],
        title=words["title"],
        summary=words["summary"],
        audience=words["audience"],
        style=words["style"],
        by=user,
        at=now(),
    )
    return redirect("courses:lesson_desk", uid=made.uid)


@require_GET
@keeping
def lesson(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """One lesson: its content, what is still missing, and the acts."""
    form = LessonForm(
        initial={name: getattr(lesson, name) for name in LessonForm.base_fields}, auto_id="l_%s"
    )
    return render(request, "courses/lesson.html", lesson_context(actor(request), lesson, form=form))


@require_POST
@keeping
def revise(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    form = LessonForm(request.POST, auto_id="l_%s")
    if not form.is_valid():
        context = lesson_context(actor(request), lesson, form=form, opened="revise")
        return render(request, "courses/lesson.html", context, status=422)
    services.revise_lesson(lesson, **form.cleaned_data, by=actor(request), at=now())
    messages.success(request, "已保存。")
    return redirect("courses:lesson_desk", uid=lesson.uid)


@require_POST
@keeping
def publish(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    services.publish_lesson(lesson, by=actor(request), at=now())
    messages.success(request, f"「{lesson.title}」已发布，学员现在可以学了。")
    return redirect("courses:lesson_desk", uid=lesson.uid)


@require_POST
@keeping
def retire(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise BadInput("请写明停用的原因。", "例如：依据的标准已废止。")
    services.retire_lesson(lesson, reason=form.cleaned_data["reason"], by=actor(request), at=now())
    messages.success(request, f"「{lesson.title}」已停用，学员不再看到它，已有的学习记录保留。")
    return redirect("courses:module", key=lesson.module.key)


@require_POST
@keeping
def discard(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    services.discard_draft(lesson, by=actor(request), at=now())
    messages.success(request, f"草稿「{lesson.title}」已删除。")
    return redirect("courses:module", key=lesson.module.key)


@require_POST
@keeping
def move(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    places = -1 if request.POST.get("to") == "up" else 1
    services.move_lesson(lesson, by_places=places, by=actor(request), at=now())
    return redirect("courses:module", key=lesson.module.key)


def lesson_context(
    user: User, lesson: Lesson, *, form: LessonForm, opened: str = ""
) -> dict[str, Any]:
    """Everything that the page of a lesson shows."""
    points = shelves.points_of(lesson)
    asked = {point.second for point in points}
    laid = laid_out(pages_of(lesson))
    after = {one.end: one.no for one in laid}
    purpose = source_purpose(lesson)
    endings = source_endings(lesson)
    return {
        "lesson": lesson,
        "making": getattr(lesson, "making", None),
        "laid": [(one, one.end in asked) for one in laid],
        "points": [(point, after.get(point.second)) for point in points],
        "form": form,
        "opened": opened,
        "purpose": purpose,
        "permit": permit(by=user, purpose=purpose, endings=endings),
        "endings": ",".join(endings),
        "waiting": list(waiting_uploads(by=user, purpose=purpose, at=now())),
        "missing": services.why_not_complete(lesson) if lesson.is_draft else "",
    }
