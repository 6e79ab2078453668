"""Ledger lines for an archive, with the values that open their commitments.

A class archive therefore holds names and ID numbers: it is for officials and the provider only.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from anlan.archives.models import Certificate
from anlan.attendance.models import Mark, MarkKind
from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.queries import subjects_of
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import entries_of, openings
from anlan.identity.models import Person
from anlan.proofs.canonical import opens
from anlan.proofs.ledger_lines import ledger_line, openings_file

VERBS = {MarkKind.IN: "signed_in", MarkKind.OUT: "signed_out"}
Reasons = Mapping[tuple[str, str, str], str]


def class_subjects(klass: TrainingClass) -> list[str]:
    """The class's ledger subjects, with those of its learners and their certificates."""
    certificates = Certificate.objects.filter(enrolment__klass=klass).values_list("uid", flat=True)
    people = klass.enrolments.values_list("uid", flat=True)
    return [
        *subjects_of(klass),
        *(f"enrolment/{uid}" for uid in people),
        *(f"certificate/{uid}" for uid in certificates),
    ]


def class_entries(klass: TrainingClass) -> list[Entry]:
    return list(entries_of(class_subjects(klass)).select_related("about"))


def persons_of(klass: TrainingClass) -> dict[str, Person]:
    """Everybody who was ever on the list, by the name that the ledger knows them by."""
    found = Enrolment.objects.filter(klass=klass).select_related("person")
    return {str(one.person.uid): one.person for one in found}


def reasons_of(klass: TrainingClass, person: Person | None = None) -> Reasons:
    """Why somebody else signed (for one person, or all): committed to in the ledger.

    By (register subject, person, verb).
    """
    marks = Mark.objects.filter(register__session__klass=klass).exclude(reason="")
    if person is not None:
        marks = marks.filter(person=person)
    return {
        (mark.register.subject, str(mark.person.uid), VERBS[MarkKind(mark.kind)]): mark.reason
        for mark in marks.select_related("register", "person")
    }


def ledger_file(entries: Iterable[Entry]) -> bytes:
    """ledger.jsonl."""
    return b"".join(ledger_line(e.leaf, bytes(e.leaf_hash), e.alg) for e in entries)


def opened_file(entries: Sequence[Entry], persons: Mapping[str, Person], reasons: Reasons) -> bytes:
    """openings.json: what is known and opens. A line about somebody whose name was corrected
    later stays closed, rather than accuse the archive of tampering."""
    return openings_file(
        (opening["entry"], opening["name"], bytes.fromhex(opening["salt"]), opening["value"])
        for entry in entries
        for opening in _opened(entry, persons, reasons)
    )


def _opened(entry: Entry, persons: Mapping[str, Person], reasons: Reasons) -> list[dict[str, Any]]:
    held = json.loads(entry.leaf)["commitments"]
    if not held or entry.about is None or entry.about.ref not in persons:
        return []
    ref = entry.about.ref
    known: dict[str, Any] = dict(persons[ref].committed)
    known["reason"] = reasons.get((entry.subject, ref, entry.verb))
    values = {name: known[name] for name in held if known.get(name) is not None}
    return [
        opening
        for opening in openings(entry, values)
        if opens(held[opening["name"]], bytes.fromhex(opening["salt"]), opening["value"])
    ]
