"""A class finds its own sittings by its tries: assessments know no class."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from anlan.assessments.models import (
    Appeal,
    AppealStatus,
    PaperSheet,
    ScoreChange,
    ScoreState,
    Sitting,
    SittingReview,
    SittingStatus,
)
from anlan.assessments.queries.assisted import PaperStep, may_go_on_tablet, paper_step
from anlan.assessments.queries.reviews import (
    held_changes,
    keepers_appeals,
    open_appeals,
    undecided_reviews,
)
from anlan.assessments.states import UNDECIDED_REVIEWS
from anlan.classes.held import OfClass
from anlan.classes.models import TrainingClass, Trial
from anlan.classes.queries import COUNTED, visible_to
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach


def sitting_for(user: User, uid: uuid.UUID) -> OfClass:
    """A sitting of a class that the user may open; `DoesNotExist` for anybody else's."""
    return OfClass(_trials(user).get(sitting__uid=uid))


def appeal_for(user: User, uid: uuid.UUID) -> OfClass:
    appeal = Appeal.objects.select_related("item__bank__owner").get(uid=uid)
    return OfClass(_trials(user).get(sitting=appeal.sitting_id), appeal)


def change_for(user: User, uid: uuid.UUID) -> OfClass:
    change = ScoreChange.objects.select_related("correction__item").get(uid=uid)
    return OfClass(_trials(user).get(sitting=change.sitting_id), change)


def paper_for(user: User, uid: uuid.UUID) -> OfClass:
    sheet = PaperSheet.objects.select_related("scan", "settled_by").get(uid=uid)
    trial = _trials(user).get(sitting=sheet.sitting_id)
    assert trial.sitting is not None
    sheet.sitting = trial.sitting
    return OfClass(trial, sheet)


def _trials(user: User) -> QuerySet[Trial]:
    found = Trial.objects.select_related(
        "sitting__person", "enrolment__klass__provider", "enrolment__organization"
    )
    return found.filter(enrolment__klass__in=visible_to(user))


def judged_by(user: User) -> QuerySet[TrainingClass]:
    """Classes whose sittings this user reviews: own provider's, own district's, the city's."""
    mine = reach(user)
    classes = TrainingClass.objects.all()
    if mine.has(Role.CITY_OFFICIAL):
        return classes
    own = mine.keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER, Role.EXAMINER)
    return classes.filter(Q(provider__uid__in=own) | Q(district__in=mine.districts))


def _sittings_of(classes: QuerySet[TrainingClass]) -> QuerySet[Trial, Any]:
    return Trial.objects.filter(enrolment__klass__in=classes, sitting__isnull=False).values(
        "sitting"
    )


def reviews_waiting_for(user: User, klass: TrainingClass | None = None) -> QuerySet[SittingReview]:
    return undecided_reviews().filter(sitting__in=_sittings_of(_narrowed(user, klass)))


def appeals_waiting_for(user: User, klass: TrainingClass | None = None) -> QuerySet[Appeal]:
    """Objections to results of own classes; those to questions go to who keeps the bank."""
    found = open_appeals().filter(sitting__in=_sittings_of(_narrowed(user, klass)))
    found = found.filter(Q(item__isnull=True) | keepers_appeals(user))
    return found.exclude(sitting__person__user=user)


def held_waiting_for(user: User, klass: TrainingClass | None = None) -> QuerySet[ScoreChange]:
    return held_changes().filter(sitting__in=_sittings_of(_narrowed(user, klass)))


def papers_of(klass: TrainingClass) -> QuerySet[PaperSheet]:
    """The papers that were printed for a class and not taken back."""
    found = PaperSheet.objects.filter(sitting__in=_sittings_of(_only(klass)), withdrawn_at=None)
    return found.select_related("sitting__person", "scan").prefetch_related("keyings")


def _narrowed(user: User, klass: TrainingClass | None) -> QuerySet[TrainingClass]:
    classes = judged_by(user)
    return classes if klass is None else classes.filter(pk=klass.pk)


def _only(klass: TrainingClass) -> QuerySet[TrainingClass]:
    return TrainingClass.objects.filter(pk=klass.pk)


def trials_of(sittings: list[int]) -> dict[int, Trial]:
    """The tries that hold these sittings, with class, learner and employer, by sitting id."""
    rows = Trial.objects.filter(sitting__in=sittings).select_related(
        "enrolment__klass__provider", "enrolment__person", "enrolment__organization"
    )
    return {trial.sitting_id: trial for trial in rows if trial.sitting_id}


@dataclass(frozen=True)
class Seat:
    """One learner on the page of tablets and papers."""

    trial: Trial
    sheet: PaperSheet | None
    step: PaperStep | None
    may_tablet: bool
    may_print: bool

    @property
    def sitting(self) -> Sitting:
        assert self.trial.sitting is not None
        return self.trial.sitting


def seats_of(klass: TrainingClass, *, at: datetime) -> list[Seat]:
    """The latest sitting of everybody in the class, with its paper if there is one."""
    rows = Trial.objects.filter(
        enrolment__klass=klass, enrolment__status__in=COUNTED, sitting__isnull=False
    ).select_related("sitting__person", "enrolment__organization", "enrolment__klass")
    latest = {trial.enrolment_id: trial for trial in rows.order_by("enrolment_id", "no")}
    sheets = {sheet.sitting_id: sheet for sheet in papers_of(klass)}
    return [_seat(trial, sheets.get(trial.sitting_id or 0), at) for trial in latest.values()]


def _seat(trial: Trial, sheet: PaperSheet | None, at: datetime) -> Seat:
    sitting = trial.sitting
    assert sitting is not None
    return Seat(
        trial=trial,
        sheet=sheet,
        step=paper_step(sheet) if sheet else None,
        may_tablet=may_go_on_tablet(sitting, at=at),
        may_print=sitting.status == SittingStatus.READY and at < sitting.closes_at,
    )


def undecided_count(klass: TrainingClass) -> int:
    """Reviews, objections and held scores that nobody has decided: a class closes without any."""
    counted = Sitting.objects.filter(pk__in=_sittings_of(_only(klass))).aggregate(
        reviews=Count("review", filter=Q(review__status__in=UNDECIDED_REVIEWS), distinct=True),
        appeals=Count("appeals", filter=Q(appeals__status=AppealStatus.OPEN), distinct=True),
        changes=Count(
            "score_changes", filter=Q(score_changes__state=ScoreState.HELD), distinct=True
        ),
    )
    return sum(counted.values())
