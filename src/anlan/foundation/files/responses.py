"""Answering with a file. The view that calls this has already asked who may see it."""

import re
from collections.abc import Iterator
from itertools import chain

from django.conf import settings
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)

from anlan.foundation.files.models import StoredFile
from anlan.foundation.files.places import PlaceFailed
from anlan.foundation.files.store import not_reachable, the_store, wrong_bytes


def send_file(stored: StoredFile, *, inline: bool = False) -> FileResponse:
    """Stream a stored file under its own name."""
    response = FileResponse(
        stored.path.open("rb"),
        as_attachment=not inline,
        filename=stored.name,
        content_type=stored.content_type,
    )
    response["Content-Encoding"] = AS_IT_IS
    return response


def stream(request: HttpRequest, stored: StoredFile) -> HttpResponseBase:
    """Play a stored file in the page: a player that asks for a range gets that range.

    One range (RFC 9110 section 14); a request for several gets the whole file, as the RFC allows.
    """
    tag = f'"{stored.sha256}"'
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    response: HttpResponseBase
    if asked is None or not any(asked.groups()) or request.headers.get("If-Range", tag) != tag:
        response = send_file(stored, inline=True)
    else:
        response = _part(stored, *_span(asked, stored.size))
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Cache-Control"] = "private"
    return response


def _span(asked: re.Match[str], size: int) -> tuple[int, int]:
    """First and last byte asked for; the first is past the last when there is nothing there."""
    first, last = asked.groups()
    if not first:
        return max(size - int(last), 0), (size - 1 if int(last) else -1)
    return int(first), min(int(last or size - 1), size - 1)


def _part(stored: StoredFile, first: int, last: int) -> HttpResponseBase:
    if first > last:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{stored.size}"
        return response
    part = StreamingHttpResponse(
        _bytes(stored, first, last), status=206, content_type=stored.content_type
    )
    part["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    part["Content-Length"] = str(last - first + 1)
    part["Content-Encoding"] = AS_IT_IS
    return part


def _bytes(stored: StoredFile, first: int, last: int) -> Iterator[bytes]:
    """The first piece is read at once: a store that fails is told before the answer begins."""
    stored.require_bytes()
    pieces = the_store().pieces(stored.sha256, first, last)
    try:
        begin = next(pieces, b"")
    except PlaceFailed as failure:
        raise not_reachable() from failure
    except FileNotFoundError as missing:
        raise wrong_bytes(stored.sha256, "missing") from missing
    return chain([begin], pieces)


def send_bytes(
    content: bytes, name: str, content_type: str, *, inline: bool = False
) -> HttpResponse:
    """Answer with a document made just now; a demonstration's says so in its name."""
    if settings.ANLAN_DEMONSTRATION:
        name = f"演示数据-{name}"
    response = HttpResponse(content, content_type=content_type)
    how = "inline" if inline else "attachment"
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quoted}"
    return response


# Stored files are not squeezed on the way: most are already, and a range must stay a range.
AS_IT_IS = "identity"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
ZIP = "application/zip"
