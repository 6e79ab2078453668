"""What waits behind a link of the menu: counted once for each reader, then kept for some seconds.

A page would else ask a dozen counts that its reader looked at a moment ago. The reader's own deed
must be seen at once, whichever process of the site answers next: an answer to anything but a
reading carries the cookie `anlan_deed`, and no number is believed that was counted before it.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from anlan.foundation.ui.menu import MenuItem

DEED_COOKIE = "anlan_deed"
READINGS = {"GET", "HEAD", "OPTIONS"}


class DeedMiddleware:
    """Notes in the browser when its reader has last done something here (Unix seconds)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in READINGS and settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.set_cookie(
                DEED_COOKIE,
                str(time.time()),
                max_age=settings.ANLAN_MENU_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def numbers_for(request: HttpRequest, items: Iterable[MenuItem]) -> dict[str, int]:
    """By address, what waits there; counted anew where the kept number may be out of date."""
    asked = {item.url: item.waits for item in items if item.waits}
    if not asked:
        return {}
    key, at = f"menu/{request.user.pk}", time.time()
    kept: dict[str, tuple[float, int]] = cache.get(key, {})
    oldest = max(at - settings.ANLAN_MENU_SECONDS, _last_deed(request, at))
    fresh = {url: number for url, (since, number) in kept.items() if since > oldest}
    found = {url: waits() for url, waits in asked.items() if url not in fresh}
    if found:
        known = kept | {url: (at, number) for url, number in found.items()}
        cache.set(key, known, settings.ANLAN_MENU_SECONDS)
    return fresh | found


def _last_deed(request: HttpRequest, at: float) -> float:
    """What answers a deed itself comes after it."""
    if request.method not in READINGS:
        return at
    told: Any = request.COOKIES.get(DEED_COOKIE, "")
    try:
        return float(told or 0)
    except ValueError:
        return at
