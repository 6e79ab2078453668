"""What a player fetches: playlists, segments, poster, captions, pictures of pages.

All of it only for whoever may see the lesson. A segment never changes, so a browser keeps it.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from anlan.courses import shelves
from anlan.courses.films import playlists
from anlan.courses.models import Lesson, Piece, Rendition
from anlan.courses.policies import may_see
from anlan.foundation.accounts.guards import guarded
from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.responses import send_file

FOR_EVER = "private, max-age=31536000, immutable"
A_WHILE = "private, max-age=300"
shown = guarded(may_see, load=shelves.lesson_shown_to)


@require_GET
@shown
def choice(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    """The renditions that are whole, the smallest first."""
    made = list(Rendition.objects.filter(making__lesson=lesson))
    if not made:
        raise Http404
    text = playlists.choice(made, lambda one: _address("rendition", lesson.uid, one.uid))
    return _playlist(text)


@require_GET
@guarded(may_see, load=shelves.rendition_shown_to)
def rendition(request: HttpRequest, found: Rendition) -> HttpResponse:
    uid = found.making.lesson.uid
    pieces = list(found.pieces.select_related("file"))
    return _playlist(playlists.film(pieces, lambda one: _address("piece", uid, one.file.uid)))


@require_GET
@guarded(may_see, load=shelves.piece_shown_to)
def piece(request: HttpRequest, found: Piece) -> HttpResponseBase:
    return _for_ever(request, found.file, "video/mp2t")


@require_GET
@shown
def poster(request: HttpRequest, lesson: Lesson) -> HttpResponseBase:
    making = getattr(lesson, "making", None)
    if making is None or making.poster is None:
        raise Http404
    return _kept(making.poster, A_WHILE, "image/jpeg")


@require_GET
@shown
def captions(request: HttpRequest, lesson: Lesson) -> HttpResponseBase:
    if lesson.captions is None:
        raise Http404
    return _kept(lesson.captions, A_WHILE, "text/vtt; charset=utf-8")


@require_GET
@guarded(may_see, load=shelves.picture_shown_to)
def picture(request: HttpRequest, found: StoredFile) -> HttpResponseBase:
    return _for_ever(request, found, "image/jpeg")


def _for_ever(request: HttpRequest, file: StoredFile, kind: str) -> HttpResponseBase:
    """`Vary: Cookie` would have the browser fetch it anew whenever any cookie is renewed."""
    request.session.accessed = False
    return _kept(file, FOR_EVER, kind)


def _kept(file: StoredFile, how_long: str, kind: str) -> HttpResponseBase:
    response = send_file(file, inline=True)
    response["Content-Type"] = kind
    response["Cache-Control"] = how_long
    return response


def _playlist(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type=playlists.CONTENT_TYPE)
    response["Cache-Control"] = A_WHILE
    return response


def _address(name: str, lesson: UUID, part: UUID) -> str:
    return reverse(f"courses:{name}", args=[lesson, part])
