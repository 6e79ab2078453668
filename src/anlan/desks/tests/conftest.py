"""The clock of the desks stands at `NOW`."""

import pytest

from anlan.testing.cast import NOW


@pytest.fixture(autouse=True)
def _clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.desks.views.now", lambda: NOW)
