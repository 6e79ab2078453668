"""Large uploads: one that is far too large is refused by its announced length, before its body is
read; one that the disk can't take while it comes in is refused as plainly."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from anlan.foundation.files.services import not_kept
from anlan.foundation.ui.middleware import BrokenOff, refusal_response
from anlan.lib.refusals import BadInput

MEGABYTE = 1024 * 1024


class UploadTooLarge(BadInput):
    """More bytes than the address accepts."""

    status = 413


class UploadLimitMiddleware:
    """Limits by `settings.ANLAN_UPLOAD_LIMITS`: path prefix → MB, the longest prefix wins.

    `*` stands for one segment: `{"/": 25, "/classes/*/recordings": 600}`. A body without an
    announced length is none: WSGI servers hand over nothing of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = _announced(request)
        most = limit_mb(request.path, settings.ANLAN_UPLOAD_LIMITS)
        if size > most * MEGABYTE:
            return refusal_response(request, _too_large(size, most))
        if size and _is_form(request):
            try:
                request.POST  # noqa: B018  (reads the body; its files go to the disk as they come)
            except OSError as failure:
                _forget(request)
                gone = isinstance(failure, UnreadablePostError)
                return refusal_response(request, BrokenOff() if gone else not_kept(failure))
        return self.get_response(request)


def _too_large(size: int, most: int) -> UploadTooLarge:
    return UploadTooLarge(
        f"上传的内容有 {size / MEGABYTE:.0f} MB，超过这里 {most} MB 的上限，没有接收。",
        "请压缩、剪短或分段后再上传。",
    )


def _forget(request: HttpRequest) -> None:
    """Remove what has come in so far: Django leaves an unfinished file to the garbage collector."""
    for handler in request.upload_handlers:
        with suppress(OSError):  # a full disk fails once more when the rest is flushed
            handler.upload_interrupted()


def _is_form(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"


def limit_mb(path: str, limits: Mapping[str, int]) -> int:
    """What one address accepts; the table names at least `/`."""
    parts = _segments(path)
    fitting = [prefix for prefix in limits if _fits(_segments(prefix), parts)]
    return limits[max(fitting, key=lambda prefix: len(_segments(prefix)))]


def _fits(prefix: list[str], parts: list[str]) -> bool:
    if len(prefix) > len(parts):
        return False
    return all(a in ("*", b) for a, b in zip(prefix, parts, strict=False))


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _announced(request: HttpRequest) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or "")
    return int(length) if length.isdecimal() else 0
