"""Whose cases a user counts, and which of them the user may see one by one."""

from dataclasses import dataclass

import numpy as np

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.insights.distribution.columns import Array
from anlan.insights.distribution.snapshot import Snapshot
from anlan.organizations.models import Organization


@dataclass(frozen=True)
class Scope:
    """`industries_counted` is None where the whole city is counted; the rest says what is seen.

    The same people see the same cases as by `injuries.queries.cases.visible_to`; a test holds it.
    """

    everything: bool
    districts: frozenset[str] = frozenset()
    industries: frozenset[str] = frozenset()
    organizations: frozenset[int] = frozenset()
    industries_counted: frozenset[str] | None = None

    @property
    def own_district(self) -> str:
        """The one district of a district official, whose figures come first."""
        alone = not self.everything and not self.industries and len(self.districts) == 1
        return next(iter(self.districts)) if alone else ""

    def counted(self, snapshot: Snapshot) -> Array | None:
        """Rows that are counted for the user; None for all. Own cases are, whatever industry."""
        if self.industries_counted is None:
            return None
        found = _among(snapshot, "key_industry", self.industries_counted)
        return found | self._own(snapshot)

    def seen(self, snapshot: Snapshot) -> Array | None:
        """Rows that the user may open one by one; None for all."""
        if self.everything:
            return None
        found = self._own(snapshot)
        if self.districts:
            found |= _among(snapshot, "district", self.districts)
        if self.industries:
            found |= _among(snapshot, "key_industry", self.industries)
        return found

    def _own(self, snapshot: Snapshot) -> Array:
        organizations = snapshot.columns["organization"]
        if not self.organizations:
            return np.zeros(len(organizations), bool)
        return np.isin(organizations, np.fromiter(self.organizations, np.int32))


def scope_of(user: User) -> Scope:
    """Officials count the whole city; a safety officer the industry of the own enterprise."""
    mine = reach(user)
    if mine.whole_city:
        return Scope(everything=True)
    uids = mine.keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER)
    own = Organization.objects.filter(uid__in=uids).values_list("pk", "key_industry")
    firms = dict(own) if uids else {}
    return Scope(
        everything=False,
        districts=mine.districts,
        industries=mine.industries,
        organizations=frozenset(firms),
        industries_counted=None if mine.official else frozenset(filter(None, firms.values())),
    )


def may_look(user: User) -> bool:
    """Officials, operators, and safety officers at their own industry."""
    mine = reach(user)
    return mine.official or mine.whole_city or mine.has(Role.SAFETY_OFFICER)


def _among(snapshot: Snapshot, column: str, words: frozenset[str]) -> Array:
    lookup = np.fromiter((word in words for word in snapshot.words[column]), bool)
    found: Array = lookup[snapshot.columns[column]]
    return found
