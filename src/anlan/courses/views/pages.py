"""Writing the pages of a lesson."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from anlan.courses import shelves
from anlan.courses.forms import PageForm, page_initial
from anlan.courses.models import Lesson
from anlan.courses.paging import pages_of
from anlan.courses.policies import may_keep
from anlan.courses.services import pages as services
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.files.models import StoredFile
from anlan.lib.refusals import BadInput

MOST_PICTURES = 60
Place = tuple[Lesson, int]


def _may_keep(user: User, found: Place) -> bool:
    return may_keep(user, found[0])


keeping = guarded(may_keep, load=shelves.lesson_kept_by)
keeping_page = guarded(_may_keep, load=shelves.page_of)


@require_http_methods(["GET", "POST"])
@keeping
def new_page(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    form = PageForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        context = {"lesson": lesson, "form": form, "no": len(lesson.pages) + 1}
        return _shown(request, form, context)
    services.add_page(
        lesson,
        title=form.cleaned_data["title"],
        text=form.cleaned_data["text"],
        picture=_picture(request, form),
        by=actor(request),
        at=now(),
    )
    if request.POST.get("then") == "more":
        return redirect("courses:new_page", uid=lesson.uid)
    return redirect("courses:lesson_desk", uid=lesson.uid)


@require_http_methods(["GET", "POST"])
@keeping_page
def page(request: HttpRequest, found: Place) -> HttpResponse:
    lesson, place = found
    before = pages_of(lesson)[place]
    form = PageForm(request.POST or None, request.FILES or None, initial=page_initial(before))
    if not form.is_valid():
        context = {"lesson": lesson, "form": form, "no": place + 1, "page": before}
        return _shown(request, form, context)
    services.correct_page(
        lesson,
        place,
        title=form.cleaned_data["title"],
        text=form.cleaned_data["text"],
        picture=_picture(request, form),
        without_picture=form.cleaned_data["without_picture"],
        by=actor(request),
        at=now(),
    )
    messages.success(request, f"第 {place + 1} 页已保存。")
    return redirect("courses:lesson_desk", uid=lesson.uid)


@require_POST
@keeping_page
def move_page(request: HttpRequest, found: Place) -> HttpResponse:
    lesson, place = found
    places = -1 if request.POST.get("to") == "up" else 1
    services.move_page(lesson, place, by_places=places, by=actor(request), at=now())
    return _back(lesson.uid)


@require_POST
@keeping_page
def remove_page(request: HttpRequest, found: Place) -> HttpResponse:
    lesson, place = found
    services.remove_page(lesson, place, by=actor(request), at=now())
    messages.success(request, f"第 {place + 1} 页已删除。")
    return _back(lesson.uid)


@require_POST
@keeping
def pictures(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """Several pictures, a page each, in the order of their names."""
    sent = sorted(request.FILES.getlist("pictures"), key=lambda one: one.name or "")
    if not sent:
        raise BadInput("没有选择图片。", "请选择一张或多张图片。")
    if len(sent) > MOST_PICTURES:
        raise BadInput(f"一次最多 {MOST_PICTURES} 张。", "请分几次上传。")
    at, by = now(), actor(request)
    kept = [services.keep_picture(one, by=by, at=at) for one in sent]
    services.add_pictures(lesson, kept, by=by, at=at)
    messages.success(request, f"已添加 {len(kept)} 页。")
    return _back(lesson.uid)


def _picture(request: HttpRequest, form: PageForm) -> StoredFile | None:
    sent = form.cleaned_data["picture"]
    return services.keep_picture(sent, by=actor(request), at=now()) if sent else None


def _shown(request: HttpRequest, form: PageForm, context: dict[str, object]) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "courses/page.html", context, status=status)


def _back(uid: UUID) -> HttpResponse:
    return redirect("courses:lesson_desk", uid=uid)
