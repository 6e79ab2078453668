"""When a learner may see a result: by the rule that was in force on the day the sitting opened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from anlan.assessments.models import EventTally, Sitting, SittingReview, SittingStatus
from anlan.assessments.states import UNDECIDED_REVIEWS
from anlan.foundation.rules.queries import Rulebook, rulebook
from anlan.lib.dates import at_shanghai, local_date, moment_text

AT_ONCE, AFTER_CLOSE, AFTER_REVIEW = "at_once", "after_close", "after_review"


def is_released(sitting: Sitting, *, at: datetime) -> bool:
    """May the learner see score, right answers and explanations? The class's people always may."""
    return bool(released([sitting], at=at))


def released(
    sittings: Iterable[Sitting], *, at: datetime, ask: Callable[..., Rulebook] = rulebook
) -> frozenset[int]:
    """Those of the sittings whose result may be seen, by primary key; one query a rule book.

    `ask` reads a rule book; a hot path hands in `rulebook_at_hand`.
    """
    handed_in = [one for one in sittings if one.status == SittingStatus.SUBMITTED]
    books = _Books(ask)
    open_ones = _under_review([one for one in handed_in if books.mode(one) == AFTER_REVIEW])
    return frozenset(
        one.pk
        for one in handed_in
        if one.pk not in open_ones and (books.mode(one) == AT_ONCE or at >= one.closes_at)
    )


def release_words(sitting: Sitting) -> str:
    """When the result of a sitting will be seen, for whoever waits for it."""
    mode = _Books().mode(sitting)
    if mode == AT_ONCE:
        return "交卷后马上公布"
    if mode == AFTER_CLOSE:
        return f"将于 {moment_text(sitting.closes_at)} 公布"
    return f"将在 {moment_text(sitting.closes_at)} 考试截止、复核完成后公布"


def appeals_close(sitting: Sitting) -> datetime:
    """Until when the learner may object: the end of the last of the rule's days."""
    books = _Books()
    since = sitting.submitted_at or sitting.closes_at
    if books.mode(sitting) != AT_ONCE:
        since = max(since, sitting.closes_at)
    decided = SittingReview.objects.filter(sitting=sitting, decided_at__isnull=False)
    moments = decided.values_list("decided_at", flat=True)
    since = max([since, *(moment for moment in moments if moment)])
    days = books.of(sitting).whole("exam.appeal_days")
    return at_shanghai(local_date(since) + timedelta(days=days), time(23, 59))


@dataclass(slots=True)
class _Books:
    """The rule books of a page's sittings, each read once."""

    ask: Callable[..., Rulebook] = rulebook
    read: dict[tuple[date, str], Rulebook] = field(default_factory=dict)

    def of(self, sitting: Sitting) -> Rulebook:
        key = (local_date(sitting.opens_at), sitting.industry)
        if key not in self.read:
            self.read[key] = self.ask(key[0], scope=key[1])
        return self.read[key]

    def mode(self, sitting: Sitting) -> str:
        return str(self.of(sitting).ruling("exam.release").value)


def _under_review(sittings: Iterable[Sitting]) -> set[int]:
    """Sittings that a person still has to look at, or whose events nobody has weighed yet."""
    ids = [one.pk for one in sittings]
    if not ids:
        return set()
    waiting = SittingReview.objects.filter(sitting__in=ids, status__in=UNDECIDED_REVIEWS)
    unweighed = EventTally.objects.filter(sitting__in=ids, weighed_at__isnull=True)
    return {
        *waiting.values_list("sitting_id", flat=True),
        *unweighed.values_list("sitting_id", flat=True),
    }
