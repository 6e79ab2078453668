"""The staffed video check: a queue, one desk a call, addresses that don't stay, a person's word."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import sentence
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.foundation.rules.models import Rule
from anlan.identity.ice import ice_servers
from anlan.identity.jobs import keep_clocks, tend_calls
from anlan.identity.models import (
    CallEnd,
    CallStatus,
    CheckStatus,
    How,
    IdentityCheck,
    Reveal,
    Side,
    VideoCall,
    VideoSignal,
)
from anlan.identity.queries import calls as queries
from anlan.identity.services import call_ends
from anlan.identity.services import calls as acts
from anlan.identity.services import checks as check_acts
from anlan.identity.tests.check_scenes import HOSTS, a_check, a_learner, the_user
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SDP = "v=0\r\no=- 1 2 IN IP4 192.0.2.7\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
SATURDAY = NOW + timedelta(days=5)


@pytest.fixture
def check(cast: Cast) -> IdentityCheck:
    HOSTS[:] = [cast.provider]
    return a_check(a_learner(cast))


def join(check: IdentityCheck, at: datetime = NOW) -> VideoCall:
    return acts.join(check, by=the_user(check.person), at=at)


def talk(check: IdentityCheck, cast: Cast) -> VideoCall:
    """Joined, taken, offered, answered, standing."""
    join(check)
    call = acts.take_next(by=cast.class_manager, at=NOW + SECOND)
    number = acts.offer(call, SDP, at=NOW + 2 * SECOND)
    acts.answer(call, number, SDP, at=NOW + 3 * SECOND)
    acts.stands(call, at=NOW + 4 * SECOND)
    return fresh(call)


def fresh(call: VideoCall) -> VideoCall:
    return VideoCall.objects.select_related("check_of__person").get(pk=call.pk)


def test_joining_goes_on_at_once_with_a_code_and_keeps_one_place(
    cast: Cast, check: IdentityCheck
) -> None:
    call = join(check)
    check.refresh_from_db()
    assert (check.status, check.route) == (CheckStatus.REVIEW, "manual")
    assert check.goes_on
    assert TextMessage.objects.count() == 1
    assert join(check, NOW + MINUTE).pk == call.pk
    told = Notice.objects.filter(user=cast.class_manager, title="有学员在排队视频核对")
    assert told.count() == 1
    other = join(a_check(a_learner(cast, 8), "sitting/2"), NOW + SECOND)
    assert [queries.place_of(one) for one in (call, other)] == [1, 2]


def test_the_desk_takes_the_longest_wait_and_one_at_a_time(
    cast: Cast, check: IdentityCheck
) -> None:
    first = join(check)
    second = join(a_check(a_learner(cast, 8), "sitting/2"), NOW + SECOND)
    taken = acts.take_next(by=cast.class_manager, at=NOW + 2 * SECOND)
    assert (taken, taken.status) == (first, CallStatus.TAKEN)
    assert acts.take_next(by=cast.class_manager, at=NOW + 3 * SECOND) == first
    assert acts.take_next(by=cast.examiner, at=NOW + 3 * SECOND) == second
    with pytest.raises(Refused, match="没有人在排队"):
        acts.take_next(by=cast.district_official, at=NOW + 3 * SECOND)
    seen = Reveal.objects.get(person=check.person)
    assert (seen.by, seen.field_name) == (cast.class_manager, "姓名和身份证号末四位")
    assert Entry.objects.filter(verb="identity_video_taken").count() == 2


def test_a_page_that_is_not_there_is_passed_over_and_keeps_its_place(
    cast: Cast, check: IdentityCheck
) -> None:
    gone = join(check)
    there = join(a_check(a_learner(cast, 8), "sitting/2"), NOW + 20 * SECOND)
    assert acts.take_next(by=cast.class_manager, at=NOW + 22 * SECOND) == there
    assert fresh(gone).status == CallStatus.WAITING
    assert queries.place_of(fresh(gone)) == 1


def test_strangers_have_no_queue_and_nobody_takes_the_own(cast: Cast, check: IdentityCheck) -> None:
    join(check)
    for user in (cast.rival_manager, cast.other_district_official, cast.trainer_user):
        with pytest.raises(Refused):
            acts.take_next(by=user, at=NOW)
    IdentityCheck.objects.update(person=check.person)
    check.person.user = cast.class_manager
    check.person.save()
    with pytest.raises(Refused):
        acts.take_next(by=cast.class_manager, at=NOW)
    assert VideoCall.objects.get().status == CallStatus.WAITING


def test_addresses_are_sealed_and_gone_when_the_picture_stands(
    cast: Cast, check: IdentityCheck
) -> None:
    join(check)
    call = acts.take_next(by=cast.class_manager, at=NOW)
    number = acts.offer(call, SDP, at=NOW)
    acts.answer(call, number, SDP, at=NOW)
    signal = queries.signal_of(fresh(call), Side.ANSWER)
    assert signal is not None
    assert signal.sdp == SDP
    stored = VideoSignal.objects.extra(select={"raw": "sdp"}).values_list("raw", flat=True)
    assert not any("192.0.2.7" in str(raw) for raw in stored)
    acts.stands(call, at=NOW + SECOND)
    assert not VideoSignal.objects.exists()
    assert fresh(call).status == CallStatus.TALKING


def test_a_line_that_broke_is_offered_anew_and_an_old_answer_counts_no_more(
    cast: Cast, check: IdentityCheck
) -> None:
    call = talk(check, cast)
    assert acts.offer(call, SDP, at=NOW + MINUTE) == 2
    with pytest.raises(NotAllowed, match="重新开始"):
        acts.answer(call, 1, SDP, at=NOW + MINUTE)
    assert queries.signal_of(fresh(call), Side.ANSWER) is None
    acts.answer(call, 2, SDP, at=NOW + MINUTE)
    acts.stands(call, at=NOW + MINUTE)
    assert fresh(call).talking_at == NOW + 4 * SECOND


@pytest.mark.parametrize("nonsense", ["", "hello", "v=0", "v=0 m=" + "x" * 20_000])
def test_nonsense_is_no_description(cast: Cast, check: IdentityCheck, nonsense: str) -> None:
    join(check)
    call = acts.take_next(by=cast.class_manager, at=NOW)
    with pytest.raises(BadInput):
        acts.offer(call, nonsense, at=NOW)
    assert not VideoSignal.objects.exists()
    assert fresh(call).round == 0


def test_a_decision_says_how_and_ends_the_call(cast: Cast, check: IdentityCheck) -> None:
    call = talk(check, cast)
    acts.offer(call, SDP, at=NOW + 5 * SECOND)
    text = TextMessage.objects.get().text
    code = next(word for word in text.replace("，", " ").split() if word.isdigit())
    with pytest.raises(BadInput, match="验证码不对"):
        decide(call, cast, code="abcdef", reason="")
    check.refresh_from_db()
    assert check.code_tries == 1
    decide(call, cast, code=code, reason="")
    check.refresh_from_db()
    assert (check.status, check.how, check.decided_by) == (
        "confirmed",
        How.VIDEO,
        cast.class_manager,
    )
    assert check.code_seen
    line = Entry.objects.get(verb="identity_decided")
    assert sentence(line.verb, json.loads(line.leaf)["data"]) == (
        "人工核验（视频）：已确认本人，说明："
    )
    ended = fresh(call)
    assert (ended.status, ended.end) == (CallStatus.ENDED, CallEnd.DECIDED)
    assert not VideoSignal.objects.exists()


def decide(call: VideoCall, cast: Cast, **words: Any) -> None:
    acts.decide(fresh(call), confirmed=True, by=cast.class_manager, at=NOW + MINUTE, **words)


def test_nobody_confirms_what_was_never_seen(cast: Cast, check: IdentityCheck) -> None:
    join(check)
    acts.take_next(by=cast.class_manager, at=NOW)
    with pytest.raises(Refused, match="还没有接通"):
        decide(VideoCall.objects.get(), cast, reason="已看过身份证")
    check.refresh_from_db()
    assert check.status == CheckStatus.REVIEW


def test_after_the_learner_left_the_desk_may_write_down_what_it_saw_for_a_while(
    cast: Cast, check: IdentityCheck
) -> None:
    call = talk(check, cast)
    call_ends.end(call, CallEnd.LEFT, by=the_user(check.person), at=NOW + 10 * SECOND)
    with pytest.raises(NotAllowed, match="结束已久"):
        acts.decide(fresh(call), confirmed=True, reason="看清了", by=cast.class_manager,
                    at=NOW + 10 * MINUTE)  # fmt: skip
    decide(call, cast, reason="看清了身份证，学员随后断线")
    check.refresh_from_db()
    assert check.status == CheckStatus.CONFIRMED


def test_a_decision_at_the_desk_ends_the_wait_too(cast: Cast, check: IdentityCheck) -> None:
    call = join(check)
    check.refresh_from_db()
    words = {"confirmed": True, "reason": "已当面核对"}
    check_acts.decide(check, **words, by=cast.class_manager, at=NOW + MINUTE)  # type: ignore[arg-type]
    assert fresh(call).end == CallEnd.DECIDED
    check.refresh_from_db()
    assert check.how == How.DESK
    with pytest.raises(NotAllowed):
        join(check, NOW + MINUTE)


def test_a_desk_that_falls_silent_gives_the_call_back_to_its_place(
    cast: Cast, check: IdentityCheck
) -> None:
    call = talk(check, cast)
    other = join(a_check(a_learner(cast, 8), "sitting/2"), NOW + 5 * SECOND)
    later = NOW + 60 * SECOND
    acts.here(call, at=later)
    acts.here(other, at=later)
    assert tend_calls(later) == 1
    back = fresh(call)
    assert (back.status, back.handler, back.talking_at) == (CallStatus.WAITING, None, None)
    assert queries.place_of(back) == 1
    with pytest.raises(ObjectDoesNotExist):
        queries.held_call(cast.class_manager, call.uid)
    assert acts.take_next(by=cast.district_official, at=later) == back


def test_a_learner_who_falls_silent_loses_the_place_and_nothing_else(
    cast: Cast, check: IdentityCheck
) -> None:
    call = join(check)
    assert tend_calls(NOW + 30 * SECOND) == 0
    assert tend_calls(NOW + 50 * SECOND) == 1
    assert fresh(call).end == CallEnd.SILENT
    check.refresh_from_db()
    assert check.status == CheckStatus.REVIEW
    assert join(check, NOW + MINUTE).pk != call.pk


def test_the_rules_minutes_end_a_talk(cast: Cast, check: IdentityCheck) -> None:
    call = talk(check, cast)
    late = NOW + 11 * MINUTE
    acts.here(call, at=late)
    acts.desk_here(call, at=late)
    assert tend_calls(late) == 1
    assert fresh(call).end == CallEnd.LAPSED


def test_nobody_waits_where_nobody_is_there(check: IdentityCheck) -> None:
    with pytest.raises(Refused, match="没有工作人员") as refused:
        join(check, SATURDAY)
    assert "周一 08:30" in refused.value.next_step
    check.refresh_from_db()
    assert check.status == CheckStatus.OPEN
    call = join(check, NOW)
    evening = NOW + timedelta(hours=8.5)  # 17:30
    acts.here(call, at=evening)
    assert tend_calls(evening) == 1
    assert fresh(call).end == CallEnd.CLOSED


def test_joining_again_and_again_has_an_end(check: IdentityCheck) -> None:
    for n in range(6):
        call = join(check, NOW + n * SECOND)
        call_ends.end(call, CallEnd.LEFT, by=None, at=NOW + n * SECOND)
    with pytest.raises(acts.TooOften):
        join(check, NOW + MINUTE)
    assert VideoCall.objects.count() == 6
    assert TextMessage.objects.count() == 1


def test_the_hourly_clock_leaves_no_address_and_old_calls_go(
    cast: Cast, check: IdentityCheck
) -> None:
    call = talk(check, cast)
    acts.offer(call, SDP, at=NOW + MINUTE)
    VideoCall.objects.update(status=CallStatus.ENDED, ended_at=NOW)  # whatever went wrong
    assert keep_clocks(NOW + 2 * MINUTE) == 1
    assert not VideoSignal.objects.exists()
    assert VideoCall.objects.count() == 1
    keep_clocks(NOW + timedelta(days=31))
    assert not VideoCall.objects.exists()


def test_turn_servers_get_credentials_that_end(settings: Any, tmp_path: Path) -> None:
    assert ice_servers("a", NOW) == []
    settings.ANLAN_ICE_SERVERS = ["stun:stun.invalid:3478", "turn:turn.invalid:3478"]
    secret = tmp_path / "turn"
    secret.write_text("shared\n")
    settings.ANLAN_TURN_SECRET_FILE = str(secret)
    stun, turn = ice_servers("a", NOW)
    assert stun == {"urls": ["stun:stun.invalid:3478"]}
    assert turn["username"] == f"{int(NOW.timestamp()) + 3600}:a"
    assert turn["credential"]
    assert "shared" not in str(turn)


def test_the_rule_is_dated(check: IdentityCheck) -> None:
    saturday = {"6": [["09:00", "12:00"]]}
    rows = Rule.objects.filter(key="identity.video_hours")
    row = rows.get()
    Rule.objects.create(
        key=row.key, value=saturday, valid_from=SATURDAY.date(), label=row.label, clause=row.clause
    )
    rows.filter(pk=row.pk).update(valid_to=SATURDAY.date())
    assert join(check, SATURDAY).status == CallStatus.WAITING
