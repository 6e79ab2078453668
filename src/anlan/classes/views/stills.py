"""截图公开: a picture for the outside, faces blurred, looked at by a person before it counts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.classes import policies, watching
from anlan.classes.forms_live import LookedAtForm, StillForm
from anlan.classes.watching import Showing
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.files.responses import send_file
from anlan.lib.refusals import NotAllowed
from anlan.recordings.models import Still, StillStatus
from anlan.recordings.stills import ask_still, publish_still

Found = tuple[Showing, Still]


def may_take(user: User, showing: Showing) -> bool:
    return policies.may_publish_from(user, showing.session.klass)


def may_take_still(user: User, found: Found) -> bool:
    return may_take(user, found[0])


taken = guarded(may_take_still, load=watching.still_for)


@require_POST
@guarded(may_take, load=watching.showing_for)
def ask(request: HttpRequest, showing: Showing) -> HttpResponse:
    """Ask for the picture at which the film stands."""
    if showing.recording is None:
        raise NotAllowed("直播还没有结束归档，不能截图公开。", "请在归档后再截取。")
    read = StillForm(request.POST).require()
    still = ask_still(
        showing.recording,
        second=read["second"],
        caption=read["caption"],
        by=actor(request),
        at=now(),
    )
    return redirect("classes:still", uid=still.uid)


@never_cache
@require_GET
@taken
def still(request: HttpRequest, found: Found) -> HttpResponse:
    """The picture first, then the question whether it may go out."""
    return render(request, "classes/live/still.html", _scene(found))


@never_cache
@require_GET
@taken
def state(request: HttpRequest, found: Found) -> HttpResponse:
    """The part of the page that waits."""
    return render(request, "classes/live/_still.html", _scene(found))


@never_cache
@require_GET
@taken
def picture(request: HttpRequest, found: Found) -> HttpResponseBase:
    """The blurred picture; for keeping only when somebody has looked at it."""
    one = found[1]
    if one.file is None:
        raise Http404
    keeping = request.GET.get("save") == "1"
    if keeping and one.status != StillStatus.PUBLISHED:
        raise NotAllowed("这张截图还没有人核对，不能下载。", "请先逐一查看画面并确认。")
    return send_file(one.file, inline=not keeping)


@require_POST
@taken
def publish(request: HttpRequest, found: Found) -> HttpResponse:
    """Somebody has looked."""
    LookedAtForm(request.POST).require()
    publish_still(found[1], by=actor(request), at=now())
    messages.success(request, "已确认，可以下载公开。")
    return redirect("classes:still", uid=found[1].uid)


def _scene(found: Found) -> dict[str, object]:
    showing, one = found
    return {
        "showing": showing,
        "session": showing.session,
        "klass": showing.session.klass,
        "still": one,
        "form": LookedAtForm(auto_id="look_%s") if one.status == StillStatus.MADE else None,
    }
