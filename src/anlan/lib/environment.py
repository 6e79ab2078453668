"""Typed reading of environment variables that refuses nonsense at start, in words."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class BadEnvironment(SystemExit):
    """A setting that can't be meant; the process ends with the reason."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value!r} can't be used: {wanted}.")


@dataclass(frozen=True)
class Environment:
    """The process's environment, one typed reader per kind of value."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str) -> str:
        return self.values.get(name, default)

    def flag(self, name: str, default: bool) -> bool:
        raw = self.values.get(name)
        if raw is None:
            return default
        if raw.lower() in TRUE:
            return True
        if raw.lower() in FALSE:
            return False
        raise BadEnvironment(name, raw, "write 1 or 0")

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        raw = self.values.get(name)
        if raw is None:
            return default
        if not raw.isdecimal() or not least <= int(raw) <= most:
            raise BadEnvironment(name, raw, f"write a whole number from {least} to {most}")
        return int(raw)

    def one_of(self, name: str, default: str, allowed: set[str]) -> str:
        raw = self.values.get(name, default)
        if raw not in allowed:
            raise BadEnvironment(name, raw, f"write one of {', '.join(sorted(allowed))}")
        return raw

    def names(self, name: str, default: list[str]) -> list[str]:
        raw = self.values.get(name)
        return default if raw is None else [part.strip() for part in raw.split(",") if part.strip()]

    def addresses(self, name: str, schemes: set[str]) -> list[str]:
        """`scheme:rest` each, divided by commas; none by default."""
        found = self.names(name, [])
        for one in found:
            scheme, mark, rest = one.partition(":")
            if scheme not in schemes or not mark or not rest.strip("/"):
                raise BadEnvironment(name, one, f"begin with one of {', '.join(sorted(schemes))}:")
        return found

    def folder(self, name: str, default: Path) -> Path:
        raw = self.values.get(name)
        if raw is None:
            return default
        if not raw.strip():
            raise BadEnvironment(name, raw, "name a folder, or leave the variable unset")
        path = Path(raw).expanduser()
        if path.exists() and not path.is_dir():
            raise BadEnvironment(name, raw, "it is a file, a folder is needed")
        return path.resolve()

    def database(self, name: str, default: Path) -> dict[str, object]:
        """Django's settings for `sqlite:///PATH` or `postgresql://user:password@host:port/name`."""
        raw = self.values.get(name)
        if raw is None:
            return _sqlite(default)
        try:
            found = _database(raw)
        except ValueError:  # its text may quote a part of the password
            found = None
        if found is None:
            raise BadEnvironment(
                name, _without_password(raw), "write sqlite:///PATH or postgresql://…/NAME"
            ) from None
        return found


def _database(address: str) -> dict[str, object] | None:
    """None for what is neither kind of address; `ValueError` for one that breaks in the middle."""
    url = urlsplit(address if "://" in address else "")
    if url.scheme == "sqlite" and url.path.strip("/"):
        return _sqlite(Path(unquote(url.path[1:])))
    if url.scheme in {"postgres", "postgresql"} and url.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.strip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or ""),
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(part.split("=", 1) for part in url.query.split("&") if part),
        }
    return None


def _without_password(address: str) -> str:
    """The scheme alone: in an address that can't be read, the password may stand anywhere."""
    scheme, mark, _rest = address.partition("://")
    return f"{scheme}://…" if mark and scheme.isalpha() else "…"


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Evidence, sign-ins and exam answers are committed here: FULL survives a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;",
        },
    }
