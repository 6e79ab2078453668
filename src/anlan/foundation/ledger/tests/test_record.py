"""A line is written with the fact or not at all, and many at once like one by one."""

import json
from typing import Any

import pytest
from django.db import transaction

from anlan.foundation.ledger.models import Entry, SubjectKey, TimeSource
from anlan.foundation.ledger.services import Line, record, record_many
from anlan.testing.cast import NOW, Cast, an_id_number

pytestmark = pytest.mark.django_db
PERSON = "5f1d7c1a-0000-4000-8000-000000000001"
PERSONAL = {"name": "欧阳安澜", "id_number": an_id_number(7), "phone": "13800138000"}


class ChangedMyMind(Exception):
    """What a service raises when its check fails late."""


def test_a_transaction_that_is_rolled_back_leaves_no_line() -> None:
    def falls_late() -> None:
        with transaction.atomic():
            record("class/c1", "enrolled", by=None, at=NOW, about=PERSON, personal=PERSONAL)
            raise ChangedMyMind

    with pytest.raises(ChangedMyMind):
        falls_late()
    assert not Entry.objects.exists()
    assert not SubjectKey.objects.exists()


def test_nothing_personal_stands_in_a_leaf(cast: Cast) -> None:
    officer = cast.safety_officer
    record("class/c1", "enrolled", by=officer, at=NOW, about=PERSON, personal=PERSONAL)
    leaf = Entry.objects.get().leaf
    for secret in (*PERSONAL.values(), PERSON, officer.name, officer.username):
        assert secret not in leaf
    assert json.loads(leaf)["actor"] == f"user/{officer.uid}"
    assert sorted(json.loads(leaf)["commitments"]) == ["id_number", "name", "phone"]


def test_every_entry_has_its_own_uid_and_stands_in_the_order_it_was_said() -> None:
    record_many([Line("class/c1", "enrolled", None, NOW, {"n": n}) for n in range(5)])
    entries = Entry.objects.order_by("id")
    assert [json.loads(entry.leaf)["data"]["n"] for entry in entries] == list(range(5))
    assert len({entry.uid for entry in entries}) == 5


def test_many_lines_are_what_they_are_one_by_one(cast: Cast) -> None:
    said = [
        Line("class/c1", "class_started", None, NOW),
        Line("class/c1", "enrolled", cast.safety_officer, NOW, {"source": "booking"}, PERSON),
        Line(
            "class/c1", "signed_in", cast.class_manager, NOW, {}, PERSON, PERSONAL,
            "tablet-7", TimeSource.PAPER,
        ),
    ]  # fmt: skip
    together = [_but_its_own(entry) for entry in record_many(said)]
    apart = [_but_its_own(_record(line)) for line in said]
    assert together == apart


def test_one_key_serves_all_lines_about_a_person_and_none_is_made_for_nobody() -> None:
    line = Line("class/c1", "signed_in", None, NOW, about=PERSON, personal=PERSONAL)
    record_many([line, line, Line("class/c1", "class_started", None, NOW)])
    record_many([line])
    assert SubjectKey.objects.get().ref == PERSON
    assert Entry.objects.filter(about__ref=PERSON).count() == 3
    assert record_many([]) == []


def _record(line: Line) -> Entry:
    return record(
        line.subject,
        line.verb,
        by=line.by,
        at=line.at,
        about=line.about,
        personal=line.personal,
        device=line.device,
        time_source=line.time_source,
        **line.data,
    )


def _but_its_own(entry: Entry) -> dict[str, Any]:
    """A leaf and its columns without what is every entry's own: uid, server time, salts."""
    leaf = json.loads(entry.leaf)
    own = {"id", "recorded", "commitments"}
    columns = {"about": entry.about_id, "time_source": entry.time_source, "device": entry.device}
    shape = {"commitments": sorted(leaf["commitments"]), "columns": columns}
    return {key: value for key, value in leaf.items() if key not in own} | shape
