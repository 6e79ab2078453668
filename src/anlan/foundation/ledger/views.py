"""The log for machines: checkpoints, tiles and key as static files, and the door for witnesses.

A web server may serve the files instead. Entries themselves are not served: they bear officials'
reasons in free words. Who is concerned gets them in archives and receipts.
"""

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from anlan.foundation.accounts.guards import public
from anlan.foundation.ledger import checkpoints, witnesses
from anlan.foundation.ledger.models import Checkpoint
from anlan.foundation.ledger.sequencer import log_folder
from anlan.foundation.ledger.signing import published_key
from anlan.lib.refusals import BadInput, Refused

TILE = re.compile(r"tile/\d{1,2}/(?:x\d{3}/)*\d{3}(?:\.p/\d{1,3})?")
WHY = "whoever distrusts the platform checks the log without its leave"


@require_safe
@public(WHY)
def checkpoint(request: HttpRequest) -> HttpResponse:
    path = log_folder() / "checkpoint"
    if not path.exists():
        raise Http404
    return _note(path.read_text("utf-8"))


@require_safe
@public(WHY)
def round_checkpoint(request: HttpRequest) -> HttpResponse:
    """The one that all witnesses are asked to sign now."""
    return _with_lines(checkpoints.of_the_round(now()))


@require_safe
@public(WHY)
def witnessed_checkpoint(request: HttpRequest) -> HttpResponse:
    return _with_lines(checkpoints.witnessed())


@require_safe
@public(WHY)
def key(request: HttpRequest) -> HttpResponse:
    return _plain(published_key())


@require_safe
@public(WHY)
def tile(request: HttpRequest, path: str) -> HttpResponseBase:
    file = log_folder() / "tile" / path
    if not TILE.fullmatch(f"tile/{path}") or not file.is_file():
        raise Http404
    answer = FileResponse(file.open("rb"), content_type="application/octet-stream")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@csrf_exempt  # no session counts here: the signature is the proof
@require_POST
@public("a witness's signature is its own proof of who sends it")
def cosign(request: HttpRequest) -> HttpResponse:
    """A note with witnesses' lines under it; answers in one plain sentence."""
    try:
        kept = witnesses.take_cosignatures(_body(request), at=now())
    except Refused as refused:
        return _plain(f"{refused.message}{refused.next_step}", status=refused.status)
    names = "、".join(one.witness.name for one in kept)
    return _plain(f"已收下 {names} 对 {kept[0].checkpoint.size} 条检查点的见证。")


def _body(request: HttpRequest) -> str:
    raw = request.read(witnesses.LONGEST_NOTE + 1)
    if len(raw) > witnesses.LONGEST_NOTE:
        raise BadInput("内容过长。", "只提交检查点和见证人自己的一行签名。")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BadInput("内容不是 UTF-8 文本。", "请用 anlan cosign 提交。") from None


def _with_lines(found: Checkpoint | None) -> HttpResponse:
    if found is None:
        raise Http404
    return _note(checkpoints.full_note(found))


def _note(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer


def _plain(line: str, status: int = 200) -> HttpResponse:
    return HttpResponse(line + "\n", content_type="text/plain; charset=utf-8", status=status)
