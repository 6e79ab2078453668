"""Papers and practical checks done on a tablet: graded here, by the device's times."""

from datetime import timedelta
from decimal import Decimal

import pytest

from anlan.assessments.models import Checklist, Practical, Sitting, SittingStatus
from anlan.assessments.services import (
    lapse_missed,
    load_checklists,
    load_own_bank,
    start_sitting,
    submit_sitting,
)
from anlan.assessments.tests.builders import right_answers, wrong_answers
from anlan.classes.models import TrainingClass
from anlan.classes.services.exams import arrange_exam
from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.accounts.services import give_role
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import Person
from anlan.kits.models import Choice, Conflict, Fate, Kit, Record, Why
from anlan.kits.services import Wish, choices_for, contents_of, decide, pack_kit
from anlan.kits.tests.tablets import FakeTablet, first_register, learners, photo_hash
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class

HOURS = timedelta(hours=1)


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    """Its exam is arranged for the first morning; the manager examines as well."""
    load_own_bank(at=NOW)
    load_checklists()
    key = str(cast.provider.uid)
    organization = ScopeKind.ORGANIZATION
    give_role(cast.class_manager, Role.EXAMINER, organization, key, by=None, at=NOW, reason="测试")
    made = a_running_class(cast, learners=2)
    opens = first_register(made).opens_at
    arrange_exam(
        made,
        opens_at=opens,
        closes_at=opens + 4 * HOURS,
        checklist=Checklist.objects.order_by("id")[0],
        by=cast.class_manager,
        at=opens,
    )
    return made


@pytest.fixture
def tablet(cast: Cast, klass: TrainingClass) -> FakeTablet:
    made = FakeTablet("矿区平板", first_register(klass).opens_at)
    made.take(klass, everything(klass), by=cast.class_manager, at=made.clock)
    return made


def everything(klass: TrainingClass) -> Wish:
    titles = list(sittings(klass).values_list("title", flat=True).distinct())
    return Wish(sittings=titles, practicals=[Checklist.objects.order_by("id")[0].key])


def sittings(klass: TrainingClass):  # type: ignore[no-untyped-def]
    return Sitting.objects.filter(person__in=learners(klass)).order_by("pk")


def sit(
    tablet: FakeTablet, sitting: Sitting, answers: dict[str, list[int]], minutes: int = 20
) -> None:
    person, uid = sitting.person, str(sitting.uid)
    tablet.write("begun", person, sitting=uid)
    tablet.write("answer", person, sitting=uid, question=1, chosen=answers["1"])
    tablet.wait(minutes)
    tablet.write("handed_in", person, sitting=uid, answers=answers, because="hand")


def mark(tablet: FakeTablet, practical: Practical, *, met: bool = True) -> None:
    marks = {item["key"]: met for item in practical.checklist.items}
    tablet.write(
        "practical", practical.person, practical=str(practical.uid), marks=marks, photo=photo_hash()
    )


def practical_of(person: Person) -> Practical:
    return Practical.objects.select_related("checklist", "person").get(person=person)


def test_the_package_holds_questions_and_no_answers(
    cast: Cast, klass: TrainingClass, tablet: FakeTablet
) -> None:
    kit = pack_kit(klass, tablet.row, everything(klass), by=cast.class_manager, at=tablet.clock)
    text, _signature = contents_of(kit, at=tablet.clock)
    assert '"questions":[{"no":1' in text
    for secret in ("answer", "explanation", "basis", "weight", learners(klass)[0].id_number):
        assert f'"{secret}"' not in text
    assert learners(klass)[0].id_number not in text


def test_a_paper_from_the_mine_is_graded_by_the_devices_times(
    klass: TrainingClass, tablet: FakeTablet
) -> None:
    first, second = sittings(klass)
    began = tablet.clock
    sit(tablet, first, right_answers(first))
    sit(tablet, second, wrong_answers(second))
    tablet.sync(at=tablet.clock + 30 * HOURS)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.score, first.passed) == (Decimal("100.0"), True)
    assert (second.score, second.passed) == (Decimal(0), False)
    assert (first.started_at, first.submitted_at) == (began, began + timedelta(minutes=20))
    assert first.device == tablet.row.token
    lines = Entry.objects.filter(subject=first.subject).order_by("id")
    assert [(e.verb, e.time_source) for e in lines][1:] == [
        ("sitting_started", "device"),
        ("sitting_submitted", "device"),
    ]


def test_a_sitting_that_lapsed_meanwhile_is_filed_all_the_same(
    klass: TrainingClass, tablet: FakeTablet
) -> None:
    first = sittings(klass)[0]
    sit(tablet, first, right_answers(first))
    late = tablet.clock + 30 * HOURS
    assert lapse_missed(late) == 2
    tablet.sync(at=late)
    first.refresh_from_db()
    assert (first.status, first.passed) == (SittingStatus.SUBMITTED, True)


def test_a_result_that_stands_is_not_exchanged(
    cast: Cast, klass: TrainingClass, tablet: FakeTablet
) -> None:
    first = sittings(klass)[0]
    sit(tablet, first, right_answers(first))
    start_sitting(first, by=None, at=tablet.clock)
    submit_sitting(first, by=None, at=tablet.clock, answers=wrong_answers(first))
    tablet.sync()
    conflict = Conflict.objects.get()
    assert conflict.why == Why.SAT
    assert ["成绩", "0.0 分"] in conflict.ours
    assert choices_for(conflict) == [Choice.SERVER, Choice.BOTH]
    with pytest.raises(BadInput):
        decide(conflict, Choice.TABLET, reason="重来", by=cast.class_manager, at=tablet.clock)
    decide(conflict, Choice.BOTH, reason="以先交的为准", by=cast.class_manager, at=tablet.clock)
    first.refresh_from_db()
    assert first.passed is False


def test_a_paper_begun_online_is_taken_when_somebody_decides(
    cast: Cast, klass: TrainingClass, tablet: FakeTablet
) -> None:
    first = sittings(klass)[0]
    start_sitting(first, by=None, at=tablet.clock)
    sit(tablet, first, right_answers(first))
    tablet.sync()
    conflict = Conflict.objects.get()
    assert (conflict.why, conflict.ours[0]) == (Why.SAT, ["状态", "考试中"])
    decide(conflict, Choice.TABLET, reason="手机没电", by=cast.class_manager, at=tablet.clock)
    first.refresh_from_db()
    assert (first.status, first.passed) == (SittingStatus.SUBMITTED, True)


def test_a_paper_that_took_too_long_waits_for_a_person(
    klass: TrainingClass, tablet: FakeTablet
) -> None:
    first = sittings(klass)[0]
    sit(tablet, first, right_answers(first), minutes=first.minutes + 5)
    tablet.sync()
    assert Conflict.objects.get().why == Why.REFUSED
    first.refresh_from_db()
    assert first.status == SittingStatus.READY


def test_begun_and_not_handed_in_changes_nothing_yet(
    klass: TrainingClass, tablet: FakeTablet
) -> None:
    first = sittings(klass)[0]
    sit(tablet, first, right_answers(first))
    tablet.sync(tablet.written[:-1])
    first.refresh_from_db()
    assert first.status == SittingStatus.READY
    assert set(Record.objects.values_list("fate", flat=True)) == {Fate.APPLIED}
    tablet.sync(tablet.written[-1:])
    first.refresh_from_db()
    assert first.status == SittingStatus.SUBMITTED


def test_a_checklist_waits_for_its_photo_and_is_marked_once(
    klass: TrainingClass, tablet: FakeTablet
) -> None:
    one = practical_of(learners(klass)[0])
    mark(tablet, one)
    tablet.wait(3)
    mark(tablet, one, met=False)
    told = tablet.sync()
    assert told.photos == [photo_hash()]
    assert Practical.objects.filter(at__isnull=False).count() == 0
    tablet.send_photo()
    one.refresh_from_db()
    assert (one.score, one.passed) == (100, True)
    assert one.photo is not None
    line = Entry.objects.get(verb="practical_marked")
    assert (line.time_source, line.device) == ("device", tablet.row.token)
    conflict = Conflict.objects.get()
    assert conflict.why == Why.MARKED
    assert Choice.TABLET not in choices_for(conflict)


def test_what_is_no_payload_is_kept_and_looked_at(klass: TrainingClass, tablet: FakeTablet) -> None:
    person = learners(klass)[0]
    tablet.write("practical", person, practical=str(practical_of(person).uid), marks="ja")
    tablet.write("opened", why=7)
    tablet.write("practical", practical=str(practical_of(person).uid), marks={}, photo=photo_hash())
    tablet.sync()
    tablet.send_photo()
    assert list(Conflict.objects.values_list("why", flat=True)) == [Why.SHAPE] * 3


def test_an_empty_wish_and_too_many_days_are_refused(
    cast: Cast, klass: TrainingClass, tablet: FakeTablet
) -> None:
    stands = Kit.objects.count()
    for wish in (Wish(), Wish(sittings=["别的考试"]), Wish(practicals=["x"], days=30)):
        with pytest.raises(BadInput):
            pack_kit(klass, tablet.row, wish, by=cast.class_manager, at=tablet.clock)
    assert Kit.objects.count() == stands


def test_only_an_examiner_takes_checklists(
    cast: Cast, klass: TrainingClass, tablet: FakeTablet
) -> None:
    only = Wish(practicals=everything(klass).practicals)
    with pytest.raises(BadInput):
        pack_kit(klass, tablet.row, only, by=cast.trainer_user, at=tablet.clock)
    taken = pack_kit(klass, tablet.row, everything(klass), by=cast.examiner, at=tablet.clock)
    assert len(taken.holds["practicals"]) == 2


def test_a_kit_is_fetched_until_the_tablet_has_it(
    cast: Cast, klass: TrainingClass, tablet: FakeTablet
) -> None:
    with pytest.raises(NotAllowed):
        contents_of(tablet.kit, at=tablet.clock)
    fresh = pack_kit(klass, tablet.row, everything(klass), by=cast.class_manager, at=tablet.clock)
    assert contents_of(fresh, at=tablet.clock) == contents_of(fresh, at=tablet.clock)
    with pytest.raises(Refused):
        contents_of(fresh, at=tablet.clock + 3 * HOURS)
