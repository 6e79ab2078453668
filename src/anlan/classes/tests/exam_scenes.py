"""A class whose exam is on: everybody has a sitting, open for two hours."""

from datetime import datetime, timedelta

from anlan.assessments.models import Checklist, Item, Sitting
from anlan.assessments.services import start_sitting, submit_sitting
from anlan.classes import queries
from anlan.classes.models import TrainingClass
from anlan.classes.services.exams import arrange_exam
from anlan.classes.tests.scenes import a_taught_class, over
from anlan.identity.services import ensure_account
from anlan.testing.cast import Cast

MINUTE = timedelta(minutes=1)


def an_exam(cast: Cast, *, learners: int = 1) -> TrainingClass:
    """Everybody has been taught; the exam opens when the last half-day ends."""
    klass = a_taught_class(cast, learners=learners)
    opens = over(klass)
    arrange_exam(
        klass,
        opens_at=opens,
        closes_at=opens + timedelta(hours=2),
        checklist=Checklist.objects.get(key="confined-space"),
        by=cast.class_manager,
        at=opens - MINUTE,
    )
    return klass


def the_sitting(klass: TrainingClass, at: int = 0) -> Sitting:
    one = queries.enrolled(klass)[at]
    sitting = one.trials.order_by("-no")[0].sitting
    assert sitting is not None
    return sitting


def answers_of(sitting: Sitting, *, right: bool) -> dict[str, list[int]]:
    """Everything right, or nothing answered."""
    if not right:
        return {}
    keys = dict(Item.objects.values_list("pk", "answer"))
    return {
        str(no): sorted(q["order"].index(at) for at in keys[q["item"]])
        for no, q in enumerate(sitting.questions, start=1)
    }


def sit(sitting: Sitting, *, right: bool = True) -> datetime:
    """Sat and handed in; when."""
    user = ensure_account(sitting.person, at=sitting.opens_at)
    start_sitting(sitting, by=user, at=sitting.opens_at)
    handed = sitting.opens_at + 30 * MINUTE
    given = answers_of(sitting, right=right)
    submit_sitting(sitting, by=user, at=handed, answers=given)
    return handed
