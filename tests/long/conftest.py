"""Every long round has a city of its own, made once per file; every test here bears the mark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.long.city import City, a_city

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.long)


@pytest.fixture(autouse=True)
def _private_folders() -> None:
    """The city has its own folders."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[City]:
    with django_db_blocker.unblock(), a_city(tmp_path_factory.mktemp("city")) as made:
        yield made
