"""The life of a class: whatever verbs are tried in whatever order, no state is invalid."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.classes.models import Decision, Status, TrainingClass
from anlan.classes.services.applications import edit_class, submit_class
from anlan.classes.services.closing import close_class
from anlan.classes.services.reviews import (
    approve_class,
    cancel_class,
    return_class,
    review_class,
)
from anlan.classes.services.signing import start_class
from anlan.classes.states import STEPS, UNDER_WAY
from anlan.foundation.ledger.models import Entry
from anlan.lib.refusals import Refused
from anlan.lib.states import advance
from anlan.testing import classes as stage
from anlan.testing.cast import NOW, Cast

Verb = Callable[[Cast, TrainingClass], object]
HOLDING = (Status.SUBMITTED, Status.REVIEWED, *UNDER_WAY, Status.CLOSED)

VERBS: dict[str, Verb] = {
    "submit": lambda c, k: submit_class(k, by=c.class_manager, at=NOW),
    "edit": lambda c, k: edit_class(k, stage.an_application(), by=c.class_manager, at=NOW),
    "review": lambda c, k: review_class(k, by=c.district_official, at=NOW, reason="同意"),
    "approve": lambda c, k: approve_class(k, by=c.city_official, at=NOW, reason="同意"),
    "return": lambda c, k: return_class(k, by=c.city_official, at=NOW, reason="补充材料"),
    "cancel": lambda c, k: cancel_class(k, by=c.city_official, at=NOW, reason="人数不足"),
    "start": lambda c, k: start_class(k, by=None, at=NOW),
    "close": lambda c, k: close_class(k, by=c.class_manager, at=NOW),
}


@pytest.mark.parametrize("since", list(Status))
@pytest.mark.parametrize("to", list(Status))
def test_only_the_table_of_steps_leads_on(cast: Cast, since: Status, to: Status) -> None:
    klass = stage.an_empty_draft(cast)
    TrainingClass.objects.filter(pk=klass.pk).update(status=since)
    klass.refresh_from_db()
    if to in STEPS[since]:
        advance(klass, to, STEPS)
    else:
        with pytest.raises(Refused):
            advance(klass, to, STEPS)
    klass.refresh_from_db()
    assert klass.status == (to if to in STEPS[since] else since)


def test_every_state_is_reached_and_two_are_final() -> None:
    assert set(STEPS) == set(Status)
    assert set().union(*STEPS.values()) | {Status.DRAFT} == set(Status)
    assert [status for status in Status if not STEPS[status]] == [Status.CLOSED, Status.CANCELLED]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(sorted(VERBS)), max_size=9))
def test_random_verbs_never_leave_an_invalid_class(cast: Cast, names: list[str]) -> None:
    klass = stage.a_draft_class(cast)
    for name in names:
        _try(cast, klass, VERBS[name])
    if Status.CANCELLED in STEPS[Status(klass.status)]:
        cancel_class(klass, by=cast.city_official, at=NOW, reason="下一场")


def _try(cast: Cast, klass: TrainingClass, verb: Verb) -> None:
    """One verb: it takes one step and writes lines, or is refused and leaves everything."""
    since, lines = Status(klass.status), Entry.objects.count()
    try:
        verb(cast, klass)
    except Refused:
        klass.refresh_from_db()
        assert klass.status == since
        assert Entry.objects.count() == lines
    else:
        klass.refresh_from_db()
        assert klass.status == since or klass.status in STEPS[since]
        assert Entry.objects.count() > lines
    _is_valid(klass)


def _is_valid(klass: TrainingClass) -> None:
    """What must hold of a class in every state."""
    held = set(klass.sessions.values_list("active", flat=True))
    assert held == {klass.status in HOLDING}
    laid = klass.sessions.filter(register__isnull=False).count()
    assert laid == (klass.sessions.count() if klass.approved_at else 0)
    assert bool(klass.submitted_at) or klass.status in (Status.DRAFT, Status.CANCELLED)
    agreed = klass.reviews.filter(decision=Decision.AGREED).count()
    assert agreed >= {Status.REVIEWED: 1, Status.APPROVED: 2, Status.RUNNING: 2}.get(
        Status(klass.status), 0
    )
