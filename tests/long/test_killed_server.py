"""The site is killed while a hall of learners signs in and answers: what was confirmed, stands."""

import http.client
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

import pytest
from django.utils.timezone import now

from anlan.assessments.models import Checklist, Sitting
from anlan.assessments.services import start_sitting
from anlan.attendance.codes import code_at
from anlan.attendance.models import Mark, MarkKind, Register
from anlan.classes import queries
from anlan.classes.models import EnrolmentSource, Session, TrainingClass
from anlan.classes.services.enrolments import enrol
from anlan.classes.services.exams import arrange_exam
from anlan.classes.tickets import ticket_for
from anlan.foundation.ledger.models import Entry
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.testing.cast import Cast, the_cast
from anlan.testing.classes import a_running_class, a_worker
from tests.long.city import City, Running, needs_proc
from tests.long.ledger import assert_database_whole, torn_leaves
from tests.long.site import Browser, enter, free_port, served

LEARNERS, ANSWERS, THREADS = 80, 3, 8
KILL_AFTER = LEARNERS * (1 + ANSWERS) // 3


@dataclass(frozen=True)
class Request:
    """What one phone sends: the same again when no answer came."""

    person: int
    path: str
    fields: dict[str, str] = field(default_factory=dict)
    answer: tuple[int, int] | None = None  # question, chosen position

    def send(self, phone: Browser) -> bool:
        """Whether the site has confirmed it. None of these may be refused."""
        try:
            if self.answer:
                no, chosen = self.answer
                came = phone.post_json(self.path, {"question": str(no), "answer": [str(chosen)]})
            else:
                came = phone.post(self.path, self.fields)
        except (OSError, http.client.HTTPException):
            return False
        assert came.status in (200, 302), (self.path, came.status, came.text[:400])
        return True


@dataclass
class Hall:
    """A class in session, its learners with their phones and papers."""

    session: Session
    people: list[Person]
    sittings: dict[int, Sitting]

    @property
    def register(self) -> Register:
        assert self.session.register is not None
        return self.session.register

    def requests(self) -> list[Request]:
        """One learner after another: the sign-in, then the answers; eight are sent at a time."""
        return [one for person in self.people for one in self._of(person)]

    def _of(self, person: Person) -> list[Request]:
        return [self._tap(person), *(self._answer(person, no) for no in range(1, ANSWERS + 1))]

    def _tap(self, person: Person) -> Request:
        at = now()
        code = code_at(self.register, at).token
        fields = {
            "ticket": ticket_for(self.session, person, code, at=at),
            "kind": MarkKind.IN.value,
            "nonce": str(uuid.uuid4()),
        }
        return Request(person.pk, f"/classes/session/{self.session.uid}/sign", fields)

    def _answer(self, person: Person, no: int) -> Request:
        path = f"/exams/{self.sittings[person.pk].uid}/answers"
        return Request(person.pk, path, answer=(no, no % 2))


@pytest.fixture(scope="module")
def hall(city: City) -> Hall:
    """Eighty learners, the door open since ten minutes, the exam running."""
    cast = the_cast()
    klass = a_running_class(cast, learners=0, quota=LEARNERS)
    people = [a_worker(cast, n) for n in range(LEARNERS)]
    how = {"organization": cast.enterprise, "source": EnrolmentSource.BOOKING, "at": now()}
    enrol(klass, people, by=cast.safety_officer, **how)  # type: ignore[arg-type]
    session = queries.sessions_of(klass)[0]
    at = now()
    Register.objects.filter(session=session).update(
        opens_at=at - timedelta(minutes=30),
        starts_at=at - timedelta(minutes=10),
        late_after=at + timedelta(hours=1),
        ends_at=at + timedelta(hours=3),
        closes_at=at + timedelta(hours=4),
    )
    session = Session.objects.select_related("register", "klass").get(pk=session.pk)
    return Hall(session, people, the_exam(klass, cast))


def the_exam(klass: TrainingClass, cast: Cast) -> dict[int, Sitting]:
    """Everybody's started paper by person."""
    at = now()
    arrange_exam(
        klass,
        opens_at=at,
        closes_at=at + timedelta(hours=3),
        checklist=Checklist.objects.order_by("id")[0],
        by=cast.class_manager,
        at=at,
    )
    found = Sitting.objects.filter(title__startswith=klass.title).select_related("person")
    for sitting in found:
        start_sitting(sitting, by=ensure_account(sitting.person, at=at), at=at)
    return {sitting.person_id: sitting for sitting in found}


class Crowd:
    """Eight threads send; when enough is confirmed the site is killed under them."""

    def __init__(self, phones: dict[int, Browser], site: Running) -> None:
        self.phones, self.site = phones, site
        self.confirmed: list[Request] = []
        self.open: list[Request] = []
        self._lock = Lock()
        self._killed = False

    def send(self, request: Request) -> None:
        done = request.send(self.phones[request.person])
        with self._lock:
            (self.confirmed if done else self.open).append(request)
            if len(self.confirmed) >= KILL_AFTER and not self._killed:
                self._killed = True
                self.site.kill()

    def send_all(self, requests: Sequence[Request]) -> None:
        with ThreadPoolExecutor(THREADS) as threads:
            for _ in threads.map(self.send, requests):
                pass


@needs_proc
def test_what_the_site_confirmed_survives_its_death(city: City, hall: Hall) -> None:
    """Fails when a confirmed sign-in or answer is missing after the kill, a sign-in stands
    without its ledger line or twice, a repeated request is refused, or the file is damaged."""
    port = free_port()
    phones = {p.pk: enter(ensure_account(p, at=now()), port) for p in hall.people}
    requests = hall.requests()
    with served(city, port) as site:
        crowd = Crowd(phones, site)
        crowd.send_all(requests)
    assert len(crowd.confirmed) >= KILL_AFTER
    assert len(crowd.open) > THREADS, "killed too late to prove anything"
    assert_stands(hall, crowd.confirmed)
    with served(city, port):
        late = [request.send(phones[request.person]) for request in crowd.open]
        assert all(late), "the site came back and some requests were still not answered"
    assert_stands(hall, requests)
    assert Mark.objects.filter(register=hall.register).count() == LEARNERS


def assert_stands(hall: Hall, confirmed: Sequence[Request]) -> None:
    """Nothing confirmed is missing, no mark without exactly one line, no line without its mark."""
    marks = list(Mark.objects.filter(register=hall.register, kind=MarkKind.IN))
    signed = [mark.person_id for mark in marks]
    assert len(signed) == len(set(signed))
    assert {r.person for r in confirmed if r.fields} <= set(signed)
    lines = Entry.objects.filter(subject=hall.register.subject, verb="signed_in")
    abouts = list(lines.values_list("about__ref", flat=True))
    people = {person.pk: str(person.uid) for person in hall.people}
    assert sorted(abouts) == sorted(people[pk] for pk in signed)
    for request in confirmed:
        if request.answer:
            no, chosen = request.answer
            kept = Sitting.objects.get(pk=hall.sittings[request.person].pk).answers
            assert kept.get(str(no)) == [chosen], request
    assert torn_leaves() == []
    assert_database_whole()
