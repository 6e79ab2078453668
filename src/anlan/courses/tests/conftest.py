"""Lessons and rules are kept in the process for seconds: a new story begins without them."""

import pytest

from anlan.courses.queries.facts import forget_facts


@pytest.fixture(autouse=True)
def _fresh_facts() -> None:
    forget_facts()
