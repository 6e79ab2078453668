"""Reads of sittings and practicals. No answer is handed out before the sitting is submitted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from anlan.assessments.models import (
    Checklist,
    Item,
    ItemKind,
    Practical,
    Sitting,
    SittingStatus,
)
from anlan.assessments.papers import KIND_ORDER, mark
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.identity.models import Person
from anlan.lib.refusals import NotAllowed


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
    image: str = ""  # its address, for the sitting's own person

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


def any_sitting(user: User, uid: UUID) -> Sitting:
    """A sitting of anybody's, for a page whose policy asks the room that holds it."""
    return Sitting.objects.select_related("person").get(uid=uid)


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
    items = Item.objects.only("kind", "stem", "options", "image").in_bulk(_item_ids(sitting))
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
    image = reverse("assessments:question_image", args=[sitting.uid, no]) if item.image_id else ""
    return ShownQuestion(no, item.kind, ItemKind(item.kind).label, item.stem, options, image)


def is_running(sitting: Sitting, *, at: datetime) -> bool:
    """Can the paper still be filled in?"""
    started = sitting.status == SittingStatus.STARTED
    return started and sitting.deadline is not None and at <= sitting.deadline


def next_act(sitting: Sitting, *, at: datetime) -> str:
    """What the learner can post now: `start`, `submit` (time is over, see the score) or nothing."""
    if sitting.status == SittingStatus.READY:
        return "start" if sitting.opens_at <= at < sitting.closes_at else ""
    if sitting.status == SittingStatus.STARTED and not is_running(sitting, at=at):
        return "submit"
    return ""


def kinds_of(sitting: Sitting) -> list[tuple[str, int, float]]:
    """(kind, how many, worth each) as frozen in the sitting."""
    return [
        (kind.label, sitting.composition[kind], sitting.weights.get(kind, 1))
        for kind in KIND_ORDER
        if sitting.composition.get(kind)
    ]
