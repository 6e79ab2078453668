"""Reads of item banks: what may be drawn, what is kept, what an upload brought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Func, IntegerField, Q, QuerySet

from anlan.assessments.models import Bank, BankUpload, Item, ItemKind
from anlan.assessments.papers import Candidate
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.organizations.models import Organization

COMMON = "common"
IN_USE = "in_use"


def live_items() -> QuerySet[Item]:
    return Item.objects.filter(retired_at__isnull=True)


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
    found = rows.order_by("id").values_list("id", "kind", "industry", "width")
    return [Candidate(*row) for row in found]


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
        .annotate(industries=_industries())
        .values_list("pk", "single", "multiple", "judge", "industries")
    )
    by_bank = {pk: counts for pk, *counts in rows}
    return [BankLine(bank, *by_bank[bank.pk]) for bank in wanted]


def _in_use(condition: Q) -> Count:
    return Count("items", filter=condition & Q(items__retired_at__isnull=True), distinct=True)


def _industries() -> Count:
    named = Q(items__retired_at__isnull=True) & ~Q(items__industry="")
    return Count("items__industry", filter=named, distinct=True)


def bank_for(user: User, uid: UUID) -> Bank:
    return banks_for(user).get(uid=uid)


def upload_for(user: User, uid: UUID) -> BankUpload:
    found = BankUpload.objects.filter(bank__in=banks_for(user))
    return found.select_related("bank", "file", "by").get(uid=uid)


def item_for(user: User, pk: int) -> Item:
    return Item.objects.select_related("bank").get(pk=pk, bank__in=banks_for(user))


def owners_for(user: User) -> QuerySet[Organization]:
    """The providers for which a class manager may open a bank."""
    keys = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
    return Organization.objects.filter(uid__in=keys).order_by("id")


def items_found(
    bank: Bank, *, text: str = "", kind: str = "", industry: str = "", state: str = ""
) -> QuerySet[Item]:
    """A bank's items, filtered; in use first."""
    found = bank.items.order_by(F("retired_at").asc(nulls_first=True), "id")
    for word in text.split():
        found = found.filter(Q(stem__icontains=word) | Q(key__icontains=word))
    if kind:
        found = found.filter(kind=kind)
    if industry:
        found = found.filter(industry="" if industry == COMMON else industry)
    if state:
        found = found.filter(retired_at__isnull=state == IN_USE)
    return found


@dataclass(frozen=True, slots=True)
class ProblemRun:
    """Rows of one sheet, one below the other, that were refused for the same reason."""

    sheet: str
    first: int
    last: int
    text: str

    @property
    def where(self) -> str:
        rows = (
            f"第 {self.first} 行"
            if self.first == self.last
            else (f"第 {self.first}–{self.last} 行")
        )
        return f"{self.sheet} {rows}"


def problem_runs(upload: BankUpload) -> list[ProblemRun]:
    """An upload's problems, equal ones in consecutive rows told once."""
    runs: list[ProblemRun] = []
    for found in upload.problems:
        sheet, row, text = found["sheet"], found["row"], found["text"]
        before = runs[-1] if runs else None
        if before and (before.sheet, before.last + 1, before.text) == (sheet, row, text):
            runs[-1] = ProblemRun(sheet, before.first, row, text)
        else:
            runs.append(ProblemRun(sheet, row, row, text))
    return runs
