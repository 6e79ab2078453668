"""A person's own record in an archive: everything that is masked elsewhere, in one encrypted part.

    {"format": "anlan-person/1", "row": 3, "name": …, "id_number": …, "phone": …, "employer": …,
     "attendance": […], "results": […], "certificate": "AL2026-…", "openings": […]}

`row` is the person's number in roster, sign-in records and score sheet; null for somebody who left.
`openings` open the commitments that the ledger made about the person.
"""

from collections.abc import Iterator
from typing import Any

from anlan.archives.evidence import Evidence
from anlan.archives.papers import ClassFacts, learner_class
from anlan.archives.pieces import Piece, as_json
from anlan.classes.models import Enrolment
from anlan.classes.queries import enrolled
from anlan.proofs.enclosed import PERSON


def person_pieces(evidence: Evidence, facts: ClassFacts) -> Iterator[Piece]:
    """Everybody who was ever on the list: first the rows of the roster, then who left."""
    counted = list(enrolled(evidence.klass))
    here = {one.person_id for one in counted}
    left: dict[int, Enrolment] = {}
    everybody = Enrolment.objects.filter(klass=evidence.klass).order_by("id")
    for one in everybody.select_related("person", "organization"):
        if one.person_id not in here:
            left[one.person_id] = one
    for no, one in enumerate([*counted, *left.values()], start=1):
        row = no if one.person_id in here else None
        yield person_piece(no, row, one, evidence, facts)


def person_piece(
    no: int, row: int | None, one: Enrolment, evidence: Evidence, facts: ClassFacts
) -> Piece:
    where = f"花名册第 {row} 行" if row else "曾在名单、后已离开的人"
    record = person_record(row, one, evidence, facts)
    return as_json(
        f"personal/{no:03d}.json", f"个人记录：{where}", record, under=str(one.person.uid)
    )


def person_record(
    row: int | None, one: Enrolment, evidence: Evidence, facts: ClassFacts
) -> dict[str, Any]:
    person, certificate = one.person, facts.certificates.get(one.pk)
    own = learner_class(one, facts) if one.pk in facts.results else None
    return {
        "format": PERSON,
        "row": row,
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "employer": one.organization.name,
        "hours": own["hours"] if own else "",
        "attendance": own["attendance"] if own else [],
        "results": own["results"] if own else [],
        "certificate": certificate.number if certificate else "",
        "openings": evidence.opened.get(str(person.uid), []),
    }
