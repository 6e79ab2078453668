"""Signing in and out where no network is, and what becomes of it when the tablet comes back."""

import hashlib
import json
import random
from datetime import timedelta
from decimal import Decimal

import pytest

from anlan.attendance.models import Mark, MarkKind
from anlan.attendance.queries import hours_of
from anlan.classes import queries as classes
from anlan.classes.models import TrainingClass
from anlan.classes.services.door import sign_by_supervisor
from anlan.classes.services.enrolments import withdraw
from anlan.foundation.ledger.models import Entry, TimeSource
from anlan.kits.models import Choice, Conflict, Fate, Quarantine, Record, Why
from anlan.kits.queries import gaps_of, sums_of
from anlan.kits.services import (
    NotThisTablet,
    Wish,
    decide,
    pass_gap,
    receive,
    stop_tablet,
    wait_no_longer,
)
from anlan.kits.tests.tablets import (
    JPEG,
    FakeTablet,
    all_sessions,
    first_register,
    learners,
    photo_hash,
)
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import Cast
from anlan.testing.classes import a_running_class

DAYS = timedelta(days=2)


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    return a_running_class(cast)


@pytest.fixture
def tablet(cast: Cast, klass: TrainingClass) -> FakeTablet:
    return a_tablet(cast, klass)


def a_tablet(cast: Cast, klass: TrainingClass, name: str = "一号车平板") -> FakeTablet:
    opens = first_register(klass).opens_at
    made = FakeTablet(name, opens)
    made.take(klass, Wish(sessions=all_sessions(klass), days=3), by=cast.class_manager, at=opens)
    return made


def fates(klass: TrainingClass) -> list[str]:
    return list(
        Record.objects.filter(kit__klass=klass)
        .order_by("tablet", "no")
        .values_list("fate", flat=True)
    )


def test_a_morning_without_a_network_counts_by_the_devices_time(
    tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, people = first_register(klass), learners(klass)
    for person in people:
        tablet.wait(2)
        tablet.sign_in(register, person)
    tablet.clock = register.ends_at
    tablet.restart()
    for person in people:
        tablet.sign_out(register, person)
    synced = register.ends_at + timedelta(hours=30)

    told = tablet.sync(at=synced)

    assert (len(told.kept), told.refused, told.photos) == (6, {}, [])
    assert told.fates["applied"] == 6
    assert set(hours_of([register]).values()) == {Decimal(4)}
    mark = Mark.objects.filter(kind=MarkKind.IN).order_by("at")[0]
    assert mark.at == register.opens_at + timedelta(minutes=2)
    assert mark.time_source == TimeSource.DEVICE
    assert mark.device == tablet.row.token
    line = Entry.objects.filter(verb="signed_in").order_by("id")[0]
    assert (line.at, line.time_source, line.device) == (mark.at, "device", tablet.row.token)
    assert line.recorded_at != line.at


def test_a_delivery_sent_again_changes_nothing(tablet: FakeTablet, klass: TrainingClass) -> None:
    tablet.sign_in(first_register(klass), learners(klass)[0])
    tablet.sync()
    stands = (Mark.objects.count(), Entry.objects.count(), Record.objects.count())
    told = tablet.sync()
    assert len(told.kept) == 1
    assert (Mark.objects.count(), Entry.objects.count(), Record.objects.count()) == stands


def test_what_comes_before_its_turn_waits(tablet: FakeTablet, klass: TrainingClass) -> None:
    register, people = first_register(klass), learners(klass)
    for person in people:
        tablet.sign_in(register, person)
    tablet.sync(tablet.written[1:])
    assert fates(klass) == [Fate.WAITING, Fate.WAITING]
    assert not Mark.objects.exists()
    gap = gaps_of([tablet.row])[0]
    assert (gap.since, gap.until, gap.behind) == (1, 1, 2)
    tablet.sync(tablet.written[:1])
    assert fates(klass) == [Fate.APPLIED] * 3


def test_two_tablets_and_two_times_are_a_conflict_with_both_versions(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, person = first_register(klass), learners(klass)[0]
    other = a_tablet(cast, klass, "二号车平板")
    tablet.wait(1)
    tablet.sign_in(register, person)
    other.wait(30)
    other.sign_in(register, person)
    tablet.sync()
    other.sync()
    conflict = Conflict.objects.get()
    assert conflict.why == Why.SIGNED
    assert conflict.record.tablet == other.row
    assert ["时钟", "设备时间"] in conflict.ours
    assert Mark.objects.get().at == tablet.clock
    sums = sums_of([tablet.kit, other.kit])
    assert all(one.add_up for one in sums.values())
    assert sums[other.kit.pk].undecided == 1

    decide(conflict, Choice.TABLET, reason="现场核对", by=cast.class_manager, at=other.clock + DAYS)

    mark = Mark.objects.get()
    assert (mark.at, mark.device) == (other.clock, other.row.token)
    assert Entry.objects.filter(verb="mark_corrected").count() == 1
    line = Entry.objects.get(verb="kit_conflict_decided")
    assert "现场核对" not in line.leaf
    assert "班主任" not in line.leaf
    assert "采用平板记录" in line.leaf
    assert sums_of([other.kit])[other.kit.pk].decided == 1


def test_two_tablets_at_nearly_one_time_are_one_sign_in(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, person = first_register(klass), learners(klass)[0]
    other = a_tablet(cast, klass, "二号车平板")
    tablet.sign_in(register, person)
    other.wait(1)
    other.sign_in(register, person)
    tablet.sync()
    other.sync()
    assert fates(klass) == [Fate.APPLIED, Fate.DUPLICATE]
    assert Mark.objects.count() == 1


def test_signed_online_meanwhile_keeps_the_servers_version_until_decided(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register = first_register(klass)
    one = classes.enrolled(klass)[0]
    session = classes.sessions_of(klass)[0]
    sign_by_supervisor(
        session, one, MarkKind.IN, reason="没电", by=cast.class_manager, at=register.starts_at
    )
    tablet.sign_in(register, one.person)
    tablet.sync()
    conflict = Conflict.objects.get()
    decide(conflict, Choice.SERVER, reason="以线上为准", by=cast.class_manager, at=register.ends_at)
    assert Mark.objects.get().at == register.starts_at
    with pytest.raises(NotAllowed):
        decide(conflict, Choice.TABLET, reason="反悔", by=cast.class_manager, at=register.ends_at)


def test_signed_out_on_a_quicker_tablet_waits_for_the_sign_in(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, person = first_register(klass), learners(klass)[0]
    other = a_tablet(cast, klass, "二号车平板")
    tablet.wait(5)
    tablet.sign_in(register, person)
    other.clock = register.ends_at
    other.sign_out(register, person)
    other.sync()
    assert Conflict.objects.get().why == Why.NO_ARRIVAL
    tablet.sync()
    assert not Conflict.objects.exists()
    assert fates(klass) == [Fate.APPLIED, Fate.APPLIED]
    assert Mark.objects.count() == 2


def test_somebody_taken_off_the_roster_is_not_signed_in(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    gone = classes.enrolled(klass)[0]
    withdraw(gone, reason="调岗", by=cast.class_manager, at=tablet.clock)
    tablet.sign_in(first_register(klass), gone.person)
    tablet.sync()
    conflict = Conflict.objects.get()
    assert conflict.why == Why.OFF_ROSTER
    with pytest.raises(Refused, match="不在班级名单"):
        decide(conflict, Choice.TABLET, reason="确实来了", by=cast.class_manager, at=tablet.clock)
    conflict.refresh_from_db()
    assert conflict.choice == ""
    assert not Mark.objects.exists()


def test_a_sign_in_with_a_photo_waits_for_the_photo(
    tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, person = first_register(klass), learners(klass)[0]
    tablet.sign_in(register, person, photo=photo_hash())
    with pytest.raises(Refused, match="没有记录提到"):
        tablet.send_photo()
    told = tablet.sync()
    assert told.photos == [photo_hash()]
    assert not Mark.objects.exists()
    assert tablet.send_photo()
    assert not tablet.send_photo()
    mark = Mark.objects.get()
    assert mark.photo is not None
    assert mark.photo.path.read_bytes() == JPEG
    assert tablet.sync().photos == []


def test_a_changed_record_is_refused_and_kept_apart(
    tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, people = first_register(klass), learners(klass)
    good = tablet.sign_in(register, people[0])
    text = good["text"].replace('"how": "card"', '"how": "tick"')
    bad = {"text": text, "signature": good["signature"]}
    told = tablet.sync([bad])
    assert list(told.refused) == [hashlib.sha256(text.encode()).hexdigest()]
    assert Quarantine.objects.get().text == text
    assert not Record.objects.exists()
    tablet.sync()
    assert fates(klass) == [Fate.APPLIED]


def test_a_cut_chain_is_seen(tablet: FakeTablet, klass: TrainingClass) -> None:
    register, people = first_register(klass), learners(klass)
    tablet.sign_in(register, people[0])
    lost = tablet.written.pop()  # the page forgets a record and writes another under its number
    tablet.sign_in(register, people[1])
    tablet.sign_in(register, people[2])
    tablet.sync([lost, *tablet.written[1:]])
    assert Conflict.objects.get().why == Why.CHAIN
    tablet.sync()
    assert set(Conflict.objects.values_list("why", flat=True)) == {Why.CHAIN, Why.FORK}
    assert Mark.objects.count() == 1
    assert sums_of([tablet.kit])[tablet.kit.pk].add_up


def test_a_strangers_delivery_is_not_taken(tablet: FakeTablet, klass: TrainingClass) -> None:
    stranger = FakeTablet("陌生平板", tablet.clock)
    stranger.row, stranger.kit = tablet.row, tablet.kit
    stranger.sign_in(first_register(klass), learners(klass)[0])
    with pytest.raises(NotThisTablet):
        stranger.sync()
    with pytest.raises(BadInput):
        receive("{", "", at=tablet.clock)
    assert not Record.objects.exists()
    assert not Quarantine.objects.exists()


def test_a_stopped_tablets_records_wait_for_a_person(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, person = first_register(klass), learners(klass)[0]
    tablet.sign_in(register, person)
    stop_tablet(tablet.row, reason="在矿区遗失", by=cast.class_manager, at=tablet.clock)
    told = tablet.sync(at=tablet.clock + DAYS)
    assert told.stopped
    assert not Mark.objects.exists()
    conflict = Conflict.objects.get()
    assert conflict.why == Why.REVOKED
    decide(conflict, Choice.TABLET, reason="已找回核对", by=cast.class_manager, at=tablet.clock)
    assert Mark.objects.get().person == person


def test_work_after_the_kit_expired_waits_for_a_person(
    tablet: FakeTablet, klass: TrainingClass
) -> None:
    tablet.clock = tablet.kit.expires_at + timedelta(minutes=10)
    tablet.sign_in(first_register(klass), learners(klass)[0])
    tablet.sync()
    assert Conflict.objects.get().why == Why.LATE


def test_a_time_from_the_future_waits_for_a_person(
    tablet: FakeTablet, klass: TrainingClass
) -> None:
    tablet.wait(60)
    tablet.sign_in(first_register(klass), learners(klass)[0])
    tablet.sync(at=tablet.clock - timedelta(minutes=50))
    assert Conflict.objects.get().why == Why.TIME


def test_a_moved_clock_is_seen_and_the_steady_time_offered(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, people = first_register(klass), learners(klass)
    tablet.sign_in(register, people[0])
    tablet.wait(10)
    true = tablet.clock
    tablet.jump(60)
    tablet.write("clock", shift_ms=3_600_000)
    tablet.sign_in(register, people[1])
    tablet.sign_in(register, people[2])
    tablet.sync()
    found = list(Conflict.objects.order_by("pk"))
    assert [one.why for one in found] == [Why.CLOCK, Why.CLOCK]
    assert found[0].record.steady_at == true
    line = Entry.objects.get(verb="kit_clock_moved")
    assert json.loads(line.leaf)["data"]["seconds"] == "3600"

    decided = decide(
        found[0], Choice.STEADY, reason="误触", by=cast.class_manager, at=true, alike=True
    )
    assert decided == 2
    assert Mark.objects.filter(at=true).count() == 2


def test_a_clock_put_back_over_a_restart_is_seen(tablet: FakeTablet, klass: TrainingClass) -> None:
    register, people = first_register(klass), learners(klass)
    tablet.wait(30)
    tablet.sign_in(register, people[0])
    tablet.restart()
    tablet.jump(-20)
    tablet.sign_in(register, people[1])
    tablet.sync(at=tablet.clock + DAYS)
    conflict = Conflict.objects.get()
    assert (conflict.why, conflict.record.steady_at) == (Why.CLOCK, None)


def test_behind_a_gap_a_person_lets_it_go_on(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, people = first_register(klass), learners(klass)
    for person in people:
        tablet.sign_in(register, person)
    tablet.sync(tablet.written[1:])
    with pytest.raises(BadInput):
        pass_gap(tablet.row, reason=" ", by=cast.class_manager, at=tablet.clock)
    assert pass_gap(tablet.row, reason="存储损坏", by=cast.class_manager, at=tablet.clock) == 1
    assert fates(klass) == [Fate.APPLIED] * 2
    tablet.sync()
    assert Conflict.objects.get().why == Why.FORK


def test_shuffled_by_hand_it_comes_to_the_same(tablet: FakeTablet, klass: TrainingClass) -> None:
    register, people = first_register(klass), learners(klass)
    for person in people:
        tablet.wait(1)
        tablet.sign_in(register, person)
    pieces = [*tablet.written, *tablet.written]
    random.Random(4).shuffle(pieces)
    for piece in pieces:
        tablet.sync([piece])
    assert fates(klass) == [Fate.APPLIED] * 3


def test_a_photo_that_never_comes_is_not_waited_for_forever(
    cast: Cast, tablet: FakeTablet, klass: TrainingClass
) -> None:
    register, person = first_register(klass), learners(klass)[0]
    manager = cast.class_manager
    tablet.sign_in(register, person, photo=photo_hash())
    with pytest.raises(NotAllowed):
        wait_no_longer(tablet.row, reason="平板损坏", by=manager, at=tablet.clock)
    tablet.sync()
    assert wait_no_longer(tablet.row, reason="平板损坏", by=manager, at=tablet.clock) == 1
    conflict = Conflict.objects.get()
    assert conflict.why == Why.PHOTO
    decide(conflict, Choice.TABLET, reason="本人确实到场", by=manager, at=tablet.clock)
    assert Mark.objects.get().photo is None
