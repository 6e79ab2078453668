"""The shape of the side menu and of the phone's tabs; config/menu.py fills it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


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
    """Links under one heading; an empty label draws none."""

    label: str
    items: Sequence[MenuItem]


def best_url(urls: Iterable[str], path: str) -> str:
    """The longest of `urls` that `path` is at or below; empty when there is none."""
    fitting = (u for u in urls if path == u or (path.startswith(u.rstrip("/") + "/") and u != "/"))
    return max(fitting, key=len, default="")


def mark_items(items: Sequence[MenuItem], path: str) -> list[MenuItem]:
    """Tabs with the one marked that the path belongs to."""
    here = best_url((i.url for i in items), path)
    return [replace(i, current=i.current or i.url == here) for i in items]


def mark_groups(groups: Sequence[MenuGroup], path: str) -> list[MenuGroup]:
    """The menu with the one item marked that the path belongs to."""
    here = best_url((i.url for g in groups for i in g.items), path)
    return [
        replace(g, items=[replace(i, current=i.current or i.url == here) for i in g.items])
        for g in groups
    ]
