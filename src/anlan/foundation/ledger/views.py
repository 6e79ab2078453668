"""The log as static files: checkpoint, tiles and public key. A web server may serve them instead.

Entries themselves are not served: they bear officials' reasons in free words. Who is concerned
gets them in archives and receipts.
"""

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from anlan.foundation.accounts.guards import public
from anlan.foundation.ledger.sequencer import log_folder, public_key

TILE = re.compile(r"tile/\d{1,2}/(?:x\d{3}/)*\d{3}(?:\.p/\d{1,3})?")
WHY = "whoever distrusts the platform checks the log without its leave"


@require_safe
@public(WHY)
def checkpoint(request: HttpRequest) -> HttpResponse:
    path = log_folder() / "checkpoint"
    if not path.exists():
        raise Http404
    answer = HttpResponse(path.read_text("utf-8"), content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@public(WHY)
def key(request: HttpRequest) -> HttpResponse:
    return HttpResponse(public_key() + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@public(WHY)
def tile(request: HttpRequest, path: str) -> HttpResponseBase:
    file = log_folder() / "tile" / path
    if not TILE.fullmatch(f"tile/{path}") or not file.is_file():
        raise Http404
    answer = FileResponse(file.open("rb"), content_type="application/octet-stream")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
