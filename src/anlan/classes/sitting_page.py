"""What the page of one sitting shows of all that happened around it."""

from dataclasses import dataclass
from datetime import datetime

from anlan.assessments.models import Appeal, PaperSheet, ScoreChange, SittingReview
from anlan.assessments.queries.reviews import (
    account_of,
    appeals_of,
    events_of,
    weigh,
)
from anlan.classes.held import OfClass
from anlan.foundation.ui.parts import Moment
from anlan.identity.models import IdentityCheck
from anlan.identity.queries.checks import open_or_done


@dataclass(frozen=True)
class SittingPage:
    """`summary` is neutral: what was counted. `moments` has every event, by the server's clock."""

    summary: list[str]
    dropped: int
    moments: list[Moment]
    review: SittingReview | None
    appeals: list[Appeal]
    changes: list[ScoreChange]
    paper: PaperSheet | None
    identity: IdentityCheck | None

    @property
    def suggested_question(self) -> str:
        """A beginning for whoever asks the learner; they write it as they want."""
        said = self.review.reasons if self.review else []
        plain = [one.split("（复核线")[0] for one in said]
        return f"{'，'.join(plain)}，请说明当时的情况。" if plain else ""


def sitting_page(held: OfClass, *, at: datetime) -> SittingPage:
    sitting = held.sitting
    events = events_of(sitting)
    tally = getattr(sitting, "tally", None)
    review = SittingReview.objects.select_related("opened_by", "asked_by", "decided_by")
    moments = [
        *([Moment(sitting.started_at, "开始作答")] if sitting.started_at else []),
        *(Moment(when, what, note) for when, what, note in account_of(events)),
        *([Moment(sitting.submitted_at, "交卷")] if sitting.submitted_at else []),
    ]
    return SittingPage(
        summary=weigh(sitting, events).sentences(),
        dropped=tally.dropped if tally else 0,
        moments=sorted(moments, key=lambda one: one.at),
        review=review.filter(sitting=sitting).first(),
        appeals=list(appeals_of(sitting).select_related("item__bank__owner", "decided_by")),
        changes=list(sitting.score_changes.select_related("by", "decided_by", "correction__item")),
        identity=open_or_done(sitting.person, sitting.subject),
        paper=PaperSheet.objects.filter(sitting=sitting, withdrawn_at=None).first(),
    )
