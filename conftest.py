"""The stage: a database with codes and rules, files in a temporary folder, the cast on call."""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import blocking_manager_key

from anlan.assessments.queries.shelf import forget_shelf
from anlan.lib.at_hand import forget_everything_at_hand
from anlan.testing import scenes, template
from anlan.testing.cast import Cast, the_cast
from anlan.testing.intake import nobody_is_cut_off

EMPTIED = pytest.StashKey[bool]()
# Speed is measured by `make bench`; a busy machine must not fail a story.
hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """A database as after `anlan setup`, copied from the template that all workers share."""
    real = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        template.fill_test_database()
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(str(real), verbosity=0)


@pytest.fixture(scope="session")
def issuer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One issuer for all stories of a process: making its keys takes most of a second."""
    return tmp_path_factory.mktemp("issuer")


@pytest.fixture(autouse=True)
def _private_folders(tmp_path: Path, issuer_folder: Path, settings: object) -> None:
    settings.ANLAN_ISSUER = issuer_folder  # type: ignore[attr-defined]
    settings.ANLAN_SECOND_FACTOR = False  # type: ignore[attr-defined]  # stories of access ask for it
    for name, folder in scenes.PRIVATE.items():
        setattr(settings, name, tmp_path / folder)
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]


@pytest.fixture(autouse=True)
def _scenes(request: pytest.FixtureRequest, _private_folders: None) -> Iterator[None]:
    """Scenes are remembered in stories that run in a transaction (`anlan.testing.scenes`)."""
    nobody_is_cut_off()
    forget_shelf()
    forget_everything_at_hand()
    scenes.begin_story(lambda: scenes.patches_code(request.node.funcargs.get("monkeypatch")))
    yield
    scenes.end_story()


@pytest.fixture
def cast(db: None) -> Cast:
    return the_cast()


@pytest.fixture(scope="session")
def site() -> ClientHandler:
    """The site as one process serves it: its middleware is built once, not for every browser."""
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    return handler


@pytest.fixture
def browser_of(site: ClientHandler) -> object:
    """`browser_of(user)`: a client already logged in as the user."""

    def enter(user: object) -> Client:
        client = Client()
        client.handler = site
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
        return client

    return enter


@pytest.fixture
def client(site: ClientHandler) -> Client:
    """A browser that nobody has logged in with."""
    stranger = Client()
    stranger.handler = site
    return stranger


def _is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or (marker and marker.kwargs.get("transaction")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Django empties every table after a story that commits; before the next, the stage is set."""
    if _is_transactional(item):
        item.session.stash[EMPTIED] = True
    elif item.session.stash.get(EMPTIED, False):
        item.session.stash[EMPTIED] = False
        with item.config.stash[blocking_manager_key].unblock():
            template.fill_test_database()
        if connection.vendor != "sqlite":  # which numbers from the highest row that is there
            scenes.forget_scenes()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end; the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
