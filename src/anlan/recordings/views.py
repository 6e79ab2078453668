"""What a camera page says to the server: chunks, how far it has come, the end.

These addresses need no session: a lesson is longer than one. The token of the recording, which the
class manager's page was given, opens them and nothing else.
"""

import uuid
from datetime import UTC, datetime

from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from anlan.foundation.accounts.guards import public
from anlan.lib.refusals import BadInput
from anlan.recordings.live.services import CHUNK_BYTES, ChunkTooLarge, accept_chunk, end_live
from anlan.recordings.live.tokens import live_by_token
from anlan.recordings.models import LiveRecording, LiveStatus

by_token = public("a camera page goes on when its session has ended; its token is checked")


@csrf_exempt
@require_POST
@by_token
def chunk(request: HttpRequest, uid: uuid.UUID, part: int, no: int) -> JsonResponse:
    """Keep one chunk; it is on the disk when this answers."""
    live = _live(request, uid)
    if int(request.META.get("CONTENT_LENGTH") or 0) > CHUNK_BYTES:
        raise ChunkTooLarge("一段画面超过 4 MB，没有接收。", "请降低画质，或刷新拍摄页面。")
    fresh = accept_chunk(
        live,
        part,
        no,
        request.body,
        starts_at=_began(request),
        last=request.GET.get("last") == "1",
        at=now(),
    )
    return JsonResponse({"kept": True, "fresh": fresh})


@never_cache
@require_GET
@by_token
def state(request: HttpRequest, uid: uuid.UUID) -> JsonResponse:
    """How much is safe by now."""
    live = _live(request, uid)
    newest = live.segments.order_by("-no").first()
    return JsonResponse(
        {
            "status": live.status,
            "segments": newest.no + 1 if newest else 0,
            "newest": newest.received_at.isoformat() if newest else None,
            "note": live.note,
        }
    )


@csrf_exempt
@require_POST
@by_token
def end(request: HttpRequest, uid: uuid.UUID) -> JsonResponse:
    """The camera has stopped and everything is sent; ending twice is ending once."""
    live = _live(request, uid)
    if live.status == LiveStatus.LIVE:
        end_live(live, by=live.by, at=now(), because="stopped")
    return JsonResponse({"status": live.status})


def _live(request: HttpRequest, uid: uuid.UUID) -> LiveRecording:
    return live_by_token(uid, request.headers.get("X-Live-Token", ""))


def _began(request: HttpRequest) -> datetime:
    try:
        return datetime.fromtimestamp(int(request.headers.get("X-Part-Start", "")) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadInput("画面没有带时间。", "请刷新拍摄页面。") from None
