"""Reads of this room. Nothing here hands out an answer before the sitting is submitted."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Func, IntegerField, Q, QuerySet

from anlan.assessments.models import (
    Bank,
    Checklist,
    Item,
    ItemKind,
    Practical,
    Sitting,
    SittingStatus,
)
from anlan.assessments.papers import KIND_ORDER, Candidate, mark
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.identity.models import Person
from anlan.lib.refusals import NotAllowed
from anlan.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as the learner sees it; `key` is its shown position."""

    key: int
    letter: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as the learner sees it: nothing in it says which option is right."""

    no: int
    kind: str
    kind_label: str
    stem: str
    options: tuple[ShownOption, ...]

    @property
    def many(self) -> bool:
        return self.kind == ItemKind.MULTIPLE

    @property
    def answered(self) -> bool:
        return any(option.chosen for option in self.options)


@dataclass(frozen=True, slots=True)
class Review:
    """A question after submission, with what was right and why."""

    question: ShownQuestion
    correct: bool
    right: tuple[int, ...]
    explanation: str
    basis: str

    @property
    def options(self) -> list[tuple[ShownOption, bool]]:
        return [(option, option.key in self.right) for option in self.question.options]

    @property
    def right_letters(self) -> str:
        return "、".join(self.question.options[at].letter for at in self.right)

    @property
    def chosen_letters(self) -> str:
        return "、".join(option.letter for option in self.question.options if option.chosen)


def sitting_for(user: User, uid: UUID) -> Sitting:
    """The user's own sitting; nobody else's is ever found."""
    return Sitting.objects.select_related("person").get(uid=uid, person__user=user)


def sittings_of(user: User) -> QuerySet[Sitting]:
    """The user's own sittings, the next one first."""
    return Sitting.objects.filter(person__user=user).order_by("-closes_at", "-id")


def practical_for(user: User, uid: UUID) -> Practical:
    """A practical, for whoever examines at all; the class's room asks whether it is theirs."""
    if not reach(user).has(Role.EXAMINER):
        raise Practical.DoesNotExist
    return Practical.objects.select_related("person", "checklist", "photo").get(uid=uid)


def practicals_of(person: Person) -> QuerySet[Practical]:
    found = Practical.objects.filter(person=person).select_related("checklist", "examiner")
    return found.order_by("opens_at", "id")


def checklists(industry: str = "") -> QuerySet[Checklist]:
    """The checklists that fit an industry: its own first, then the common ones."""
    fitting = Checklist.objects.filter(industry__in={industry, ""})
    return fitting.order_by("-industry", "title")


def questions_shown(sitting: Sitting) -> list[ShownQuestion]:
    """The paper with the answers given so far."""
    items = Item.objects.only("kind", "stem", "options").in_bulk(_item_ids(sitting))
    return [_shown(sitting, no, items) for no in range(1, len(sitting.questions) + 1)]


def review_of(sitting: Sitting) -> list[Review]:
    """Every question with its right options, explanation and basis, once submitted."""
    if sitting.status != SittingStatus.SUBMITTED:
        raise NotAllowed("还没有交卷，不能查看答案。", "请先交卷。")
    items = Item.objects.in_bulk(_item_ids(sitting))
    marked = mark(sitting.questions, sitting.answers, {at: i.answer for at, i in items.items()})
    return [
        Review(
            question=_shown(sitting, m.no, items),
            correct=m.correct,
            right=m.right,
            explanation=items[question["item"]].explanation,
            basis=items[question["item"]].basis,
        )
        for m, question in zip(marked, sitting.questions, strict=True)
    ]


def _item_ids(sitting: Sitting) -> list[int]:
    return [question["item"] for question in sitting.questions]


def _shown(sitting: Sitting, no: int, items: dict[int, Item]) -> ShownQuestion:
    question = sitting.questions[no - 1]
    item = items[question["item"]]
    chosen = sitting.answers.get(str(no), [])
    options = tuple(
        ShownOption(at, "ABCDEFGHIJ"[at], item.options[place], at in chosen)
        for at, place in enumerate(question["order"])
    )
    return ShownQuestion(no, item.kind, ItemKind(item.kind).label, item.stem, options)


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
    """City officials see every bank, a class manager the city's titles not, their own only."""
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


KINDS_SHOWN = [(str(kind), kind.label) for kind in KIND_ORDER]
