"""No model in the stories of this room: the eyes see what they are told."""

from collections.abc import Iterator
from typing import Any

import pytest

from anlan.testing.eyes import ToldEyes


@pytest.fixture(autouse=True)
def _told_eyes(settings: Any) -> Iterator[None]:
    settings.ANLAN_EYES = "anlan.testing.eyes.ToldEyes"
    ToldEyes.forget()
    yield
    ToldEyes.forget()
