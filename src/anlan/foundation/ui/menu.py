"""The shape of the side menu and of the phone's tabs; config/menu.py fills it.

A long menu folds: groups stand open where one is, where something waits, and where the reader has
opened them (the cookie `anlan_menu` keeps that, see `frontend/islands/menu.js`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

ALL_OPEN_UP_TO = 16  # links that fit a desk's screen without folding
FOLDS_COOKIE = "anlan_menu"


@dataclass(frozen=True)
class MenuItem:
    """One link; `count` is what waits there (0 shows nothing)."""

    label: str
    url: str
    icon: str = ""
    count: int = 0
    current: bool = False


@dataclass(frozen=True)
class MenuGroup:
    """Links under one heading; an empty label draws none, and can't be folded."""

    label: str
    items: Sequence[MenuItem]
    open: bool = True

    @property
    def waiting(self) -> int:
        """What waits in the whole group: shown on its heading while it is folded."""
        return sum(item.count for item in self.items)


def best_url(urls: Iterable[str], path: str) -> str:
    """The longest of `urls` that `path` is at or below; empty when there is none."""
    fitting = (u for u in urls if path == u or (path.startswith(u.rstrip("/") + "/") and u != "/"))
    return max(fitting, key=len, default="")


def mark_items(items: Sequence[MenuItem], path: str) -> list[MenuItem]:
    """Tabs with the one marked that the path belongs to."""
    here = best_url((i.url for i in items), path)
    return [replace(i, current=i.current or i.url == here) for i in items]


def mark_groups(
    groups: Sequence[MenuGroup], path: str, kept: dict[str, bool] | None = None
) -> list[MenuGroup]:
    """The menu with the one item marked that the path belongs to, folded where it is long."""
    here = best_url((i.url for g in groups for i in g.items), path)
    roomy = sum(len(group.items) for group in groups) <= ALL_OPEN_UP_TO
    return [_marked(group, here, roomy, kept or {}) for group in groups]


def _marked(group: MenuGroup, here: str, roomy: bool, kept: dict[str, bool]) -> MenuGroup:
    items = [replace(item, current=item.current or item.url == here) for item in group.items]
    inside = any(item.current for item in items)
    unasked = roomy or any(item.count for item in items)
    return replace(group, items=items, open=inside or kept.get(group.label, unasked))


def kept_folds(cookie: str) -> dict[str, bool]:
    """What the reader has opened and closed: `open=监管&closed=台账`, percent-encoded."""
    said = parse_qs(cookie)
    opened = dict.fromkeys(said.get("open", []), True)
    return opened | dict.fromkeys(said.get("closed", []), False)
