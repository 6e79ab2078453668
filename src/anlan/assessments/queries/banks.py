"""Reads of item banks: what may be drawn, what is kept, what an upload brought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Func, IntegerField, Q, QuerySet

from anlan.assessments.models import Bank, CodeKind, Item, ItemCode, ItemKind, ItemStatus
from anlan.assessments.papers import Candidate
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Organization


def live_items() -> QuerySet[Item]:
    """Items in use: what nobody has approved yet is drawn as little as what is retired."""
    return Item.objects.filter(status=ItemStatus.IN_USE)


def drawable(industry: str, owner: Organization | None) -> QuerySet[Item]:
    """The items that a paper may be drawn from: common and the industry's, city's and owner's."""
    banks = Q(bank__owner__isnull=True)
    if owner is not None:
        banks |= Q(bank__owner=owner)
    return live_items().filter(banks, industry__in={industry, ""})


class _Length(Func):
    """How many elements a JSON array has, on SQLite and PostgreSQL."""

    function = "JSON_ARRAY_LENGTH"
    output_field = IntegerField()

    def as_postgresql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH")  # type: ignore[arg-type, return-value]


def draw_pool(industry: str, owner: Organization | None) -> list[Candidate]:
    rows = drawable(industry, owner).annotate(width=_Length("options"))
    found = rows.order_by("id").values_list("id", "kind", "industry", "width", "risk", "difficulty")
    roles = _roles_of(drawable(industry, owner))
    return [Candidate(*row, roles.get(row[0], frozenset())) for row in found]


def _roles_of(items: QuerySet[Item]) -> dict[int, frozenset[str]]:
    """The roles that items are meant for; most are for everybody and not in here."""
    found: dict[int, set[str]] = {}
    rows = ItemCode.objects.filter(kind=CodeKind.ROLE, item__in=items)
    for pk, role in rows.values_list("item_id", "code"):
        found.setdefault(pk, set()).add(role)
    return {pk: frozenset(roles) for pk, roles in found.items()}


def item_counts(industry: str, owner: Organization | None = None) -> dict[str, int]:
    """How many items of each kind a paper for the industry may be drawn from."""
    rows = drawable(industry, owner).values_list("kind").annotate(n=Count("id"))
    return dict.fromkeys(ItemKind.values, 0) | dict(rows)


@dataclass(frozen=True, slots=True)
class IndustryLine:
    """What a paper for an industry can be drawn from: the city's common items and its own."""

    name: str
    own: int
    counts: dict[str, int]


def industry_table(industries: Sequence[tuple[str, str]]) -> list[IndustryLine]:
    """One line for each industry, in one query."""
    rows = (
        live_items()
        .filter(bank__owner__isnull=True)
        .values_list("industry", "kind")
        .annotate(n=Count("id"))
    )
    found = {(industry, kind): n for industry, kind, n in rows}
    return [
        IndustryLine(
            name,
            sum(found.get((code, kind), 0) for kind in ItemKind.values),
            {k: found.get((code, k), 0) + found.get(("", k), 0) for k in ItemKind.values},
        )
        for code, name in industries
    ]


@dataclass(frozen=True, slots=True)
class BankLine:
    """A bank in the list, with what is in it."""

    bank: Bank
    single: int
    multiple: int
    judge: int
    industries: int
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.single + self.multiple + self.judge


def banks_for(user: User) -> QuerySet[Bank]:
    """City officials see every bank; class managers their provider's, never the city's."""
    own = reach(user)
    found = Bank.objects.select_related("owner").order_by(F("owner").asc(nulls_first=True), "id")
    if own.has(Role.CITY_OFFICIAL):
        return found
    return found.filter(owner__uid__in=own.keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER))


def bank_stats(banks: Iterable[Bank]) -> list[BankLine]:
    """Items in use by kind, bank by bank, in one query."""
    wanted = list(banks)
    rows = (
        Bank.objects.filter(pk__in=[bank.pk for bank in wanted])
        .annotate(**{kind: _in_use(Q(items__kind=kind)) for kind in ItemKind.values})
        .annotate(industries=_industries(), waiting=_with_status(ItemStatus.REVIEW))
        .values_list("pk", "single", "multiple", "judge", "industries", "waiting")
    )
    by_bank = {pk: counts for pk, *counts in rows}
    return [BankLine(bank, *by_bank[bank.pk]) for bank in wanted]


def _in_use(condition: Q) -> Count:
    in_use = Q(items__status=ItemStatus.IN_USE)
    return Count("items", filter=condition & in_use, distinct=True)


def _with_status(status: ItemStatus) -> Count:
    return Count("items", filter=Q(items__status=status), distinct=True)


def _industries() -> Count:
    named = Q(items__status=ItemStatus.IN_USE) & ~Q(items__industry="")
    return Count("items__industry", filter=named, distinct=True)


def bank_for(user: User, uid: UUID) -> Bank:
    return banks_for(user).get(uid=uid)


def owners_for(user: User) -> QuerySet[Organization]:
    """The providers for which a class manager may open a bank."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    return Organization.objects.filter(uid__in=keys).order_by("id")
