"""直播录像: the class manager begins it, a phone or a camera films, the desk can end it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.classes import policies, queries, watching
from anlan.classes.forms_live import CameraForm, GoLiveForm
from anlan.classes.models import Session
from anlan.classes.services.filming import go_live, stop_live
from anlan.classes.watching import Showing
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.lib.refusals import NotAllowed
from anlan.recordings.live.inbox import Inbox
from anlan.recordings.live.tokens import token_of
from anlan.recordings.models import LiveStatus, Source

by_the_manager = guarded(policies.may_run_session, load=queries.session_for)


def may_run_showing(user: User, showing: Showing) -> bool:
    """The class manager runs what is filmed of the class."""
    return policies.may_run_session(user, showing.session)


of_the_manager = guarded(may_run_showing, load=watching.live_for)


@require_GET
@by_the_manager
def go_live_page(request: HttpRequest, session: Session) -> HttpResponse:
    """Three ways to film; what is live already."""
    context = {
        "session": session,
        "klass": session.klass,
        "form": CameraForm(),
        "lives": session.lives.exclude(status=LiveStatus.FINISHED).order_by("id"),
    }
    return render(request, "classes/live/go_live.html", context)


@require_POST
@by_the_manager
def begin(request: HttpRequest, session: Session) -> HttpResponse:
    """Begin; a browser goes on to its camera page, the others to the picture."""
    read = GoLiveForm(request.POST).require()
    source = Source(read["source"])
    live = go_live(session, source, by=actor(request), at=now(), address=read["address"])
    page = "classes:camera" if source == Source.BROWSER else "classes:recording"
    return redirect(page, uid=live.uid)


@never_cache
@require_GET
@of_the_manager
def camera(request: HttpRequest, showing: Showing) -> HttpResponse:
    """The page that films. It goes on without a session: the token is in it."""
    live = showing.live
    if live is None or live.source != Source.BROWSER or live.status != LiveStatus.LIVE:
        raise NotAllowed("这路直播录像已经结束。", "如需继续，请重新开始直播录像。")
    parts = Inbox.of(live.uid).parts()
    context = {
        "showing": showing,
        "session": showing.session,
        "klass": showing.session.klass,
        "live": live,
        "token": token_of(live),
        "part": parts[-1] + 1 if parts else 0,
        "secure_url": settings.ANLAN_PUBLIC_URL,
    }
    return render(request, "classes/live/camera.html", context)


@require_POST
@of_the_manager
def stop(request: HttpRequest, showing: Showing) -> HttpResponse:
    """End it from the desk: the phone may be out of power."""
    assert showing.live
    stop_live(showing.live, by=actor(request), at=now())
    messages.success(request, "直播已结束，正在整理归档，几秒后即可回放。")
    return redirect("classes:recording", uid=showing.uid)
