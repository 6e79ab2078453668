"""Whatever is done to a check in whatever order: a film counts once and in time, and nobody is stuck."""

import contextlib
from datetime import timedelta

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.identity.models import CheckStatus, FaceTry, Pictures, Route
from anlan.identity.services import checks as acts
from anlan.identity.services.looking import answer_next_try
from anlan.identity.tests.check_scenes import (
    FRAMES,
    SECOND,
    a_check,
    a_face,
    a_learner,
    the_user,
)
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import ToldEyes
from anlan.vision.challenge import Challenge
from anlan.vision.findings import Verdict

OUTCOMES = ("match", "manual_review", "no_match", "suspected_spoof", "retake")
ACTS = ("draw", "film", "film_again", "look", "people", "wait")
STORY = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(OUTCOMES)), max_size=14)


class _Undone(Exception):
    """Ends a story and takes everything back."""


@settings(max_examples=12, derandomize=True)
@given(story=STORY)
def _every_story(cast: Cast, story: list[tuple[str, str]]) -> None:
    with contextlib.suppress(_Undone), transaction.atomic():
        _play(cast, story)
        raise _Undone


def test_a_film_counts_once_and_nobody_is_stuck(cast: Cast) -> None:
    a_face(a_learner(cast))
    _every_story(cast)


def _play(cast: Cast, story: list[tuple[str, str]]) -> None:
    ToldEyes.forget()
    check = a_check(a_learner(cast))
    user, at = the_user(check.person), NOW
    drawn: list[tuple[FaceTry, Challenge]] = []
    looks = 0
    refusals: list[tuple[Refused, int]] = []
    for act, outcome in story:
        at += 12 * SECOND
        taken = FaceTry.objects.exclude(posted_at=None).count()
        try:
            if act == "draw":
                drawn.append(acts.begin_try(check, by=user, at=at))
            elif act in {"film", "film_again"} and drawn:
                one, challenge = drawn[-1]
                acts.post_frames(one, challenge.nonce, FRAMES, by=user, at=at)
            elif act == "look":
                ToldEyes.verdicts[:] = [Verdict(outcome, (), 0.5, 0.5, 4)]  # type: ignore[arg-type]
                looks += answer_next_try(at)
            elif act == "people":
                acts.go_on(check, route=Route.MANUAL, by=user, at=at)
            else:
                at += timedelta(minutes=5)
        except Refused as refused:
            refusals.append((refused, FaceTry.objects.exclude(posted_at=None).count() - taken))
        check.refresh_from_db()
    assert all(refused.next_step and not more for refused, more in refusals)
    posted = FaceTry.objects.exclude(posted_at=None)
    assert looks <= posted.count() <= len(drawn) <= 4
    assert all(one.posted_at <= one.until for one in posted if one.posted_at)
    assert Pictures.objects.count() == posted.filter(answered_at=None).count()
    assert check.status in {CheckStatus.OPEN, CheckStatus.PASSED, CheckStatus.REVIEW}
    if check.status == CheckStatus.PASSED:
        assert not check.tries.filter(outcome="suspected_spoof").exists()
    if check.status == CheckStatus.OPEN:  # the way by people is there whatever has happened
        acts.go_on(check, route=Route.MANUAL, by=user, at=at)
    assert check.goes_on
