"""Reads of what enterprises declare."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from anlan.exemplars.models import DeclaredMeasure, Drill, Proof, Shutdown, Spending, Stand
from anlan.exemplars.models.declarations import Declaration
from anlan.exemplars.queries.people import within
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.files.models import StoredFile

KINDS: dict[str, type[Declaration]] = {
    "drill": Drill,
    "spending": Spending,
    "shutdown": Shutdown,
    "measure": DeclaredMeasure,
}
KIND_NAMES = {
    "drill": "应急演练",
    "spending": "安全投入",
    "shutdown": "检修期",
    "measure": "自报指标",
}
SHOWN = 200


def rows_of(kind: str) -> "QuerySet[Declaration]":
    return KINDS[kind]._default_manager.all()


def visible_to(user: User, kind: str) -> "QuerySet[Declaration]":
    return rows_of(kind).filter(within(user, "organization__"))


def declaration_for(user: User, kind: str, uid: uuid.UUID) -> Declaration:
    """One declaration of a kind; a kind that doesn't exist is not found either."""
    if kind not in KINDS:
        raise Drill.DoesNotExist
    rows = visible_to(user, kind).select_related("organization", "declared_by", "decided_by")
    return rows.get(uid=uid)


def proof_for(user: User, kind: str, uid: uuid.UUID, file: uuid.UUID) -> StoredFile:
    """A proof of a declaration, for those who see the declaration."""
    proofs = Proof.objects.filter(**{kind: declaration_for(user, kind, uid)})
    return StoredFile.objects.filter(pk__in=proofs.values("file")).get(uid=file)


def proofs_of(one: Declaration) -> QuerySet[Proof]:
    return Proof.objects.filter(**{one.KEY: one}).select_related("file")


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed by; empty means everything."""

    kind: str = ""
    state: str = ""
    district: str = ""
    organization: str = ""


def listed(user: User, by: Filters) -> Sequence[Declaration]:
    """Of all kinds: what waits first, the longest waiting on top, then the newest."""
    found: list[Declaration] = []
    for kind in KINDS if by.kind not in KINDS else [by.kind]:
        rows = visible_to(user, kind).select_related("organization")
        exact = {
            "status": by.state,
            "organization__district": by.district,
            "organization__uid": by.organization,
        }
        rows = rows.filter(**{name: value for name, value in exact.items() if value})
        found += rows.order_by("-declared_at")[:SHOWN]
    waiting = [one for one in found if one.status == Stand.DECLARED]
    others = [one for one in found if one.status != Stand.DECLARED]
    waiting.sort(key=lambda one: one.declared_at)
    others.sort(key=lambda one: one.declared_at, reverse=True)
    return [*waiting, *others]


def waiting_for(user: User) -> int:
    """Declarations that this official should look at; of an officer those that came back."""
    mine = reach(user)
    place = Q() if mine.has(Role.CITY_OFFICIAL) else Q(organization__district__in=mine.districts)
    official = mine.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)
    wanted = (Q(status=Stand.DECLARED) & place) if official else Q(status=Stand.RETURNED)
    first, *others = (visible_to(user, kind).filter(wanted).values_list("pk") for kind in KINDS)
    return first.union(*others, all=True).count()
