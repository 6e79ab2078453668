"""How offices write days, hours and numbers in their files."""

from datetime import date

import pytest

from anlan.injuries import cells
from anlan.lib.dates import to_shanghai


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2026-03-04", "", date(2026, 3, 4)),
        ("2026年3月4日", "", date(2026, 3, 4)),
        ("20260304", "", date(2026, 3, 4)),
        ("2026-03-04 14:30", "", date(2026, 3, 4)),
        ("2026-03-04T14:30", "", date(2026, 3, 4)),
        ("04/03/2026", "dmy", date(2026, 3, 4)),
        ("03/04/2026", "mdy", date(2026, 3, 4)),
        ("23/3/2026", "", date(2026, 3, 23)),
        ("3/23/2026", "", date(2026, 3, 23)),
        ("3/23/2026", "dmy", date(2026, 3, 23)),
        ("46085", "", date(2026, 3, 4)),
        ("46085.5", "", date(2026, 3, 4)),
        ("2026-3", "", date(2026, 3, 1)),
        ("2026年3月", "", date(2026, 3, 1)),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str, order: str, day: date) -> None:
    assert cells.read_day(text, order) == day


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("04/03/2026", "分不清"),
        ("31/02/2026", "不存在"),
        ("2026-13", "不存在"),
        ("昨天", "看不懂"),
        ("12", "看不懂"),
        ("99999", "看不懂"),
    ],
)
def test_a_day_that_is_none_is_said_plainly(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        cells.read_day(text, "")


def test_one_plain_day_tells_the_order_of_a_column() -> None:
    assert cells.order_of(["01/02/2026", "23/02/2026"]) == "dmy"
    assert cells.order_of(["01/02/2026", "02/23/2026"]) == "mdy"
    assert cells.order_of(["01/02/2026", "2026-02-23"]) == ""


def test_hours_moments_and_numbers() -> None:
    assert [cells.read_hour(t) for t in ("14:30", "14时", "9", "2026-03-04 07:05")] == [
        14,
        14,
        9,
        7,
    ]
    assert to_shanghai(cells.read_moment("2026-03-04 07:05", "")).hour == 7
    assert cells.read_whole("43.0", 120) == 43
    for wrong in ("-1", "4.5", "300", "²"):
        with pytest.raises(ValueError, match="整数"):
            cells.read_whole(wrong, 120)
    for wrong in ("25:00", "下午"):
        with pytest.raises(ValueError, match="时刻"):
            cells.read_hour(wrong)
    with pytest.raises(ValueError, match="时间"):
        cells.read_moment("2026-03-04 25:00", "")
