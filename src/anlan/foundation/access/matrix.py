"""Who may do what, read from the guards themselves: every address, its policy, which roles pass.

A policy that is asked with a user alone is asked here, with somebody who has nothing but the role.
One that is asked about a thing (a class, a person) depends on that thing: it is told as such.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import Reach

PASSES, BARRED, BY_THING = "yes", "no", "thing"

# Over what somebody of each role is thought to have it, with a key that nothing bears.
_SCOPES = {
    Role.CITY_OFFICIAL: ScopeKind.CITY,
    Role.DISTRICT_OFFICIAL: ScopeKind.DISTRICT,
    Role.DEPARTMENT_OFFICIAL: ScopeKind.INDUSTRY,
    Role.LEARNER: ScopeKind.CITY,
    Role.OPERATOR: ScopeKind.CITY,
}
_NOTHING = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Address:
    """One address of the site with what guards it."""

    name: str
    path: str
    view: Callable[..., Any]

    @property
    def room(self) -> str:
        """The dotted name of the room that answers."""
        parts = str(getattr(self.view, "__module__", "")).split(".")
        return ".".join(parts[: 3 if parts[1:2] == ["foundation"] else 2])

    @property
    def policy(self) -> Callable[..., bool] | None:
        return getattr(self.view, "policy", None)

    @property
    def public_because(self) -> str:
        return str(getattr(self.view, "public_because", ""))

    @property
    def about_a_thing(self) -> bool:
        return getattr(self.view, "load", None) is not None


@dataclass(frozen=True)
class Line:
    """An address as the page shows it."""

    path: str
    policy: str
    says: str
    public: bool
    roles: tuple[str, ...]


def addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Any, space: str, path: str) -> Iterator[Address]:
    for pattern in patterns:
        here = path + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{space}{pattern.name}", f"/{here}", pattern.callback)


def somebody(role: Role) -> User:
    """Nobody real: a user with this one role, over nothing that is there."""
    kind = _SCOPES.get(role, ScopeKind.ORGANIZATION)
    key = "" if kind == ScopeKind.CITY else _NOTHING
    password = "!" if role == Role.LEARNER else "-"  # learners come by phone code
    user = User(pk=0, name=str(role.label), is_active=True, password=password)
    user._reach = Reach(((role.value, kind.value, key),))  # type: ignore[attr-defined]
    return user


def passes(address: Address, role: Role) -> str:
    """Whether somebody of this role gets past the guard: yes, no, or it depends on the thing."""
    if address.public_because:
        return PASSES
    if address.about_a_thing or address.policy is None:
        return BY_THING
    return PASSES if address.policy(somebody(role)) else BARRED


@cache
def by_room() -> list[tuple[str, list[Line]]]:
    """The whole site; it changes with a release only, so a process makes it once."""
    found: dict[str, list[Line]] = {}
    for address in addresses():
        found.setdefault(address.room, []).append(_line(address))
    labels = {app.name: str(app.verbose_name) for app in apps.get_app_configs()}
    return [(labels.get(room, room), lines) for room, lines in found.items()]


def _line(address: Address) -> Line:
    policy = address.policy
    says = address.public_because or " ".join((getattr(policy, "__doc__", "") or "").split())
    return Line(
        address.path,
        getattr(policy, "__name__", ""),
        says,
        bool(address.public_because),
        tuple(passes(address, role) for role in Role),
    )
