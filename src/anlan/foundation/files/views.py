"""tus 1.0 over HTTP: core, creation, termination, expiration, checksum.

The caller is a page of ours or any tus client with a session and the page's permit. A refusal is
answered as JSON of what happened and what to do. Nothing here knows what the file is for.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.accounts.guards import actor, guarded, signed_in
from anlan.foundation.accounts.models import User
from anlan.foundation.files import uploads
from anlan.foundation.files.checksums import ALGORITHMS, Checksum
from anlan.foundation.files.models import Upload
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration,checksum"
PIECE = 64 * 1024  # what a cut connection may cost
# Who answers before reading the body is cut off by the sender's own bytes, and the browser sees a
# broken network. What the person must read, and no other try can mend, is worth reading a piece.
TO_BE_READ = {413, 460, 507}
MOST_DRAINED = 32 * 1024**2
BODY = "application/offset+octet-stream"
Answer = Callable[..., HttpResponse]


class WrongProtocol(BadInput):
    status = 412


class WrongKind(BadInput):
    status = 415


def tus(view: Answer) -> Answer:
    """The protocol's head and foot: the method meant, the version, refusals as JSON."""

    @wraps(view)
    def answer(request: HttpRequest, *found: Upload) -> HttpResponse:
        method = request.headers.get("X-HTTP-Method-Override", "") or str(request.method)
        try:
            if method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
                raise WrongProtocol("这个地址只接受 tus 1.0.0 的上传。", "请在网页上选择文件上传。")
            response = view(request, method.upper(), *found)
        except Refused as refused:
            if refused.status in TO_BE_READ:
                _drain(request)
            told = {"message": refused.message, "next_step": refused.next_step}
            response = JsonResponse(
                told, status=refused.status, json_dumps_params={"ensure_ascii": False}
            )
        response["Tus-Resumable"] = response["Tus-Version"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return answer


@guarded(signed_in)
@tus
def uploads_begin(request: HttpRequest, method: str) -> HttpResponse:
    """POST opens an upload; OPTIONS tells what this server can."""
    if method == "OPTIONS":
        return _abilities()
    if method != "POST":
        return HttpResponse(status=405, headers={"Allow": "OPTIONS, POST"})
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    upload = uploads.begin_upload(
        told.get("permit", ""),
        name=told.get("filename", "") or "未命名",
        length=_whole(request, "Upload-Length"),
        by=actor(request),
        at=now(),
    )
    where = reverse("files:upload", args=[upload.uid])
    return HttpResponse(status=201, headers={"Location": where, **_standing(upload)})


def upload_for(user: User, uid: UUID) -> Upload:
    """Only the own ones are there."""
    return Upload.objects.select_related("by", "file").get(uid=uid, by=user)


def is_own(user: User, upload: Upload) -> bool:
    return upload.by_id == user.pk


@guarded(is_own, load=upload_for)
@tus
def upload(request: HttpRequest, method: str, found: Upload) -> HttpResponse:
    """HEAD: how far it is. PATCH: the next bytes. DELETE: never mind."""
    at = now()
    if method == "OPTIONS":
        return _abilities()
    if method == "HEAD":
        uploads.require_open(found, at)
        return HttpResponse(headers={"Upload-Length": str(found.length), **_standing(found)})
    if method == "PATCH":
        return _patch(request, found, at)
    if method == "DELETE":
        uploads.require_untaken(found)
        uploads.discard(found, at=at)
        return HttpResponse(status=204)
    return HttpResponse(status=405, headers={"Allow": "OPTIONS, HEAD, PATCH, DELETE"})


def _patch(request: HttpRequest, found: Upload, at: datetime) -> HttpResponse:
    if request.content_type != BODY:
        raise WrongKind("上传的内容类型不对。", f"请用 {BODY}。")
    offset = _whole(request, "Upload-Offset")
    header = request.headers.get("Upload-Checksum", "")
    checksum = Checksum(header) if header else None
    found = uploads.receive(found, _pieces(request), offset=offset, at=at, checksum=checksum)
    return HttpResponse(status=204, headers=_standing(found))


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes; a connection that breaks ends it, and what came so far counts."""
    try:
        while piece := request.read(PIECE):
            yield piece
    except UnreadablePostError:
        return


def _drain(request: HttpRequest) -> None:
    read = 0
    for piece in _pieces(request):
        read += len(piece)
        if read > MOST_DRAINED:
            return


def _abilities() -> HttpResponse:
    most = rulebook(local_date(now())).whole("upload.gb_max") * uploads.GIGABYTE
    return HttpResponse(
        status=204,
        headers={
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(most),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


def _standing(upload: Upload) -> dict[str, str]:
    until = format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)
    told = {"Upload-Offset": str(upload.offset)}
    return told if upload.file_id else told | {"Upload-Expires": until}


def _whole(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise BadInput(f"缺少 {header}，或它不是整数。", "请按 tus 1.0 的写法上传。")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """`key base64,key base64`; the values are UTF-8."""
    told = {}
    for part in header.split(","):
        name, _, value = part.strip().partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise BadInput("Upload-Metadata 无法读出。", "请按 tus 1.0 的写法上传。") from wrong
    return told
