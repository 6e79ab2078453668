"""Ledger lines for an archive, their receipts, and the values that open their commitments."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from anlan.archives.models import Certificate
from anlan.attendance.models import Mark, MarkKind
from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.queries import subjects_of
from anlan.foundation.ledger.bundles import Bundle, bundle_of
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.queries import entries_of, openings
from anlan.identity.models import Person
from anlan.identity.queries.past import Committed, committed_variants, past_of
from anlan.proofs.ledger_lines import ledger_line

VERBS = {MarkKind.IN: "signed_in", MarkKind.OUT: "signed_out"}
Reasons = Mapping[tuple[str, str, str], str]
Opening = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What an archive of a class proves with, read once for the class and all of its learners."""

    klass: TrainingClass
    entries: Sequence[Entry]
    bundle: Bundle

    @cached_property
    def opened(self) -> dict[str, list[Opening]]:
        """Openings by the person they are about. What was corrected later stays closed."""
        persons, reasons = persons_of(self.klass), reasons_of(self.klass)
        past = past_of(persons.values())
        known = {ref: committed_variants(one, past.get(one.pk, ())) for ref, one in persons.items()}
        found: dict[str, list[Opening]] = defaultdict(list)
        for entry in self.entries:
            if entry.about is not None and entry.about.ref in persons:
                ref = entry.about.ref
                reason = reasons.get((entry.subject, ref, entry.verb), "")
                found[ref] += _opened(entry, known[ref], reason)
        return found

    @cached_property
    def by_person(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.about is not None:
                found[entry.about.ref].append(entry)
        return found

    def about(self, person: Person) -> list[Entry]:
        return self.by_person.get(str(person.uid), [])


def evidence_of(klass: TrainingClass) -> Evidence:
    """As it stands now; whoever seals has brought the log up to date before."""
    entries = list(entries_of(class_subjects(klass)).select_related("about"))
    return Evidence(klass, entries, bundle_of(entries))


def class_subjects(klass: TrainingClass) -> list[str]:
    """The class's ledger subjects, with those of its learners and their certificates."""
    certificates = Certificate.objects.filter(enrolment__klass=klass).values_list("uid", flat=True)
    people = klass.enrolments.values_list("uid", flat=True)
    return [
        *subjects_of(klass),
        *(f"enrolment/{uid}" for uid in people),
        *(f"certificate/{uid}" for uid in certificates),
    ]


def persons_of(klass: TrainingClass) -> dict[str, Person]:
    """Everybody who was ever on the list, by the name that the ledger knows them by."""
    found = Enrolment.objects.filter(klass=klass).select_related("person").order_by("id")
    return {str(one.person.uid): one.person for one in found}


def reasons_of(klass: TrainingClass) -> Reasons:
    """Why somebody else signed: committed to in the ledger. By (register subject, person, verb)."""
    marks = Mark.objects.filter(register__session__klass=klass).exclude(reason="")
    return {
        (mark.register.subject, str(mark.person.uid), VERBS[MarkKind(mark.kind)]): mark.reason
        for mark in marks.select_related("register", "person")
    }


def ledger_file(entries: Iterable[Entry]) -> bytes:
    """ledger.jsonl."""
    return b"".join(ledger_line(e.leaf, bytes(e.leaf_hash), e.alg) for e in entries)


def _opened(entry: Entry, variants: Sequence[Committed], reason: str) -> list[Opening]:
    """By the name that the person bears, or bore when the line was written (曾用名)."""
    opened: list[Opening] = openings(entry, {"reason": reason}) if reason else []
    for known in variants:
        if found := openings(entry, known):
            return found + opened
    return opened
