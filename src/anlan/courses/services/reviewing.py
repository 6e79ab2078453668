"""Spaced repetition: missed questions become cards, answers move them on by FSRS."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.db import transaction
from fsrs import Card, Rating, Scheduler, State

from anlan.assessments.models import Sitting
from anlan.assessments.queries.missed import missed_items
from anlan.courses.models import CardSource, Gleaned, ReviewCard
from anlan.courses.queries.reviewing import Shown, shown
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, NotAllowed

AGAIN_AFTER = timedelta(minutes=10)  # a wrong answer comes back the same day


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody got an item wrong. `person` and `item` are ids."""

    person: int
    item: int
    source: CardSource
    at: datetime


@dataclass(frozen=True)
class Reviewed:
    """What the learner is shown after an answer."""

    card: ReviewCard
    shown: Shown
    chosen: tuple[int, ...]
    right: bool

    @property
    def options(self) -> list[tuple[str, str, bool, bool]]:
        """(letter, text, is right, was chosen)."""
        right = self.shown.right(self.card.item.answer)
        return [
            (letter, text, at in right, at in self.chosen)
            for at, letter, text in self.shown.options
        ]

    @property
    def over(self) -> bool:
        """Recertification comes before the card would."""
        return local_date(self.card.due_at) >= self.card.until


def keep_missed(missed: Sequence[Missed]) -> None:
    """A card for each, due at once; who has one already keeps it as it is."""
    if not missed:
        return
    end = {day: _until(day) for day in {local_date(one.at) for one in missed}}
    ReviewCard.objects.bulk_create(
        [
            ReviewCard(
                person_id=one.person,
                item_id=one.item,
                source=one.source,
                added_at=one.at,
                due_at=one.at,
                until=end[local_date(one.at)],
            )
            for one in missed
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


@transaction.atomic
def glean(sittings: Iterable[Sitting], *, at: datetime) -> int:
    """Make the missed questions of these submitted sittings into cards; how many sittings."""
    found = list(sittings)
    keep_missed(
        [
            Missed(one.person_id, item, CardSource.SITTING, one.submitted_at or at)
            for one, items in _missed(found)
            for item in items
        ]
    )
    Gleaned.objects.bulk_create(
        [Gleaned(sitting=one, at=at) for one in found], ignore_conflicts=True
    )
    return len(found)


@transaction.atomic
def review(card: ReviewCard, chosen: Sequence[int], *, turn: int, at: datetime) -> Reviewed:
    """Judge an answer (shown positions) and set the card's next day.

    `turn` is the count of reviews that the page was made at: an answer sent twice counts once.
    """
    row = ReviewCard.objects.select_for_update().select_related("item").get(pk=card.pk)
    if row.reviews != turn or row.due_at > at:
        raise NotAllowed("这道题刚才已经答过。", "请接着复习下一题。")
    asked = shown(row)
    if not chosen or not set(chosen) <= set(range(len(asked.order))):
        raise BadInput("还没有选择答案。", "请选择后再提交。")
    right = {asked.order[place] for place in chosen} == set(row.item.answer)
    _move(row, right, at)
    return Reviewed(row, asked, tuple(sorted(set(chosen))), right)


def _missed(sittings: Sequence[Sitting]) -> list[tuple[Sitting, list[int]]]:
    items = missed_items(sittings)
    return [(one, items.get(one.pk, [])) for one in sittings]


def _until(day: date) -> date:
    """Recertification: as long as a certificate of that day is valid."""
    years = rulebook(day).whole("certificate.valid_years")
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _move(row: ReviewCard, right: bool, at: datetime) -> None:
    scheduler = _scheduler(rulebook(local_date(at)).number("review.retention"))
    rating = Rating.Good if right else Rating.Again
    moved, _log = scheduler.review_card(_card(row), rating, at.astimezone(UTC))
    row.state, row.step = int(moved.state), moved.step
    row.stability, row.difficulty = moved.stability, moved.difficulty
    row.due_at, row.reviewed_at = moved.due, at
    row.reviews += 1
    row.lapses += not right
    row.save()


def _card(row: ReviewCard) -> Card:
    return Card(
        card_id=row.pk,
        state=State(row.state),
        step=row.step,
        stability=row.stability,
        difficulty=row.difficulty,
        due=row.due_at,
        last_review=row.reviewed_at,
    )


@lru_cache(maxsize=4)
def _scheduler(retention: float) -> Scheduler:
    """Without chance: the same answers give the same days, and a backlog has its own limit."""
    return Scheduler(
        desired_retention=retention,
        learning_steps=[AGAIN_AFTER],
        relearning_steps=[AGAIN_AFTER],
        enable_fuzzing=False,
    )
