"""Reads of items: a bank's ledger, its holes, its twins, who may be shown a picture."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from anlan.assessments.models import (
    Bank,
    CodeKind,
    Difficulty,
    Item,
    ItemKind,
    ItemStatus,
    KeptPair,
    SittingStatus,
)
from anlan.assessments.parsing.sorting import reads
from anlan.assessments.queries.banks import banks_for
from anlan.assessments.queries.sittings import sitting_for
from anlan.foundation.accounts.models import User
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import all_codes
from anlan.foundation.files.models import StoredFile
from anlan.methods.near_texts import near_pairs

COMMON = "common"
IN_USE = ItemStatus.IN_USE.value
UNCODED = "none"


def item_for(user: User, pk: int) -> Item:
    found = Item.objects.select_related("bank", "image", "author", "reviewer", "replaces")
    return found.get(pk=pk, bank__in=banks_for(user))


def items_found(
    bank: Bank,
    *,
    text: str = "",
    kind: str = "",
    industry: str = "",
    state: str = "",
    risk: str = "",
    difficulty: str = "",
    role: str = "",
    trade: str = "",
) -> QuerySet[Item]:
    """A bank's items, filtered; what waits for review first, what is retired last."""
    found = bank.items.annotate(waits=Q(status=ItemStatus.REVIEW)).order_by(
        F("retired_at").asc(nulls_first=True), "-waits", "id"
    )
    for word in text.split():
        found = found.filter(Q(stem__icontains=word) | Q(key__icontains=word))
    plain = {
        "kind": kind,
        "industry": "" if industry == COMMON else industry,
        "status": state,
        "risk": "" if risk == UNCODED else risk,
        "difficulty": difficulty,
    }
    asked = {"kind": kind, "industry": industry, "status": state, "risk": risk}
    asked["difficulty"] = difficulty
    found = found.filter(**{name: plain[name] for name, value in asked.items() if value})
    for code_kind, code in ((CodeKind.ROLE, role), (CodeKind.TRADE, trade)):
        if code:
            found = found.filter(pk__in=_coded(bank, code_kind, code))
    return found


def _coded(bank: Bank, kind: CodeKind, code: str) -> QuerySet[Item]:
    return bank.items.filter(codes__kind=kind, codes__code=code)


def with_parts(items: QuerySet[Item]) -> QuerySet[Item]:
    """As a page of the ledger shows them."""
    return items.select_related("image", "author", "replaces").prefetch_related("codes")


def trades_in(bank: Bank) -> list[str]:
    """The trades that the bank's items name, most used first."""
    found = bank.items.filter(codes__kind=CodeKind.TRADE).values_list("codes__code")
    return [word for word, _n in found.annotate(n=Count("id")).order_by("-n", "codes__code")[:60]]


def status_counts(bank: Bank) -> dict[str, int]:
    rows = bank.items.values_list("status").annotate(n=Count("id"))
    return dict.fromkeys(ItemStatus.values, 0) | dict(rows)


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """Items in use of one accident type: `cells` in the order kind, then easy to hard."""

    risk: str
    name: str
    cells: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.cells)


COLUMNS = [(kind, level) for kind in ItemKind for level in Difficulty]


def coverage(items: QuerySet[Item]) -> list[CoverageLine]:
    """Accident type × kind × difficulty, every type of the list, so that holes are seen."""
    rows = items.filter(status=ItemStatus.IN_USE).values_list("risk", "kind", "difficulty")
    found = Counter(rows.order_by())
    names = {code.code: code.name for code in all_codes(System.GB_6441_1986)}
    others = sorted({risk for risk, *_ in found} - names.keys() - {""})
    lines = [*names.items()] + [(code, code) for code in others]
    return [
        CoverageLine(
            risk, name, tuple(found.get((risk, kind, level), 0) for kind, level in COLUMNS)
        )
        for risk, name in [*lines, ("", "未标事故类型")]
    ]


@dataclass(frozen=True, slots=True)
class Twins:
    """Two items of a bank that read alike."""

    first: Item
    second: Item
    share: float

    @property
    def percent(self) -> int:
        return round(self.share * 100)

    @property
    def same_answer(self) -> bool:
        """Do the right options read the same? Where they don't, one key may be wrong."""
        return _right(self.first) == _right(self.second)


def twins(bank: Bank, *, share: float) -> list[Twins]:
    """Pairs that read alike and that nobody has decided on, the likest first.

    About a second for a bank of 4,500 items; see `methods.near_texts`.
    """
    items = list(bank.items.exclude(status=ItemStatus.RETIRED).order_by("id"))
    kept = set(KeptPair.objects.filter(first__bank=bank).values_list("first_id", "second_id"))
    texts = [reads(item.kind, item.stem, item.options) for item in items]
    found = [
        Twins(items[near.like], items[near.at], near.share)
        for near in near_pairs(texts, share=share)
        if _are_apart(items[near.like], items[near.at])
    ]
    undecided = [pair for pair in found if (pair.first.pk, pair.second.pk) not in kept]
    return sorted(undecided, key=lambda pair: (-pair.share, pair.first.pk))


def _are_apart(first: Item, second: Item) -> bool:
    """A version isn't its forerunner's twin; other pictures are other questions."""
    return second.replaces_id != first.pk and first.image_id == second.image_id


def _right(item: Item) -> set[str]:
    return {item.options[at] for at in item.answer}


def pair_for(user: User, first: int, second: int) -> tuple[Item, Item]:
    """Two items of one bank, the earlier one first."""
    one, other = sorted((item_for(user, first), item_for(user, second)), key=lambda i: i.pk)
    if one.bank_id != other.bank_id or one.pk == other.pk:
        raise Item.DoesNotExist
    return one, other


def image_for_keeper(user: User, pk: int) -> StoredFile:
    """The picture of an item of a bank that the user keeps."""
    return _image(item_for(user, pk))


def image_for_sitter(user: User, uid: UUID, no: int) -> StoredFile:
    """The picture of a question of the user's own paper, once it was begun."""
    sitting = sitting_for(user, uid)
    open_to = {SittingStatus.STARTED, SittingStatus.SUBMITTED}
    if sitting.status not in open_to or not 1 <= no <= len(sitting.questions):
        raise StoredFile.DoesNotExist
    found = Item.objects.select_related("image")
    return _image(found.get(pk=sitting.questions[no - 1]["item"]))


def _image(item: Item) -> StoredFile:
    if item.image is None:
        raise StoredFile.DoesNotExist
    return item.image


def items_to_export(bank: Bank, found: QuerySet[Item] | None = None) -> list[Item]:
    """What an export holds: all that isn't retired, or what was filtered for."""
    chosen = bank.items.exclude(status=ItemStatus.RETIRED) if found is None else found
    return list(chosen.select_related("image").prefetch_related("codes").order_by("id"))


def codes_by_kind(item: Item) -> dict[str, list[str]]:
    """Roles and trades of an item whose codes were prefetched."""
    found: dict[str, list[str]] = {kind: [] for kind in CodeKind.values}
    for code in item.codes.all():
        found[code.kind].append(code.code)
    return found


def chosen_items(bank: Bank, ids: Iterable[int]) -> list[Item]:
    return list(bank.items.filter(pk__in=set(ids)).order_by("id"))


def versions_of(item: Item) -> Sequence[Item]:
    """Earlier and later versions of the same question, the newest first."""
    chain: list[Item] = []
    back: Any = item.replaces
    while back is not None and len(chain) < 20:
        chain.append(back)
        back = back.replaces
    later = list(item.versions.order_by("-version"))
    return [*later, *chain]
