"""The clock of the desk pages, which each view reads once, stands where the story wants it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from anlan.classes.views import application, change, record, review
from anlan.testing.cast import NOW

DESK = (application, change, record, review)
SetClock = Callable[[datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """`clock(moment)` sets it; it begins at `NOW`."""

    def show(moment: datetime) -> None:
        for views in DESK:
            monkeypatch.setattr(views, "now", lambda: moment)

    show(NOW)
    return show
