"""The clock of the pages, which each view reads once, stands where the story wants it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from anlan.classes.views import (
    absences,
    application,
    change,
    checks,
    door,
    exams,
    files,
    filming,
    holds,
    learner,
    papers,
    record,
    review,
    roll,
    sign,
    sittings,
    stills,
    vouching,
    watch,
)
from anlan.testing.cast import NOW

PAGES = (
    *(application, change, record, review, door, exams, files, holds, learner, roll, sign),
    *(filming, stills, vouching, watch, checks, absences, papers, sittings),
)
SetClock = Callable[[datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """`clock(moment)` sets it; it begins at `NOW`."""

    def show(moment: datetime) -> None:
        for views in PAGES:
            monkeypatch.setattr(views, "now", lambda: moment)

    show(NOW)
    return show
