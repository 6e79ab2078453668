"""What roles are given over: organisations by name or code (`settings.ANLAN_SCOPES`)."""

from collections.abc import Collection

from anlan.foundation.access.places import MOST, Place
from anlan.foundation.accounts.models import ScopeKind
from anlan.organizations.models import Organization, Status


class _Organizations:
    def find(self, text: str) -> list[Place]:
        good = Organization.objects.filter(status=Status.APPROVED)
        exact = good.filter(name=text) | good.filter(uscc=text.upper())
        rows = list(exact[:MOST]) or list(good.filter(name__contains=text).order_by("name")[:MOST])
        return [_place(row) for row in rows]

    def named(self, keys: Collection[str]) -> list[Place]:
        return [_place(row) for row in Organization.objects.filter(uid__in=keys)]

    def keys_in(self, districts: Collection[str]) -> list[str]:
        rows = Organization.objects.filter(district__in=districts)
        return [str(uid) for uid in rows.values_list("uid", flat=True)]


def _place(row: Organization) -> Place:
    return Place(ScopeKind.ORGANIZATION, str(row.uid), row.name, row.district)


ORGANIZATIONS = _Organizations()
