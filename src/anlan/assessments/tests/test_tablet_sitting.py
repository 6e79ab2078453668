"""The same sitting on a tablet of the class: one link, one sitting, no way to anything else."""

import pytest

from anlan.assessments.models import IdentityProof, Sitting, TabletSitting
from anlan.assessments.queries.assisted import tablet_by_key
from anlan.assessments.services import claim_tablet, open_tablet, print_papers
from anlan.assessments.services.tablets import (
    LinkSpent,
    save_on_tablet,
    start_on_tablet,
    submit_on_tablet,
    tablet_of_link,
)
from anlan.assessments.tests.builders import (
    FULL_MARK,
    HOUR,
    a_full_bank,
    a_learner,
    a_sitting,
    right_answers,
    the_user,
)
from anlan.assessments.tests.review_scenes import MINUTE, entries, verbs_of
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast

CARD = IdentityProof.ID_CARD


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    a_full_bank()
    return a_sitting(a_learner(), cast.class_manager)


def handed(cast: Cast, sitting: Sitting, at: object = NOW) -> str:
    return open_tablet(sitting, checked=CARD, by=cast.examiner, at=at)[1]  # type: ignore[arg-type]


def test_a_learner_sits_on_the_tablet_that_the_examiner_handed_over(
    cast: Cast, sitting: Sitting
) -> None:
    tablet, key = claim_tablet(handed(cast, sitting), at=NOW)
    assert tablet_by_key(key, at=NOW) == tablet
    start_on_tablet(tablet, at=NOW)
    tablet.sitting.refresh_from_db()
    save_on_tablet(tablet, right_answers(tablet.sitting), at=NOW + MINUTE)
    submit_on_tablet(tablet, at=NOW + 2 * MINUTE)
    sitting.refresh_from_db()
    assert (sitting.score, sitting.passed) == (FULL_MARK, True)
    assert tablet_by_key(key, at=NOW + 2 * MINUTE) is None
    assert verbs_of(sitting) == [
        "sitting_scheduled",
        "tablet_handed",
        "sitting_started",
        "sitting_submitted",
    ]
    checked, started = entries(sitting)[1:3]
    assert checked.actor == f"user/{cast.examiner.uid}"
    assert "身份证原件" in checked.leaf
    assert started.actor == f"user/{the_user(sitting.person).uid}"
    assert started.device.startswith("tablet:")


def test_a_link_opens_once_and_for_ten_minutes(cast: Cast, sitting: Sitting) -> None:
    token = handed(cast, sitting)
    assert tablet_of_link(token, at=NOW).sitting == sitting
    claim_tablet(token, at=NOW)
    with pytest.raises(LinkSpent):
        claim_tablet(token, at=NOW)
    late = handed(cast, sitting)
    with pytest.raises(LinkSpent):
        claim_tablet(late, at=NOW + 11 * MINUTE)
    with pytest.raises(LinkSpent):
        claim_tablet(late + "x", at=NOW)
    assert TabletSitting.objects.filter(claimed_at__isnull=False).count() == 1


def test_another_tablet_takes_the_place_of_the_first(cast: Cast, sitting: Sitting) -> None:
    _first, key = claim_tablet(handed(cast, sitting), at=NOW)
    second, other = claim_tablet(handed(cast, sitting), at=NOW + MINUTE)
    assert tablet_by_key(key, at=NOW + MINUTE) is None
    assert tablet_by_key(other, at=NOW + MINUTE) == second


def test_a_tablet_nobody_gave_back_opens_nothing_later(cast: Cast, sitting: Sitting) -> None:
    _tablet, key = claim_tablet(handed(cast, sitting), at=NOW)
    assert tablet_by_key(key, at=sitting.closes_at + HOUR) is None
    assert tablet_by_key("", at=NOW) is None


def test_who_has_no_card_with_them_is_described(cast: Cast, sitting: Sitting) -> None:
    with pytest.raises(BadInput, match="怎样辨认"):
        open_tablet(sitting, checked=IdentityProof.KNOWN, by=cast.examiner, at=NOW)
    with pytest.raises(Refused, match="不能给自己核对身份"):
        open_tablet(sitting, checked=CARD, by=the_user(sitting.person), at=NOW)
    assert not TabletSitting.objects.exists()


def test_the_tablet_opens_only_within_the_exams_time(cast: Cast, sitting: Sitting) -> None:
    for at in (NOW - MINUTE, sitting.closes_at):
        with pytest.raises(NotAllowed):
            handed(cast, sitting, at)
    print_papers([sitting], by=cast.class_manager, at=NOW)
    with pytest.raises(NotAllowed, match="改用纸质试卷"):
        handed(cast, sitting)
    assert not TabletSitting.objects.exists()
