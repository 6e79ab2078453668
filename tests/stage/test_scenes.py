"""Scenes are remembered only while nothing could have made them others."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anlan.foundation.accounts.models import User
from anlan.foundation.files.services import keep
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.services import record
from anlan.organizations.models import Organization
from anlan.testing.cast import NOW, Cast
from anlan.testing.scenes import remembered

pytestmark = pytest.mark.django_db
PLAYED: list[str] = []


@remembered
def a_kept_film(cast: Cast, *, name: str = "film") -> tuple[Organization, str]:
    """Writes a row, changes another, keeps a file; answers one of the given rows and an address."""
    PLAYED.append(name)
    User.objects.filter(pk=cast.outsider.pk).update(name=name)
    file = keep([name.encode()], name="课堂.mp4", by=cast.class_manager, at=NOW)
    record(f"film/{name}", "kept", by=cast.class_manager, at=NOW)
    return cast.provider, str(file.path.relative_to(settings.ANLAN_FILES))


@remembered
def two_films(cast: Cast) -> str:
    a_kept_film(cast, name="inner")
    record("between", "kept", by=None, at=NOW)
    return a_kept_film(cast, name="other")[1]


def rows() -> list[tuple[object, ...]]:
    users = User.objects.order_by("pk").values_list("pk", "uid", "name")
    return [*users, *Entry.objects.order_by("pk").values_list("pk", "uid", "leaf_hash")]


@pytest.fixture(autouse=True)
def _nothing_played() -> None:
    PLAYED.clear()


@pytest.fixture
def known(cast: Cast) -> None:
    """The scene was played in an earlier story."""
    at = transaction.savepoint()
    a_kept_film(cast)
    transaction.savepoint_rollback(at)
    PLAYED.clear()


def test_a_second_time_lays_the_same_rows(cast: Cast) -> None:
    at = transaction.savepoint()
    answer = a_kept_film(cast, name="second")
    first = rows()
    transaction.savepoint_rollback(at)
    assert a_kept_film(cast, name="second") == answer
    assert rows() == first
    assert PLAYED == ["second"]


def test_a_later_story_finds_it_with_its_file(
    cast: Cast, known: None, settings: Any, tmp_path: Path
) -> None:
    settings.ANLAN_FILES = tmp_path / "another story's"
    provider, name = a_kept_film(cast)
    assert PLAYED == []
    assert provider is cast.provider
    assert (settings.ANLAN_FILES / name).read_bytes() == b"film"
    assert User.objects.get(pk=cast.outsider.pk).name == "film"


def test_other_words_make_another_scene(cast: Cast) -> None:
    a_kept_film(cast, name="another")
    assert PLAYED == ["another"]


def test_after_the_story_s_own_write_it_is_played(cast: Cast, known: None) -> None:
    record("own", "kept", by=None, at=NOW)
    a_kept_film(cast)
    assert PLAYED == ["film"]


def test_reading_is_no_writing(cast: Cast, known: None) -> None:
    User.objects.count()
    a_kept_film(cast)
    assert PLAYED == []


def test_in_another_time_it_is_played(cast: Cast, known: None) -> None:
    with time_machine.travel(NOW + timedelta(days=1), tick=True):
        a_kept_film(cast)
    assert PLAYED == ["film"]


def test_with_other_settings_it_is_played(cast: Cast, known: None, settings: Any) -> None:
    settings.ANLAN_CITY = "别市"
    a_kept_film(cast)
    assert PLAYED == ["film"]


def test_with_other_code_it_is_played(
    cast: Cast, known: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.foundation.files.services.keep", keep)
    a_kept_film(cast)
    assert PLAYED == ["film"]


def test_a_scene_within_a_scene_is_told_apart_by_what_stands_before_it(cast: Cast) -> None:
    at = transaction.savepoint()
    two_films(cast)
    assert PLAYED == ["inner", "other"]
    first = rows()
    transaction.savepoint_rollback(at)
    two_films(cast)
    assert PLAYED == ["inner", "other"]
    assert rows() == first


def test_what_is_laid_again_asks_the_database_little(cast: Cast, known: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        a_kept_film(cast)
    assert PLAYED == []
    assert len(asked) < 15
