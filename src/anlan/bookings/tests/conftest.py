"""The clock of this room's pages stands at `NOW`, a week before the stories' classes begin."""

import pytest

from anlan.testing.cast import NOW


@pytest.fixture(autouse=True)
def _clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.bookings.views.now", lambda: NOW)
