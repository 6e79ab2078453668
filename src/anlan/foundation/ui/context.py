"""What every template knows: menu, tabs, the names of the platform and the city."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from anlan.foundation.ui.menu import (
    FOLDS_COOKIE,
    MenuGroup,
    MenuItem,
    kept_folds,
    mark_groups,
    mark_items,
)
from anlan.foundation.ui.waiting import numbers_for


def house(request: HttpRequest) -> dict[str, Any]:
    """Lazy where it may cost a query, so that a fragment pays for nothing it doesn't show."""
    platform = getattr(settings, "ANLAN_PLATFORM", "安澜 · 工伤预防")
    brand, dot, tagline = platform.partition(" · ")
    return {
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "tabs": SimpleLazyObject(lambda: _tabs(request)),
        "role_label": SimpleLazyObject(lambda: _ask("ANLAN_ROLE_LABEL", request, "")),
        "synthetic": getattr(settings, "ANLAN_DEMONSTRATION", False),
        "city_name": getattr(settings, "ANLAN_CITY", "济南市"),
        "platform_name": platform,
        "brand": brand,
        "tagline": dot + tagline,
    }


def _menu(request: HttpRequest) -> list[MenuGroup]:
    groups: list[MenuGroup] = _ask("ANLAN_MENU", request, [])
    folds = kept_folds(request.COOKIES.get(FOLDS_COOKIE, ""))
    numbers = numbers_for(request, [item for group in groups for item in group.items])
    return mark_groups(groups, request.path, folds, numbers)


def _tabs(request: HttpRequest) -> list[MenuItem]:
    items: list[MenuItem] = _ask("ANLAN_TABS", request, [])
    return mark_items(items, request.path, numbers_for(request, items))


def _ask(setting: str, request: HttpRequest, otherwise: Any) -> Any:
    """Call the function named in `setting` with the logged-in user."""
    path = getattr(settings, setting, "")
    user = getattr(request, "user", None)
    if not path or user is None or not user.is_authenticated:
        return otherwise
    function: Callable[[Any], Any] = import_string(path)
    return function(user)
