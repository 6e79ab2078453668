"""What a class adds to the verdict on one of its sittings: a closed class's results stand."""

from datetime import datetime

from django.db import transaction

from anlan.assessments import services as assessments
from anlan.assessments.models import Appeal, ScoreChange, SittingReview
from anlan.classes.models import Status, TrainingClass
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import Refused


@transaction.atomic
def decide_review(
    klass: TrainingClass,
    review: SittingReview,
    *,
    normal: bool,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """正常 or 建议重考. A retake is offered on the class's page, never set by itself."""
    if not normal:
        _require_open(klass)
    assessments.decide_review(review, normal=normal, reason=reason, by=by, at=at)
    if not normal:
        record(klass.subject, "retake_advised", by=by, at=at, reason=reason.strip()[:300])


@transaction.atomic
def correct_result(
    klass: TrainingClass, appeal: Appeal, *, answer: str, by: User, at: datetime
) -> None:
    """An objection to a result is right: what was void stands again, what stood may be retaken."""
    _require_open(klass)
    assessments.correct_result(appeal, answer=answer, by=by, at=at)


@transaction.atomic
def settle_change(
    klass: TrainingClass,
    change: ScoreChange,
    *,
    apply: bool,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """A pass that a corrected key would lower. In a closed class only the city lowers it."""
    if apply and klass.status == Status.CLOSED and not reach(by).has(Role.CITY_OFFICIAL):
        raise Refused(
            "本班已结班，证书可能已经发出，不能在这里降低成绩。", "请市级监管员决定，或保留原成绩。"
        )
    assessments.settle_held(change, apply=apply, reason=reason, by=by, at=at)


def _require_open(klass: TrainingClass) -> None:
    if klass.status != Status.RUNNING:
        raise Refused(
            f"「{klass.get_status_display()}」的班成绩已定，不能作废或恢复。",
            "确有问题的，请市级监管员在证书台账撤销证书。",
        )
