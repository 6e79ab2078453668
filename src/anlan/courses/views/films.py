"""A lesson's film or PDF on its way: taken in, worked on, tried again; captions."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.courses import shelves
from anlan.courses.models import Lesson, MakingStatus
from anlan.courses.policies import may_keep
from anlan.courses.services import films as services
from anlan.foundation.accounts.guards import actor, guarded
from anlan.lib.refusals import BadInput

keeping = guarded(may_keep, load=shelves.lesson_kept_by)
UNFINISHED = (MakingStatus.WAITING, MakingStatus.RUNNING)


@require_POST
@keeping
def source(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """The page names an upload that is whole; the work on it begins by itself."""
    try:
        uid = UUID(request.POST.get("upload", ""))
    except ValueError as wrong:
        raise BadInput("没有收到文件。", "请开启浏览器的脚本后重新选择文件上传。") from wrong
    publish = request.POST.get("publish") == "1"
    services.source_from_upload(lesson, uid, publish=publish, by=actor(request), at=now())
    messages.success(request, "已收到文件，正在后台制作；可以离开这一页，稍后再来。")
    return redirect("courses:lesson_desk", uid=lesson.uid)


@never_cache
@require_GET
@keeping
def making(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """How far the work is; when it is over the page is read anew."""
    found = getattr(lesson, "making", None)
    response = render(request, "courses/_making.html", {"lesson": lesson, "making": found})
    if found is None or found.status not in UNFINISHED:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@keeping
def again(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    services.make_again(lesson, by=actor(request), at=now())
    messages.success(request, "已重新排队制作。")
    return redirect("courses:lesson_desk", uid=lesson.uid)


@require_POST
@keeping
def captions(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    sent = request.FILES.get("captions")
    if sent is None:
        raise BadInput("没有选择字幕文件。", "请选择 .vtt 文件。")
    services.keep_captions(lesson, sent, by=actor(request), at=now())
    messages.success(request, "字幕已保存。")
    return redirect("courses:lesson_desk", uid=lesson.uid)
