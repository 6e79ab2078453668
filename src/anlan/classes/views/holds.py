"""保全: an official keeps a film beyond its time, and lets it go again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from anlan.classes import filed
from anlan.classes.forms_live import ReasonForm
from anlan.foundation.accounts.guards import actor, guarded
from anlan.recordings import retention


@require_POST
@guarded(filed.may_hold, load=filed.recording_for)
def hold(request: HttpRequest, film: filed.Filmed) -> HttpResponse:
    reason = ReasonForm(request.POST).require()["reason"]
    retention.hold(film.recording, reason=reason, by=actor(request), at=now())
    messages.success(request, "已保全。解除之前，这段录像到期也不销毁。")
    return redirect("classes:recording", uid=film.recording.uid)


@require_POST
@guarded(filed.may_hold, load=filed.recording_for)
def release(request: HttpRequest, film: filed.Filmed) -> HttpResponse:
    reason = ReasonForm(request.POST).require()["reason"]
    retention.release(film.recording, reason=reason, by=actor(request), at=now())
    messages.success(request, "已解除保全，这段录像按保管期限处理。")
    return redirect("classes:recording", uid=film.recording.uid)
