"""The menu marks where one is."""

from anlan.foundation.ui.menu import MenuGroup, MenuItem, mark_groups, mark_items

GROUPS = [
    MenuGroup("", [MenuItem("工作台", "/")]),
    MenuGroup("培训", [MenuItem("培训班", "/classes/"), MenuItem("申请", "/classes/apply/")]),
]


def current(path: str) -> list[str]:
    return [i.label for g in mark_groups(GROUPS, path) for i in g.items if i.current]


def test_the_longest_address_wins() -> None:
    assert current("/classes/17/") == ["培训班"]
    assert current("/classes/apply/2/") == ["申请"]


def test_home_is_current_only_at_home() -> None:
    assert current("/") == ["工作台"]
    assert current("/elsewhere/") == []


def test_a_longer_word_is_another_place() -> None:
    assert current("/classes-old/") == []


def test_tabs_are_marked_too() -> None:
    tabs = mark_items([MenuItem("首页", "/m/"), MenuItem("学习", "/m/learn/")], "/m/learn/3/")
    assert [t.current for t in tabs] == [False, True]
