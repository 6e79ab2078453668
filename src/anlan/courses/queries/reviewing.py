"""Reads of review cards: what is due today, and a card as its question is shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from anlan.assessments.models import ItemKind, Sitting, SittingStatus
from anlan.courses.models import Gleaned, ReviewCard
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.lib.dates import day_bounds, local_date
from anlan.lib.refusals import BadInput

LOOK_BACK = timedelta(days=60)  # sittings older than this were looked at long ago


@dataclass(frozen=True)
class Shown:
    """A card's question; `order` is the item's option at each shown position."""

    order: tuple[int, ...]
    options: tuple[tuple[int, str, str], ...]
    many: bool
    label: str

    def right(self, answer: list[int]) -> tuple[int, ...]:
        """Shown positions of the right options."""
        return tuple(place for place, at in enumerate(self.order) if at in answer)


@dataclass(frozen=True)
class Workload:
    """What one person reviews on a day: `due` wait in all, `left` of them are for today."""

    due: int
    done: int
    left: int
    next_at: datetime | None


def cards_of(person: Person, at: datetime) -> QuerySet[ReviewCard]:
    """Cards that still come: recertification is ahead and the item in use."""
    return ReviewCard.objects.filter(
        person=person, until__gt=local_date(at), item__retired_at__isnull=True
    )


def due_cards(person: Person, at: datetime) -> QuerySet[ReviewCard]:
    """Those due by now, the longest waiting first."""
    rows = cards_of(person, at).filter(due_at__lte=at).select_related("item")
    return rows.order_by("due_at", "pk")


def workload(person: Person, at: datetime) -> Workload:
    """A backlog is worked off by a day's ration (`review.per_day` different cards a day)."""
    begin, _end = day_bounds(local_date(at))
    waits, today = Q(due_at__lte=at), Q(reviewed_at__gte=begin, reviewed_at__lte=at)
    found = cards_of(person, at).aggregate(
        due=Count("pk", filter=waits),
        done=Count("pk", filter=today),
        again=Count("pk", filter=waits & today),
        next_at=Min("due_at", filter=~waits),
    )
    left = 0
    if found["due"]:
        ration = rulebook(local_date(at)).whole("review.per_day")
        left = min(found["due"], max(0, ration - found["done"]) + found["again"])
    return Workload(found["due"], found["done"], left, found["next_at"])


def card_for(person: Person, pk: int) -> ReviewCard:
    """The person's own card; somebody else's is none."""
    card = ReviewCard.objects.select_related("item").filter(pk=pk, person=person).first()
    if card is None:
        raise BadInput("这道题不在您的复习里。", "请返回复习页，从下一题继续。")
    return card


def next_card(person: Person, at: datetime) -> ReviewCard | None:
    """What to answer now; first what was answered wrongly today, then the longest waiting."""
    today, _end = day_bounds(local_date(at))
    load = workload(person, at)
    if not load.left:
        return None
    rows = due_cards(person, at)
    return rows.filter(reviewed_at__gte=today).first() or rows.first()


def shown(card: ReviewCard) -> Shown:
    """The options in another order at each review, the same until it is answered."""
    item = card.item
    order = list(range(len(item.options)))
    if item.kind != ItemKind.JUDGE:
        Random(f"{card.pk}/{card.reviews}").shuffle(order)
    options = tuple((at, "ABCDEFGHIJ"[at], item.options[place]) for at, place in enumerate(order))
    return Shown(tuple(order), options, item.kind == ItemKind.MULTIPLE, ItemKind(item.kind).label)


def sittings_to_glean(at: datetime) -> QuerySet[Sitting]:
    """Submitted sittings that nobody has looked through, once nobody else can still sit them."""
    gleaned = Gleaned.objects.filter(sitting=OuterRef("pk"))
    return Sitting.objects.filter(
        ~Exists(gleaned),
        status=SittingStatus.SUBMITTED,
        closes_at__lte=at,
        closes_at__gt=at - LOOK_BACK,
    ).order_by("closes_at", "pk")
