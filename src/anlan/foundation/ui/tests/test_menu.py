"""The menu marks where one is."""

from urllib.parse import urlencode

from anlan.foundation.ui.menu import MenuGroup, MenuItem, kept_folds, mark_groups, mark_items

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


LONG = [
    MenuGroup("办理", [MenuItem("审批", "/queue/", waits=lambda: 2)]),
    MenuGroup("台账", [MenuItem(f"台账 {n}", f"/ledger/{n}/") for n in range(20)]),
    MenuGroup("统计", [MenuItem("分布", "/insights/")]),
]


def unfolded(path: str, cookie: str = "") -> list[str]:
    groups = mark_groups(LONG, path, kept_folds(cookie), {"/queue/": 2})
    return [g.label for g in groups if g.open]


def test_a_long_menu_shows_where_one_is_and_what_waits() -> None:
    assert unfolded("/insights/7/") == ["办理", "统计"]
    assert unfolded("/elsewhere/") == ["办理"]


def test_a_short_menu_is_not_folded() -> None:
    assert [g.open for g in mark_groups(GROUPS, "/")] == [True, True]


def test_what_the_reader_folded_stays_so_unless_one_is_inside() -> None:
    cookie = urlencode([("open", "台账"), ("closed", "办理"), ("closed", "统计")])
    assert unfolded("/elsewhere/", cookie) == ["台账"]
    assert unfolded("/insights/", cookie) == ["台账", "统计"]


def test_a_broken_cookie_folds_nothing() -> None:
    assert kept_folds("open&&=%%%;") == {}
