"""The hot path of the door: many scans at once, each once, whatever comes twice or by another way."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.core.cache import cache
from django.db import transaction

from anlan.attendance.codes import code_at
from anlan.attendance.models import Device, Mark, MarkKind, OtherPhone, Pause, Register
from anlan.attendance.services import place_register
from anlan.classes import intake, tickets
from anlan.classes.models import EnrolmentSource, Session, Status, TrainingClass, WrongCode
from anlan.classes.services.enrolments import enrol
from anlan.classes.services.reviews import cancel_class
from anlan.classes.tests.scenes import a_learner, the_door
from anlan.foundation.accounts.models import User
from anlan.foundation.intake import passes
from anlan.foundation.intake.endpoints import Item
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.lib.refusals import Refused
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_bookable_class, a_running_class, a_worker

PHONES = ("a" * 32, "b" * 32, "c" * 32)


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> None:
    cache.clear()


class Answer:
    """What a phone was told: the status that the intake gives an answer or a refusal."""

    def __init__(self, said: Any) -> None:
        self.status = said.status if isinstance(said, Refused) else 200
        self.json = {"message": said.message} | (
            {} if isinstance(said, Refused) else msgspec.to_builtins(said)
        )


class Hour:
    """The server's clock in these stories."""

    now = NOW


Tell = Callable[[datetime], None]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Tell:
    """The server's clock stands where the story wants it."""
    return lambda moment: monkeypatch.setattr(Hour, "now", moment)


class Phone:
    """One learner's phone before one door; it asks the writer alone, as a batch of one."""

    def __init__(self, person: Person, session: Session, device: str = PHONES[0]) -> None:
        self.user, self.session = ensure_account(person, at=NOW), session
        self.device = device

    def asks(self, kind: str = "in", **more: Any) -> Answer:
        body = {"session": str(self.session.uid), "kind": kind, "nonce": str(uuid.uuid4())} | more
        asked = msgspec.json.decode(msgspec.json.encode(body), type=intake.Sign)
        token = passes.issue(self.user, at=Hour.now, device=self.device)
        who = passes.read(token, at=Hour.now)
        with transaction.atomic():
            return Answer(intake.sign([Item(who, asked, Hour.now, "10.0.0.7")])[0])


def told(register: Register, verb: str) -> int:
    return Entry.objects.filter(subject=register.subject, verb=verb).count()


def test_in_and_out_by_the_code_with_the_hours_so_far(cast: Cast, tell: Tell) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = Phone(a_learner(klass), session)
    tell(register.starts_at)
    came = phone.asks(code=code_at(register, register.starts_at).token)
    assert (came.status, came.json["late"], came.json["again"]) == (200, False, False)
    assert "签到成功" in came.json["message"]
    tell(register.ends_at)
    left = phone.asks("out", code=code_at(register, register.ends_at).token)
    assert (left.json["hours"], left.json["hours_planned"]) == (4.0, 24)
    assert set(Mark.objects.values_list("kind", "by")) == {
        (MarkKind.IN, phone.user.pk),
        (MarkKind.OUT, phone.user.pk),
    }
    assert (told(register, "signed_in"), told(register, "signed_out")) == (1, 1)


def test_a_repeat_gets_its_mark_and_another_try_the_time_of_the_first(
    cast: Cast, tell: Tell
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone, code = Phone(a_learner(klass), session), code_at(register, register.starts_at).token
    tell(register.starts_at)
    nonce = str(uuid.uuid4())
    assert phone.asks(code=code, nonce=nonce).json["again"] is False
    tell(register.starts_at + timedelta(minutes=9))
    repeat = phone.asks(code=code, nonce=nonce)
    assert (repeat.status, repeat.json["again"]) == (200, True), "however old its code has become"
    later = register.starts_at + timedelta(minutes=9)
    second = phone.asks(code=code_at(register, later).token)
    assert second.status == 200
    assert "08:30 已签到，不用再签" in second.json["message"]
    assert (Mark.objects.count(), told(register, "signed_in")) == (1, 1)


@pytest.mark.parametrize("who", ["outsider", "cancelled", "nowhere"])
def test_who_may_not_is_refused_and_nothing_changes(cast: Cast, tell: Tell, who: str) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    person = a_worker(cast, 7) if who == "outsider" else a_learner(klass)
    if who == "cancelled":
        cancel_class(klass, by=cast.class_manager, at=NOW, reason="讲师生病")
    if who == "nowhere":
        session.uid = uuid.uuid4()
    tell(register.starts_at)
    answer = Phone(person, session).asks(code=code_at(register, register.starts_at).token)
    assert answer.status == 409
    assert klass.title not in answer.json["message"]
    assert not Mark.objects.exists()
    assert not Device.objects.exists()


def test_a_code_of_minutes_ago_is_refused_unless_it_was_kept_without_a_network(
    cast: Cast, tell: Tell
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone, scanned = Phone(a_learner(klass), session), register.late_after - timedelta(seconds=20)
    shown = code_at(register, scanned)
    tell(scanned + timedelta(minutes=2))
    assert phone.asks(code=shown.token).status == 409
    kept = phone.asks(code=shown.token, scanned_at=scanned.isoformat())
    assert kept.status == 200
    mark = Mark.objects.get()
    assert (mark.at, mark.late) == (shown.valid_until, False), "the code says when, not the phone"
    assert mark.code_age is not None
    assert mark.code_age >= 100
    assert '"code_age":' in Entry.objects.get(verb="signed_in").leaf


@pytest.mark.parametrize("age", ["digits", "old"])
def test_what_was_kept_too_long_or_was_typed_is_no_kept_scan(
    cast: Cast, tell: Tell, age: str
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    shown = code_at(register, register.starts_at)
    tell(register.starts_at + timedelta(minutes=2 if age == "digits" else 4))
    code = shown.digits if age == "digits" else shown.token
    answer = Phone(a_learner(klass), session).asks(
        code=code, scanned_at=register.starts_at.isoformat()
    )
    assert answer.status == 409
    assert not Mark.objects.exists()


def test_a_ticket_is_as_good_as_the_code_for_its_own_person(cast: Cast, tell: Tell) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    at, mine = register.starts_at, a_learner(klass)
    ticket = tickets.ticket_for(session, mine, code_at(register, at).token, at=at)
    tell(at + timedelta(minutes=2))
    assert Phone(a_learner(klass, 1), session, PHONES[1]).asks(ticket=ticket).status == 409
    assert not Mark.objects.exists()
    assert Phone(mine, session).asks(ticket=ticket).status == 200
    assert Mark.objects.get().at == at + timedelta(minutes=2)


def test_ten_wrong_digits_lock_one_person_and_nobody_else(cast: Cast, tell: Tell) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    tell(register.starts_at)
    right = code_at(register, register.starts_at).digits
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    guesser = Phone(a_learner(klass), session)
    assert [guesser.asks(code=wrong).status for _ in range(10)] == [409] * 10
    assert guesser.asks(code=right).status == 429
    cache.clear()  # another server process has counted nothing itself
    assert guesser.asks(code=right).status == 429
    assert Phone(a_learner(klass, 1), session, PHONES[1]).asks(code=right).status == 200
    tell(register.starts_at + timedelta(minutes=11))
    cache.clear()
    now_right = code_at(register, register.starts_at + timedelta(minutes=11)).digits
    assert guesser.asks(code=now_right).status == 200
    assert WrongCode.objects.count() == 10


def test_the_first_phone_becomes_the_own_one_and_another_is_a_counted_exception(
    cast: Cast, tell: Tell
) -> None:
    klass = a_running_class(cast)
    (morning, first), (afternoon, second) = the_door(klass, 0), the_door(klass, 1)
    person = a_learner(klass)
    tell(first.starts_at)
    Phone(person, morning).asks(code=code_at(first, first.starts_at).token, label="Android")
    own = Device.objects.get()
    assert (own.person, own.label, own.released_at) == (person, "Android", None)
    assert own.index != PHONES[0]
    tell(second.starts_at)
    code = code_at(second, second.starts_at).token
    answer = Phone(person, afternoon, PHONES[1]).asks(code=code, other_phone="borrowed")
    assert answer.status == 200
    assert Mark.objects.get(register=second).other_phone == OtherPhone.BORROWED
    assert Device.objects.get() == own
    assert "借用他人手机" in Entry.objects.get(subject=second.subject, verb="signed_in").leaf


def test_a_new_phone_takes_the_place_of_the_old_and_is_counted_too(cast: Cast, tell: Tell) -> None:
    klass = a_running_class(cast)
    (morning, first), (afternoon, second) = the_door(klass, 0), the_door(klass, 1)
    person = a_learner(klass)
    tell(first.starts_at)
    Phone(person, morning).asks(code=code_at(first, first.starts_at).token)
    tell(second.starts_at)
    code = code_at(second, second.starts_at).token
    Phone(person, afternoon, PHONES[1]).asks(code=code, other_phone="new")
    assert Mark.objects.get(register=second).other_phone == OtherPhone.NEW
    assert Device.objects.filter(released_at=None).count() == 1
    assert Device.objects.count() == 2


def test_only_the_distance_is_kept_and_only_where_the_door_has_a_place(
    cast: Cast, tell: Tell
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    how = {"by": cast.class_manager, "at": NOW}
    place_register(register, latitude=36.6512, longitude=117.1201, **how)  # type: ignore[arg-type]
    tell(register.starts_at)
    code = code_at(register, register.starts_at).token
    there = {"latitude": 36.6612, "longitude": 117.1201, "accuracy": 50}
    assert Phone(a_learner(klass), session).asks(code=code, place=there).status == 200
    assert Mark.objects.get().distance == pytest.approx(1112 - 50, abs=3)
    wild = {"latitude": 1e308, "longitude": -1e308, "accuracy": -5}
    assert Phone(a_learner(klass, 1), session, PHONES[1]).asks(code=code, place=wild).status == 200


def test_going_out_and_coming_back_are_kept_and_cost_what_is_over_the_rule(
    cast: Cast, tell: Tell
) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    phone = Phone(a_learner(klass), session)

    def at(minutes: int, kind: str) -> Answer:
        moment = register.starts_at + timedelta(minutes=minutes)
        tell(moment)
        return phone.asks(kind, code=code_at(register, moment).token)

    assert at(0, "back").status == 409
    assert at(0, "in").status == 200
    assert at(30, "pause").status == 200
    assert at(31, "pause").status == 409, "already out"
    assert at(110, "back").status == 200
    minutes = int((register.ends_at - register.starts_at).total_seconds()) // 60
    left = at(minutes, "out")
    share = (minutes - (80 - register.pause_minutes)) / minutes
    assert left.json["hours"] == int(4 * share * 2) / 2
    assert Pause.objects.get().back_at == register.starts_at + timedelta(minutes=110)
    assert (told(register, "went_out"), told(register, "came_back")) == (1, 1)


def scans(
    users: list[User], session: Session, register: Register, at: datetime
) -> list[Item[intake.Sign]]:
    """One scan of each of these people, from a phone of their own."""
    code = code_at(register, at).token
    return [
        Item(
            _pass(user, n, at),
            intake.Sign(session=session.uid, kind="in", nonce=uuid.uuid4(), code=code),
            at,
            "10.0.0.7",
        )
        for n, user in enumerate(users)
    ]


def _pass(user: User, n: int, at: datetime) -> Any:
    return passes.read(passes.issue(user, at=at, device=f"{n + 1:032x}"), at=at)


def test_a_batch_asks_the_database_no_more_than_one_scan_does(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    klass = a_running_class(cast, learners=8)
    session, register = the_door(klass)
    users = [ensure_account(a_learner(klass, n), at=NOW) for n in range(8)]
    batch = scans(users, session, register, register.starts_at)
    with django_assert_max_num_queries(18):
        answers = intake.sign(batch)
    assert [type(one) for one in answers] == [intake.Signed] * 8
    assert Mark.objects.count() == told(register, "signed_in") == 8


def test_in_one_batch_the_good_the_bad_and_the_repeated_each_get_their_own(cast: Cast) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    at = register.starts_at
    users = [ensure_account(a_learner(klass, n), at=NOW) for n in range(2)]
    stranger = ensure_account(a_worker(cast, 7), at=NOW)
    good, other, strange = scans([*users, stranger], session, register, at)
    wrong = Item(
        other.who, intake.Sign(session.uid, "in", uuid.uuid4(), code="AAAABBBBCCCCDDDD"), at
    )
    out = Item(good.who, intake.Sign(session.uid, "out", uuid.uuid4(), code=good.asked.code), at)
    answers = intake.sign([good, strange, wrong, good, other, other, out])
    assert [isinstance(one, Refused) for one in answers] == [False, True, True, *[False] * 4]
    assert Mark.objects.filter(kind=MarkKind.IN).count() == 2
    assert told(register, "signed_in") == 2


def test_the_first_of_a_batch_begins_the_class_once(cast: Cast) -> None:
    klass = a_bookable_class(cast)
    people = [a_worker(cast, serial) for serial in (1, 2)]
    enrol(
        klass,
        people,
        organization=cast.enterprise,
        source=EnrolmentSource.BOOKING,
        by=cast.safety_officer,
        at=NOW,
    )
    session, register = the_door(TrainingClass.objects.get(pk=klass.pk))
    users = [ensure_account(person, at=NOW) for person in people]
    early = scans(users, session, register, register.opens_at - timedelta(minutes=5))
    assert all(isinstance(one, Refused) for one in intake.sign(early))
    klass.refresh_from_db()
    assert klass.status == Status.APPROVED, "a refused sign-in begins nothing"
    intake.sign(scans(users, session, register, register.starts_at))
    klass.refresh_from_db()
    assert (klass.status, klass.started_at) == (Status.RUNNING, register.starts_at)
    assert Entry.objects.filter(subject=klass.subject, verb="class_started").count() == 1
