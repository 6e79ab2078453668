"""观看: what is live or was recorded, with its time line and chapters."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.classes import filed, policies, watching
from anlan.classes.forms_live import ReasonForm, StillForm
from anlan.classes.watching import Showing
from anlan.foundation.accounts.guards import actor, guarded
from anlan.foundation.accounts.models import User
from anlan.foundation.files.responses import stream
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.recordings.live import cameras
from anlan.recordings.live.queries import playlist, segments_of
from anlan.recordings.live.services import push_address, rtmp_place
from anlan.recordings.models import LiveRecording, Segment, Source
from anlan.recordings.queries import length_doubt
from anlan.recordings.retention import keep_ruling, kept_until, open_hold

HLS = "application/vnd.apple.mpegurl"
EVERYWHERE = ("0.0.0.0", "::", "[::]")


def may_watch(user: User, showing: Showing) -> bool:
    return policies.is_watching(user, showing.session.klass)


def may_watch_segment(user: User, found: tuple[Showing, Segment]) -> bool:
    return may_watch(user, found[0])


watched = guarded(may_watch, load=watching.showing_for)
live_watched = guarded(may_watch, load=watching.live_for)


@never_cache
@require_GET
@watched
def recording(request: HttpRequest, showing: Showing) -> HttpResponse:
    """The picture, the time line under it, what is known of the film."""
    user, at = actor(request), now()
    klass = showing.session.klass
    may_run = policies.may_run(user, klass)
    context = _scene(showing, at) | {
        "may_run": may_run,
        "push": _push(request, showing) if may_run else "",
        "camera": _camera(showing) if may_run else "",
        "own_camera": may_run and showing.live and showing.live.source == Source.BROWSER,
        "doubt": _doubt(showing, at),
        "heads": getattr(showing.recording, "head_count", None),
        "still": _still_form(user, showing),
        **_keeping(user, showing, at),
    }
    return render(request, "classes/live/recording.html", context)


@never_cache
@require_GET
@watched
def reel(request: HttpRequest, showing: Showing) -> HttpResponse:
    """The time line alone, asked for every few seconds while it is live."""
    return render(request, "classes/live/_reel.html", _scene(showing, now()))


@never_cache
@require_GET
@live_watched
def playlist_file(request: HttpRequest, showing: Showing) -> HttpResponse:
    """HLS: grows while it is live."""
    assert showing.live
    address = reverse("classes:segment", args=[showing.uid, 0]).replace("/0.ts", "/%d.ts")
    text = playlist(showing.live, segments_of(showing.live), address)
    return HttpResponse(text, content_type=HLS)


@require_GET
@guarded(may_watch_segment, load=watching.segment_for)
def segment(request: HttpRequest, found: tuple[Showing, Segment]) -> HttpResponseBase:
    """Some seconds of picture and sound; they never change."""
    answer = stream(request, found[1].file)
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


@never_cache
@require_GET
@guarded(policies.may_watch_live)
def on_air_page(request: HttpRequest) -> HttpResponse:
    """现场直播: everything that is live in the official's scope."""
    at = now()
    context = {"lives": watching.on_air(actor(request), at=at), "now": at}
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"classes/live/{'_on_air' if part else 'on_air'}.html", context)


def _scene(showing: Showing, at: datetime) -> dict[str, Any]:
    return {
        "showing": showing,
        "session": showing.session,
        "klass": showing.session.klass,
        "live": showing.live,
        "film": showing.recording,
        "line": watching.time_line(showing, at=at),
        "now": at,
    }


def _keeping(user: User, showing: Showing, at: datetime) -> dict[str, Any]:
    """How long the film is kept, by what rule, and whether somebody holds it."""
    film = showing.recording
    if film is None:
        return {}
    return {
        "place": filed.ledger_places([film]).get(film.subject),
        "kept_until": kept_until(film, at),
        "keep_rule": keep_ruling(at),
        "held": open_hold(film),
        "may_hold": filed.may_hold(user, filed.Filmed(film, showing.session)),
        "form": ReasonForm(),
    }


def _push(request: HttpRequest, showing: Showing) -> str:
    """What is typed into a pushing device; the server's name as the manager's browser knows it."""
    live = showing.live
    if live is None or live.source != Source.RTMP or not showing.going:
        return ""
    host, _ports = rtmp_place()
    return push_address(live, request.get_host().split(":")[0] if host in EVERYWHERE else host)


def _camera(showing: Showing) -> str:
    live: LiveRecording | None = showing.live
    return cameras.masked(live.address) if live and live.source == Source.RTSP else ""


def _doubt(showing: Showing, at: datetime) -> object:
    if showing.recording is None:
        return None
    most = rulebook(local_date(at)).whole("recording.length_tolerance_seconds")
    return length_doubt(showing.recording, tolerance_s=most)


def _still_form(user: User, showing: Showing) -> StillForm | None:
    film = showing.recording
    if film is None or film.duration_s == 0 or film.bytes_removed_at:
        return None
    if not policies.may_publish_from(user, showing.session.klass):
        return None
    return StillForm(initial={"second": 0, "caption": film.title}, auto_id="still_%s")
