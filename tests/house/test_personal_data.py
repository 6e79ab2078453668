"""Every table that knows a person, or a learner's account, is answered for by some kind of data."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import ForeignKey

from anlan.foundation.accounts.models import User
from anlan.identity.kept import kinds
from anlan.identity.models import Person

# Who did it in an office: names of keys to users that say an act, never whom a row is about.
ACTS = {
    "added_by",
    "answered_by",
    "applied_by",
    "asked_by",
    "assignee",
    "author",
    "checked_by",
    "closed_by",
    "confirmed_by",
    "decided_by",
    "declared_by",
    "ended_by",
    "examined_by",
    "examiner",
    "expert",
    "granted_by",
    "handler",
    "held_by",
    "inspector",
    "issued_by",
    "made_by",
    "manager",
    "named_by",
    "opened_by",
    "paid_by",
    "printed_by",
    "proposed_by",
    "received_by",
    "recorded_by",
    "rectified_by",
    "registered_by",
    "released_by",
    "requested_by",
    "reviewed_by",
    "reviewer",
    "revoked_by",
    "scanned_by",
    "settled_by",
    "struck_by",
    "then_publish",
}
OFFICE = "written by people at work for an office: officials, managers, teachers, safety officers"
EXCUSED = {
    "accounts.LoginSession.user": "covered as the account's",
    "files.StoredFile.uploaded_by": "the account is closed without a name; the file has its room",
    "files.Upload.by": "forgotten within a day by its own job",
    "identity.Person.user": "the tombstone keeps its nameless account",
    "trainers.Trainer.user": "a teacher's professional record, not a learner's",
}
BY = {  # `by`: who wrote the row
    "archives": OFFICE,
    "assessments": OFFICE,
    "attendance": OFFICE,
    "bookings": OFFICE,
    "classes": OFFICE,
    "courses": OFFICE,
    "exemplars": OFFICE,
    "hazards": OFFICE,
    "identity": OFFICE,
    "injuries": OFFICE,
    "kits": OFFICE,
    "recordings": OFFICE,
    "supervision": OFFICE,
    "visits": OFFICE,
}


def test_every_key_to_a_person_is_answered_for() -> None:
    covered = _covered()
    left = [name for name, model in _keys(Person) if model not in covered]
    assert left == []


def test_every_key_to_an_account_is_answered_for_or_excused() -> None:
    covered = _covered()
    left = []
    for name, model in _keys(User):
        field = name.rsplit(".", 1)[1]
        act = field in ACTS or (field == "by" and model.split(".")[0] in BY)
        if model not in covered and not act and name not in EXCUSED:
            left.append(name)
    assert left == []


def test_what_is_excused_and_covered_is_there() -> None:
    names = {name for name, _ in [*_keys(User), *_keys(Person)]}
    assert set(EXCUSED) <= names
    assert {name.rsplit(".", 1)[1] for name in names} >= ACTS
    known = {model._meta.label for model in apps.get_models()}
    assert _covered() <= known


def test_every_kind_says_what_for_and_by_which_law() -> None:
    found = kinds()
    assert len({kind.key for kind in found}) == len(found)
    assert all(kind.title and kind.purpose and kind.basis for kind in found)


def _covered() -> set[str]:
    return {label for kind in kinds() for label in kind.models}


def _keys(target: type[Person] | type[User]) -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        for field in model._meta.get_fields(include_hidden=True):
            if isinstance(field, ForeignKey) and field.remote_field.model is target:
                yield f"{model._meta.label}.{field.name}", model._meta.label
