"""Model fields for personal data: encrypted at rest, found by blind index only."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from anlan.lib.keyring import Keyring, load_keyring


@lru_cache(maxsize=4)
def _ring_at(path: str, written: int) -> Keyring:
    return load_keyring(Path(path))


def keyring() -> Keyring:
    """The installation's keyring at `settings.ANLAN_KEYRING`, read again whenever it was written.

    So a key that another process has added opens here before the first value is sealed under it.
    """
    path = str(settings.ANLAN_KEYRING)
    try:
        written = os.stat(path).st_mtime_ns
    except FileNotFoundError:  # the very first start
        written = 0
    return _ring_at(path, written)


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is sealed in the column and plain in Python.

    It can't be filtered on: keep a `blind_index` column beside it for equality look-ups.
    """

    description = "text encrypted at rest"

    def __init__(self, *args: Any, bound_to: str, **kwargs: Any) -> None:
        self.bound_to = bound_to
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["bound_to"] = self.bound_to
        return name, path, args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        if value in (None, ""):
            return value
        return keyring().seal(str(value).encode(), bound_to=self.bound_to)

    def from_db_value(
        self, value: str | None, expression: object, connection: object
    ) -> str | None:
        if not value:
            return value
        return keyring().open(value, bound_to=self.bound_to).decode()

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"a sealed field can't be compared in the database ({lookup_name})")


def blind_index(text: str, *, bound_to: str) -> str:
    """The look-up key stored beside a sealed field (64 hex characters)."""
    return keyring().blind_index(text, bound_to=bound_to)
