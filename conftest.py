"""The stage: a database with codes and rules, files in a temporary folder, the cast on call."""

from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from anlan.assessments.queries.shelf import forget_shelf
from anlan.foundation.codes.services import load_codes
from anlan.foundation.rules.services import load_rules
from anlan.testing.cast import Cast, the_cast

# Speed is measured by `make bench`; a busy machine must not fail a story.
hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Codes and rules stand in the test database, as after `anlan setup`."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        load_codes()
        load_rules()


@pytest.fixture(scope="session")
def issuer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One issuer for all stories of a process: making its keys takes most of a second."""
    return tmp_path_factory.mktemp("issuer")


@pytest.fixture(autouse=True)
def _private_folders(tmp_path: Path, issuer_folder: Path, settings: object) -> None:
    settings.ANLAN_ISSUER = issuer_folder  # type: ignore[attr-defined]
    settings.ANLAN_FILES = tmp_path / "files"  # type: ignore[attr-defined]
    settings.ANLAN_LIVE = tmp_path / "live"  # type: ignore[attr-defined]
    settings.ANLAN_SMS_FOLDER = tmp_path / "sms"  # type: ignore[attr-defined]
    settings.ANLAN_LOG_FOLDER = tmp_path / "log"  # type: ignore[attr-defined]
    settings.ANLAN_LOG_KEY = tmp_path / "log.key"  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]


@pytest.fixture(autouse=True)
def _empty_shelf() -> None:
    """Items of an earlier story may have had the same numbers."""
    forget_shelf()


@pytest.fixture
def cast(db: None) -> Cast:
    return the_cast()


@pytest.fixture
def browser_of() -> object:
    """`browser_of(user)`: a client already logged in as the user."""

    def enter(user: object) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
        return client

    return enter
