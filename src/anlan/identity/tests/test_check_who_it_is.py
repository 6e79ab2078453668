"""A check by either route: drawn, filmed once, looked at, decided by people, never a wall."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.foundation.rules.models import Rule
from anlan.identity.models import CheckStatus, FaceTry, IdentityCheck, Pictures, Purpose, Route
from anlan.identity.queries import checks, error_rates
from anlan.identity.services import checks as acts
from anlan.identity.services.looking import answer_next_try
from anlan.identity.tests.check_scenes import (
    FRAMES,
    HOSTS,
    SECOND,
    a_check,
    a_face,
    a_learner,
    a_look,
    a_try,
    the_user,
)
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.eyes import JPEG, ToldEyes
from anlan.vision.eyes import CannotLook
from anlan.vision.findings import Outcome, Verdict

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def check(cast: Cast) -> IdentityCheck:
    HOSTS[:] = [cast.provider]
    person = a_learner(cast)
    a_face(person)
    return a_check(person)


def test_a_match_passes_and_leaves_scores_and_no_picture(check: IdentityCheck) -> None:
    one = a_look(check)
    assert check.status == CheckStatus.PASSED
    assert (one.outcome, one.likeness, one.live, one.frames) == ("match", 0.8, 0.9, 4)
    assert one.age_band == "30-44"
    assert not Pictures.objects.exists()
    told: Any = ToldEyes.asked[-1]
    asked, challenge, numbers = told
    assert (asked, challenge.nonce, len(numbers)) == (FRAMES, one.nonce, 128)
    assert Entry.objects.filter(subject="sitting/1", verb="identity_passed").count() == 1


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("manual_review", "review"), ("no_match", "open"), ("suspected_spoof", "open"), ("retake", "open")],
)  # fmt: skip
def test_no_outcome_shuts_anybody_out(check: IdentityCheck, outcome: Outcome, status: str) -> None:
    ToldEyes.verdicts.append(Verdict(outcome, ("not_alike",), 0.2, 0.9, 4))
    a_look(check)
    assert check.status == status
    if status == "open":
        acts.go_on(check, route=Route.FACE, by=the_user(check.person), at=NOW + HOUR)
    assert check.goes_on


def test_the_last_try_goes_to_a_person(check: IdentityCheck) -> None:
    for n in range(4):
        assert check.status == CheckStatus.OPEN
        ToldEyes.verdicts.append(Verdict("no_match", ("not_alike",), 0.1, 0.9, 4))
        a_look(check, NOW + n * HOUR)
    assert check.status == CheckStatus.REVIEW
    with pytest.raises(NotAllowed):
        acts.begin_try(check, by=the_user(check.person), at=NOW + DAY)


def test_every_drawing_counts(check: IdentityCheck) -> None:
    user = the_user(check.person)
    drawn = {acts.begin_try(check, by=user, at=NOW)[0].nonce for _ in range(4)}
    assert len(drawn) == 4
    with pytest.raises(Refused, match="次数已用完"):
        acts.begin_try(check, by=user, at=NOW)
    assert FaceTry.objects.count() == 4


def test_a_match_after_a_suspected_deceit_is_for_a_person(check: IdentityCheck) -> None:
    ToldEyes.verdicts.append(Verdict("suspected_spoof", ("not_live",), 0.8, 0.1, 4))
    a_look(check)
    a_look(check, NOW + HOUR)
    assert check.status == CheckStatus.REVIEW


def test_a_film_counts_once_in_time_under_its_own_nonce(check: IdentityCheck) -> None:
    user = the_user(check.person)
    one, challenge = acts.begin_try(check, by=user, at=NOW)
    words: dict[str, Any] = {"by": user, "at": NOW + 12 * SECOND}
    with pytest.raises(BadInput, match="凭据"):
        acts.post_frames(one, "another", FRAMES, **words)
    with pytest.raises(Refused, match="超时"):
        acts.post_frames(one, challenge.nonce, FRAMES, by=user, at=NOW + 60 * SECOND)
    with pytest.raises(BadInput, match="时间不对"):  # filmed beforehand: longer than there was time
        acts.post_frames(one, challenge.nonce, FRAMES, by=user, at=NOW + 3 * SECOND)
    assert not Pictures.objects.exists()
    acts.post_frames(one, challenge.nonce, FRAMES, **words)
    with pytest.raises(NotAllowed, match="已经交过"):
        acts.post_frames(one, challenge.nonce, FRAMES, **words)
    assert Pictures.objects.count() == 1


def test_eyes_that_fail_leave_it_to_a_person(check: IdentityCheck) -> None:
    a_try(check)
    for code in ("busy", "too_long", "stopped"):
        ToldEyes.verdicts.append(CannotLook(code))
        assert answer_next_try(NOW) == 1
        check.refresh_from_db()
        assert check.status == CheckStatus.OPEN
    answer_next_try(NOW)
    check.refresh_from_db()
    assert check.status == CheckStatus.REVIEW
    assert not Pictures.objects.exists()


def test_the_manual_route_goes_on_at_once_and_is_confirmed_by_card_and_code(
    cast: Cast, check: IdentityCheck
) -> None:
    user = the_user(check.person)
    acts.go_on(check, route=Route.MANUAL, by=user, at=NOW)
    assert (check.status, check.due_at) == (CheckStatus.REVIEW, NOW + 48 * HOUR)
    text = TextMessage.objects.get().text
    code = re.findall(r"\d{6}", text)[0]
    kept = IdentityCheck.objects.get()
    assert code not in kept.code_hash
    assert checks.check_for(cast.class_manager, check.uid) == kept
    words: dict[str, Any] = {"confirmed": True, "reason": "", "by": cast.class_manager}
    with pytest.raises(BadInput):
        acts.decide(kept, code="", at=NOW + HOUR / 4, **words)
    with pytest.raises(BadInput):
        acts.decide(kept, code="000000" if code != "000000" else "1", at=NOW + HOUR / 4, **words)
    acts.decide(kept, code=code, at=NOW + HOUR / 4, **words)
    kept.refresh_from_db()
    assert (kept.status, kept.code_seen, kept.code_hash) == (CheckStatus.CONFIRMED, True, "")
    assert Notice.objects.filter(user=user, title="身份核验：已确认本人").exists()


def test_a_stranger_never_finds_it_and_nobody_confirms_themselves(
    cast: Cast, check: IdentityCheck
) -> None:
    acts.go_on(check, route=Route.MANUAL, by=the_user(check.person), at=NOW)
    for user in (
        cast.rival_manager,
        cast.other_district_official,
        cast.trainer_user,
        cast.outsider,
    ):
        with pytest.raises(ObjectDoesNotExist):
            checks.check_for(user, check.uid)
    with pytest.raises(Refused, match="自己"):
        acts.decide(check, confirmed=True, reason="我就是", by=the_user(check.person), at=NOW)
    assert IdentityCheck.objects.get().status == CheckStatus.REVIEW


def test_a_denial_can_be_appealed_to_another_person_in_time(
    cast: Cast, check: IdentityCheck
) -> None:
    user = the_user(check.person)
    acts.go_on(check, route=Route.FACE, by=user, at=NOW)
    words: dict[str, Any] = {"confirmed": False, "reason": "与证件照片不像"}
    acts.decide(check, by=cast.district_official, at=NOW + HOUR, **words)
    assert check.status == CheckStatus.NOT_CONFIRMED
    assert checks.marks(["sitting/1"])["sitting/1"] == check
    with pytest.raises(NotAllowed):
        acts.appeal(check, words="太晚", by=user, at=NOW + 7 * DAY)
    acts.appeal(check, words="我瘦了二十斤", by=user, at=NOW + DAY)
    assert check.under_review
    with pytest.raises(ObjectDoesNotExist):
        checks.check_for(cast.district_official, check.uid)
    with pytest.raises(ObjectDoesNotExist):
        checks.check_for(cast.class_manager, check.uid)
    with pytest.raises(Refused, match="另一位"):
        acts.decide(check, by=cast.district_official, at=NOW + 2 * DAY, **words)
    found = checks.check_for(cast.city_official, check.uid)
    words = {"confirmed": True, "reason": "已当面核对身份证"}
    acts.decide(found, by=cast.city_official, at=NOW + 2 * DAY, **words)
    check.refresh_from_db()
    assert check.status == CheckStatus.CONFIRMED
    assert not checks.marks(["sitting/1"])


def test_what_is_owed_is_told_and_nothing_decides_itself(cast: Cast, check: IdentityCheck) -> None:
    acts.go_on(check, route=Route.MANUAL, by=the_user(check.person), at=NOW)
    for days in (1, 3, 30):
        acts.remind_overdue(NOW + days * DAY)
    told = Notice.objects.filter(user=cast.district_official, title="身份核验逾期未处理")
    assert told.count() == 1
    assert IdentityCheck.objects.get().status == CheckStatus.REVIEW


def test_beginning_again_finds_the_same_check(cast: Cast, check: IdentityCheck) -> None:
    assert a_check(check.person) == check
    assert checks.open_or_done(check.person, "sitting/1") == check
    assert checks.gone_on({"sitting/1"}) == set()
    acts.go_on(check, route=Route.MANUAL, by=the_user(check.person), at=NOW)
    assert checks.gone_on({"sitting/1", "sitting/2"}) == {"sitting/1"}
    assert check.purpose == Purpose.EXAM


def test_error_rates_count_people_who_were_themselves(cast: Cast) -> None:
    HOSTS[:] = [cast.provider]
    ToldEyes.verdicts.append(Verdict("manual_review", ("doubtful_alike",), 0.4, 0.9, 4))
    for serial in (7, 8, 9):
        person = a_learner(cast, serial)
        a_face(person)
        check = a_check(person, f"sitting/{serial}")
        a_look(check)
        if check.status == CheckStatus.REVIEW:
            words: dict[str, Any] = {
                "confirmed": True,
                "reason": "当面核对",
                "by": cast.class_manager,
            }
            acts.decide(check, at=NOW + HOUR, **words)
    whole = error_rates.whole()
    assert (whole.wrong, whole.tries) == (1, 3)
    assert (round(whole.low, 2), round(whole.high, 2)) == (0.06, 0.79)
    ages = dict(error_rates.by_group())["年龄段"]
    assert [share.tries for share in ages] == [0, 3, 0, 0]


def test_the_rules_are_off_as_shipped(cast: Cast) -> None:
    for key in ("identity.check_exam", "identity.check_sign_in", "identity.check_lesson_most"):
        assert Rule.objects.get(key=key).value == 0


def test_no_frame_is_written_to_a_disk(check: IdentityCheck, settings: Any) -> None:
    a_look(check)
    folders = [Path(settings.ANLAN_FILES), Path(settings.ANLAN_SMS_FOLDER)]
    found = [p for folder in folders if folder.exists() for p in folder.rglob("*") if p.is_file()]
    assert not any(JPEG in p.read_bytes() for p in found)
