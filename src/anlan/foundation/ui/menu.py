"""The shape of the side menu and of the phone's tabs; config/menu.py fills it.

A long menu folds: the first group stands open, and those where one is, where something waits, and
where the reader has opened them (the cookie `anlan_menu` keeps that, see
`frontend/islands/menu.js`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

ALL_OPEN_UP_TO = 16  # links that fit a desk's screen without folding
FOLDS_COOKIE = "anlan_menu"
NO_NUMBERS: Mapping[str, int] = {}
NO_FOLDS: Mapping[str, bool] = {}


@dataclass(frozen=True)
class MenuItem:
    """One link. `waits` counts what waits there, asked only when nobody knows (`waiting.py`);
    `count` is the number then shown (0 shows nothing)."""

    label: str
    url: str
    icon: str = ""
    waits: Callable[[], int] | None = None
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


def mark_items(
    items: Sequence[MenuItem], path: str, numbers: Mapping[str, int] = NO_NUMBERS
) -> list[MenuItem]:
    """Tabs with their numbers, the one marked that the path belongs to."""
    here = best_url((i.url for i in items), path)
    return [_marked(item, here, numbers) for item in items]


def mark_groups(
    groups: Sequence[MenuGroup],
    path: str,
    kept: Mapping[str, bool] = NO_FOLDS,
    numbers: Mapping[str, int] = NO_NUMBERS,
) -> list[MenuGroup]:
    """The menu with its numbers, the item marked that the path belongs to, folded where long."""
    here = best_url((i.url for g in groups for i in g.items), path)
    roomy = sum(len(group.items) for group in groups) <= ALL_OPEN_UP_TO
    first = next((group for group in groups if group.label), None)  # what the role is here for
    found = []
    for group in groups:
        items = [_marked(item, here, numbers) for item in group.items]
        inside = any(item.current for item in items)
        unasked = roomy or group is first or any(item.count for item in items)
        found.append(replace(group, items=items, open=inside or kept.get(group.label, unasked)))
    return found


def _marked(item: MenuItem, here: str, numbers: Mapping[str, int]) -> MenuItem:
    count = numbers.get(item.url, 0) if item.waits else item.count
    return replace(item, count=count, current=item.current or item.url == here)


def kept_folds(cookie: str) -> dict[str, bool]:
    """What the reader has opened and closed: `open=监管&closed=台账`, percent-encoded."""
    said = parse_qs(cookie)
    opened = dict.fromkeys(said.get("open", []), True)
    return opened | dict.fromkeys(said.get("closed", []), False)
