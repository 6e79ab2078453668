"""Several server processes at one door: whoever is first counts, nobody counts twice."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from anlan.attendance.codes import code_at
from anlan.attendance.models import Mark
from anlan.classes import intake
from anlan.classes.tests.scenes import a_learner, the_door
from anlan.classes.tests.test_sign_by_script import PHONES, scans, told
from anlan.foundation.intake import application
from anlan.foundation.intake.endpoints import Item
from anlan.foundation.rules.services import load_rules
from anlan.identity.services import ensure_account
from anlan.testing.cast import NOW, Cast
from anlan.testing.classes import a_running_class
from anlan.testing.intake import Door

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _rules_stand(db: None) -> None:
    """A story that commits leaves an empty database to the next one."""
    load_rules()


def test_through_the_door_of_the_intake(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    klass = a_running_class(cast)
    session, register = the_door(klass)
    monkeypatch.setattr(application, "now", lambda: register.starts_at)
    user = ensure_account(a_learner(klass), at=NOW)
    door = Door(intake.ENDPOINTS, user=user, device=PHONES[0])
    body = {"session": str(session.uid), "kind": "in", "nonce": str(uuid.uuid4())}
    code = code_at(register, register.starts_at).token
    assert door.ask("attendance/sign", body | {"code": "x" * 16}).status == 409
    assert door.ask("attendance/sign", body | {"kind": "sideways"}).status == 422
    assert door.ask("attendance/sign", body | {"code": code}).json["late"] is False
    assert door.ask("attendance/sign", body | {"code": code}).json["again"] is True
    assert Mark.objects.get().device == PHONES[0]


def test_threads_that_sign_the_same_people_at_once_make_one_mark_each(cast: Cast) -> None:
    klass = a_running_class(cast, learners=3)
    session, register = the_door(klass)
    users = [ensure_account(a_learner(klass, n), at=NOW) for n in range(3)]
    same = scans(users, session, register, register.starts_at)
    batches = [same, scans(users, session, register, register.starts_at), same[::-1]]
    told_all: list[object] = []
    # On PostgreSQL each batch comes to a server process of its own; SQLite's table in memory has one.
    groups = [Door(intake.ENDPOINTS).application.hatches["attendance/sign"].group for _ in batches]
    doors = groups if connection.vendor == "postgresql" else groups[:1] * 3
    start = threading.Barrier(9)

    def come(group: Any, item: Item[intake.Sign]) -> None:
        try:
            start.wait(10)
            told_all.append(group.submit(item))
        except Exception as raised:
            told_all.append(raised)
        finally:
            connection.close()

    pairs = [(group, one) for group, batch in zip(doors, batches, strict=True) for one in batch]
    threads = [threading.Thread(target=come, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [one for one in told_all if not isinstance(one, intake.Signed)] == []
    assert Mark.objects.count() == told(register, "signed_in") == 3
    assert len({(one.at, one.kind) for one in told_all if isinstance(one, intake.Signed)}) == 1
