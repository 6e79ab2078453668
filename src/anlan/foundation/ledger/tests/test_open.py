"""A commitment opens for whoever holds its salt, shows nothing to others, and dies with its key."""

import json
from typing import Any

import pytest
from django.db import connection

from anlan.foundation.ledger.models import Entry, SubjectKey
from anlan.foundation.ledger.queries import openings
from anlan.foundation.ledger.services import destroy_key, record
from anlan.proofs.canonical import leaf_hash, opens
from anlan.testing.cast import NOW, Cast

pytestmark = pytest.mark.django_db
PERSON = "5f1d7c1a-0000-4000-8000-000000000001"
PERSONAL: dict[str, Any] = {"learner": "赵明安", "marks": {"理论": 92, "实操": None}}


def about_them(person: str = PERSON) -> Entry:
    record("class/c1", "signed_in", by=None, at=NOW, about=person, personal=PERSONAL)
    return Entry.objects.order_by("id").select_related("about").last() or Entry()


def commitments(entry: Entry) -> dict[str, str]:
    found: dict[str, str] = json.loads(entry.leaf)["commitments"]
    return found


def test_every_commitment_opens_with_its_opening_and_with_no_other_value() -> None:
    entry = about_them()
    given = openings(entry, PERSONAL)
    assert [opening["name"] for opening in given] == list(PERSONAL)
    for opening in given:
        committed, salt = commitments(entry)[opening["name"]], bytes.fromhex(opening["salt"])
        assert opening["entry"] == str(entry.uid)
        assert opens(committed, salt, opening["value"])
        assert not opens(committed, salt, "钱大勇")
        assert not opens(committed, bytes(16), opening["value"])


def test_one_opening_opens_nothing_else() -> None:
    entry, other = about_them(), about_them()
    learner, marks = (bytes.fromhex(o["salt"]) for o in openings(entry, PERSONAL))
    assert learner != marks
    assert not opens(commitments(entry)["marks"], learner, PERSONAL["marks"])
    assert not opens(commitments(other)["learner"], learner, PERSONAL["learner"])


def test_the_same_person_can_not_be_followed_from_entry_to_entry() -> None:
    entries = [about_them(), about_them(), about_them("somebody-else")]
    seen = [value for entry in entries for value in commitments(entry).values()]
    assert len(set(seen)) == len(seen)


def test_an_entry_about_nobody_has_nothing_to_open() -> None:
    record("class/c1", "class_started", by=None, at=NOW)
    assert openings(Entry.objects.get(), PERSONAL) == []


def test_the_secret_is_sealed_in_its_column() -> None:
    about_them()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM ledger_subjectkey")
        raw = str(cursor.fetchone()[0])
    assert SubjectKey.objects.get().secret not in raw


def test_a_destroyed_key_opens_nothing_and_changes_no_leaf(cast: Cast) -> None:
    entry, other = about_them(), about_them("somebody-else")
    before = [(e.leaf, bytes(e.leaf_hash)) for e in Entry.objects.order_by("id")]
    destroy_key(PERSON, by=cast.city_official, at=NOW)
    entry = Entry.objects.select_related("about").get(pk=entry.pk)
    assert openings(entry, PERSONAL) == []
    assert len(openings(other, PERSONAL)) == 2
    assert [(e.leaf, bytes(e.leaf_hash)) for e in Entry.objects.order_by("id")[:2]] == before
    assert bytes(entry.leaf_hash) == leaf_hash(entry.leaf.encode())
    key = SubjectKey.objects.get(ref=PERSON)
    assert (key.secret, key.destroyed_at) == ("", NOW)


def test_destroying_a_key_is_itself_in_the_ledger(cast: Cast) -> None:
    about_them()
    destroy_key(PERSON, by=cast.city_official, at=NOW)
    line = Entry.objects.order_by("-id")[0]
    assert (line.subject, line.verb) == (f"person/{PERSON}", "key_destroyed")
    assert line.actor == f"user/{cast.city_official.uid}"


def test_somebody_who_comes_back_gets_a_fresh_secret_and_the_old_lines_stay_closed(
    cast: Cast,
) -> None:
    before = about_them()
    destroy_key(PERSON, by=cast.city_official, at=NOW)
    after = about_them()
    before = Entry.objects.select_related("about").get(pk=before.pk)
    assert openings(before, PERSONAL) == []
    assert [opening["name"] for opening in openings(after, PERSONAL)] == list(PERSONAL)
    assert SubjectKey.objects.get(ref=PERSON).destroyed_at == NOW


def test_a_value_that_was_corrected_since_stays_closed() -> None:
    entry = about_them()
    changed = {**PERSONAL, "learner": "钱大勇"}
    assert [opening["name"] for opening in openings(entry, changed)] == ["marks"]
