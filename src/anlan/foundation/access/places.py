"""What a role is given over, by its name: districts and industries from the code lists, what is
kept in rooms above (organisations, classes) from the directories that settings name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System

MOST = 8

# Over what each role is given; the first is what it is given over as a rule.
SCOPES: dict[Role, tuple[ScopeKind, ...]] = {
    Role.CITY_OFFICIAL: (ScopeKind.CITY,),
    Role.DISTRICT_OFFICIAL: (ScopeKind.DISTRICT,),
    Role.DEPARTMENT_OFFICIAL: (ScopeKind.INDUSTRY,),
    Role.CLASS_MANAGER: (ScopeKind.ORGANIZATION,),
    Role.TRAINER: (ScopeKind.ORGANIZATION, ScopeKind.CLASS),
    Role.EXAMINER: (ScopeKind.ORGANIZATION, ScopeKind.CLASS),
    Role.SAFETY_OFFICER: (ScopeKind.ORGANIZATION,),
    Role.LEARNER: (ScopeKind.CITY,),
    Role.OPERATOR: (ScopeKind.CITY,),
}


@dataclass(frozen=True)
class Place:
    """One thing that a role can be given over."""

    kind: ScopeKind
    key: str
    name: str
    district: str = ""


class Directory(Protocol):
    """What a room above offers of its own things (`settings.ANLAN_SCOPES`)."""

    def find(self, text: str) -> list[Place]:
        """Those of this name or number, the exact one alone when there is one; some at most."""

    def named(self, keys: Collection[str]) -> list[Place]:
        """Those of these keys."""

    def keys_in(self, districts: Collection[str]) -> list[str]:
        """Keys of all that lie in these districts."""


WHOLE_CITY = Place(ScopeKind.CITY, "", "全市")
_LISTS = {ScopeKind.DISTRICT: System.GB_T_2260, ScopeKind.INDUSTRY: System.KEY_INDUSTRY}


def find(kind: ScopeKind, text: str) -> list[Place]:
    """What a clerk may have meant by a name, a code or a number."""
    typed = text.strip()
    if kind == ScopeKind.CITY:
        return [WHOLE_CITY]
    if kind in _LISTS:
        exact = [p for p in _listed(kind) if typed in (p.key, p.name)]
        return exact or [p for p in _listed(kind) if typed and typed in p.name][:MOST]
    found = _directory(kind)
    return found.find(typed) if found is not None and typed else []


def named(wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], Place]:
    """The places behind (kind, key) pairs; those that nobody knows are missing."""
    found: dict[tuple[str, str], Place] = {(ScopeKind.CITY.value, ""): WHOLE_CITY}
    for kind in {ScopeKind(kind) for kind, _ in wanted} - {ScopeKind.CITY}:
        keys = {key for one, key in wanted if one == kind}
        if kind in _LISTS:
            places = [p for p in _listed(kind) if p.key in keys]
        else:
            directory = _directory(kind)
            places = directory.named(keys) if directory is not None else []
        found |= {(kind.value, p.key): p for p in places}
    return found


def keys_in(kind: ScopeKind, districts: Collection[str]) -> list[str]:
    if kind == ScopeKind.DISTRICT:
        return list(districts)
    directory = _directory(kind)
    return directory.keys_in(districts) if directory is not None and districts else []


def _listed(kind: ScopeKind) -> list[Place]:
    district = kind == ScopeKind.DISTRICT
    return [
        Place(kind, code, name, code if district else "")
        for code, name in codes.choices(_LISTS[kind])
    ]


def _directory(kind: ScopeKind) -> Directory | None:
    dotted = settings.ANLAN_SCOPES.get(kind.value)
    found: Directory | None = import_string(dotted) if dotted else None
    return found
