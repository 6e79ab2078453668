"""The page that checks receipts and archives in the browser: files stay where they are.

The policies make that true: a page that may connect to nothing cannot send anything away.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from anlan.foundation.accounts.guards import public
from anlan.foundation.ledger.sequencer import public_key

WHY = "whoever was handed a receipt or an archive checks it without leave and without a server"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'"
)


@require_safe
@public(WHY)
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "body": _body(),
        "own_key": public_key(),
        "offline_sha256": hashlib.sha256(_built("offline.html")).hexdigest(),
    }
    return _kept_in(render(request, "ledger/verify.html", context), POLICY)


@require_safe
@public(WHY)
def offline(request: HttpRequest) -> HttpResponse:
    """The same as one file. Its policy, by hashes, stands in it and goes before it as a header."""
    answer = HttpResponse(_built("offline.html"), content_type="text/html; charset=utf-8")
    if "save" in request.GET:
        answer["Content-Disposition"] = 'attachment; filename="anlan-verify.html"'
    return _kept_in(answer, _built("policy.txt").decode())


def _kept_in(answer: HttpResponse, policy: str) -> HttpResponse:
    """The site's own policy would let the page speak to the site."""
    answer["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    return answer


def _body() -> SafeString:
    """Drawn by the build, from frontend/check/body.html; nobody's input is in it."""
    return mark_safe(_built("body.html").decode())


def _built(name: str) -> bytes:
    path = Path(settings.STATIC_ROOT) / "check" / name
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError as missing:
        raise ImproperlyConfigured("assets are not built; run: python hatch_build.py") from missing


@lru_cache(maxsize=8)
def _read(path: Path, _made_at: int) -> bytes:
    return path.read_bytes()
