"""What roles are given over: single classes by number or title (`settings.ANLAN_SCOPES`)."""

from collections.abc import Collection

from anlan.classes.models import TrainingClass
from anlan.foundation.access.places import MOST, Place
from anlan.foundation.accounts.models import ScopeKind


class _Classes:
    def find(self, text: str) -> list[Place]:
        rows = list(TrainingClass.objects.filter(number=text)[:MOST])
        if not rows:
            named = TrainingClass.objects.filter(title__contains=text)
            rows = list(named.order_by("-first_day")[:MOST])
        return [_place(row) for row in rows]

    def named(self, keys: Collection[str]) -> list[Place]:
        return [_place(row) for row in TrainingClass.objects.filter(uid__in=keys)]

    def keys_in(self, districts: Collection[str]) -> list[str]:
        rows = TrainingClass.objects.filter(district__in=districts)
        return [str(uid) for uid in rows.values_list("uid", flat=True)]


def _place(row: TrainingClass) -> Place:
    name = " ".join(word for word in (row.number, row.title) if word)
    return Place(ScopeKind.CLASS, str(row.uid), name, row.district)


CLASSES = _Classes()
