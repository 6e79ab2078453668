"""核对: what is odd about a sign is shown by name, and a person decides whether it counts."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from anlan.attendance.codes import code_at
from anlan.attendance.models import Mark, MarkKind, Register, StruckMark
from anlan.attendance.queries import hours_of
from anlan.classes.evidence import missing_evidence
from anlan.classes.models import Session, TrainingClass
from anlan.classes.roll import odd_signs
from anlan.classes.services.door import sign_by_code
from anlan.classes.tests.conftest import SetClock
from anlan.classes.tests.scenes import Enter, a_learner, the_door
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class


def comes(
    session: Session,
    person: Person,
    *,
    kind: MarkKind = MarkKind.IN,
    device: str = "",
    address: str = "10.0.0.1",
    other_phone: str = "",
) -> Mark:
    register = session.register
    assert register is not None
    at = register.starts_at if kind == MarkKind.IN else register.ends_at
    return sign_by_code(
        session,
        person,
        kind,
        code_at(register, at).token,
        by=ensure_account(person, at=NOW),
        at=at,
        device=device or f"{person.pk:032x}",
        address=address,
        other_phone=other_phone,
    )


def kinds(session: Session) -> dict[str, list[str]]:
    return {one.mark.person.name: one.kinds for one in odd_signs(session)}


def told(register: Register) -> list[str]:
    found = Entry.objects.filter(subject=register.subject).order_by("id")
    return list(found.values_list("verb", flat=True))


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    return a_running_class(cast, learners=6)


def test_plain_signs_are_not_odd(klass: TrainingClass) -> None:
    session, _register = the_door(klass)
    for n in range(6):
        comes(session, a_learner(klass, n))
    assert kinds(session) == {}


def test_a_phone_that_was_never_here_and_an_address_apart_are_asked_about(
    klass: TrainingClass,
) -> None:
    (morning, _first), (afternoon, _second) = the_door(klass, 0), the_door(klass, 1)
    for n in range(6):
        comes(morning, a_learner(klass, n))
        last = n == 5
        address, device = ("10.9.9.9", "f" * 32) if last else ("10.0.0.1", "")
        comes(afternoon, a_learner(klass, n), address=address, device=device, other_phone="new")
    assert kinds(morning) == {}
    assert kinds(afternoon) == {a_learner(klass, 5).name: ["other_phone", "address"]}
    Mark.objects.filter(register=afternoon.register).update(other_phone="", address="")
    assert kinds(afternoon) == {a_learner(klass, 5).name: ["new_here"]}


@pytest.mark.parametrize(
    ("facts", "kind"), [({"code_age": 10}, "code_age"), ({"distance": 1000}, "distance")]
)
def test_an_old_code_and_a_place_far_away_are_asked_about_from_the_rule_on(
    klass: TrainingClass, facts: dict[str, int], kind: str
) -> None:
    session, _register = the_door(klass)
    mark = comes(session, a_learner(klass))
    name, value = next(iter(facts.items()))
    Mark.objects.filter(pk=mark.pk).update(**{name: value - 1})
    assert kinds(session) == {}
    Mark.objects.filter(pk=mark.pk).update(**facts)
    assert kinds(session) == {a_learner(klass).name: [kind]}


def post(cast: Cast, browser_of: Enter, session: Session, **sent: object) -> int:
    url = reverse("classes:check", args=[session.uid])
    return browser_of(cast.class_manager).post(url, sent).status_code


def test_a_confirmed_sign_counts_and_says_who_looked(
    cast: Cast, klass: TrainingClass, browser_of: Enter, clock: SetClock
) -> None:
    session, register = the_door(klass)
    mark = comes(session, a_learner(klass), device="e" * 32)
    comes(session, a_learner(klass, 1), device="e" * 32)
    sent = {"mark": mark.pk, "decision": "keep", "reason": "手机没电借用，本人在场"}
    assert post(cast, browser_of, session, **sent) == 200
    mark.refresh_from_db()
    assert (mark.checked_by, mark.checked_reason) == (cast.class_manager, "手机没电借用，本人在场")
    assert told(register)[-1] == "mark_confirmed"
    leaf = Entry.objects.get(verb="mark_confirmed").leaf
    assert '"shared_phone"' in leaf
    assert "手机没电" not in leaf, "the reason is committed to, not written"
    assert post(cast, browser_of, session, **sent) == 409


def test_a_struck_sign_stays_visible_and_counts_no_more(
    cast: Cast, klass: TrainingClass, browser_of: Enter, clock: SetClock
) -> None:
    session, register = the_door(klass)
    person = a_learner(klass)
    mark = comes(session, person)
    comes(session, person, kind=MarkKind.OUT)
    assert hours_of([register]) == {person.pk: 4}
    assert post(cast, browser_of, session, mark=mark.pk, decision="strike", reason="") == 422
    assert Mark.objects.count() == 2
    sent = {"mark": mark.pk, "decision": "strike", "reason": "本人不在现场"}
    assert post(cast, browser_of, session, **sent) == 200
    assert not Mark.objects.exists()
    assert hours_of([register]) == {}
    assert set(StruckMark.objects.values_list("kind", "nonce", "struck_reason")) >= {
        (MarkKind.IN, mark.nonce, "本人不在现场")
    }
    assert told(register) == ["signed_in", "signed_out", "mark_struck", "mark_struck"]
    page = browser_of(cast.class_manager).get(reverse("classes:checks", args=[session.uid]))
    assert "已划除" in page.content.decode()
    comes(session, person)  # who is really there may sign again
    assert Mark.objects.count() == 1


def test_nobody_else_checks(
    cast: Cast, klass: TrainingClass, browser_of: Enter, clock: SetClock
) -> None:
    session, _register = the_door(klass)
    mark = comes(session, a_learner(klass))
    url = reverse("classes:check", args=[session.uid])
    sent = {"mark": mark.pk, "decision": "strike", "reason": "看着不像"}
    for user in (cast.trainer_user, cast.city_official, cast.rival_manager, cast.outsider):
        assert browser_of(user).post(url, sent).status_code == 404
    assert Mark.objects.filter(checked_at=None).count() == 1


def test_a_phone_changed_too_often_must_be_looked_at_before_the_class_closes(
    cast: Cast, klass: TrainingClass
) -> None:
    Rule.objects.filter(key="attendance.device_free").update(value=1)
    person = a_learner(klass)
    comes(the_door(klass, 0)[0], person)
    for n in (1, 2):
        comes(the_door(klass, n)[0], person, device=f"{n}b" * 16, other_phone="borrowed")
    late = over(klass)
    gaps = [gap.text for gap in missing_evidence(klass, at=late) if gap.where == "checks"]
    assert gaps == ["有 1 条换用手机的签到还没有核对，请在签到屏上确认或划除。"]
    assert [one.must for one in odd_signs(the_door(klass, 1)[0])] == [False], "the first is free"
    assert [one.must for one in odd_signs(the_door(klass, 2)[0])] == [True]
    Rule.objects.filter(key="attendance.device_free").update(value=2)
    assert not [gap for gap in missing_evidence(klass, at=late) if gap.where == "checks"]


def over(klass: TrainingClass) -> datetime:
    session = klass.sessions.order_by("-day", "-half")[0]
    assert session.register is not None
    return session.register.closes_at + timedelta(hours=1)
