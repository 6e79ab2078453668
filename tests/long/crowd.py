"""A crowd at nine o'clock, prepared and audited in processes of their own.

`python -m tests.long.crowd prepare|audit FOLDER`: the database is whatever the environment names, so
that a test may kill it. Every learner signs in, starts the exam, answers (each request sent twice,
the answers to the first question out of order) and hands in.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
django.setup()

from django.utils.timezone import now  # noqa: E402

from anlan.assessments.models import Sitting, SittingStatus  # noqa: E402
from anlan.attendance.codes import code_at  # noqa: E402
from anlan.attendance.models import Mark  # noqa: E402
from anlan.foundation.ledger.models import Entry  # noqa: E402
from anlan.operations.bench.burst.classes import Schools, Seat  # noqa: E402
from anlan.operations.bench.burst.exams import open_sittings  # noqa: E402
from anlan.operations.bench.burst.people import learners, passes_of  # noqa: E402
from tests.long.ledger import assert_database_whole, torn_leaves  # noqa: E402

LEARNERS = 300
NEWEST = [1]  # what stands last at question 1, whatever order it came in
SAVES = ((1, [0], 1), (1, NEWEST, 3), (1, [0], 2), (2, [0], 1), (3, [0], 1))


def prepare(folder: Path) -> None:
    """Write the plan but for its port."""
    at = now()
    people = learners(LEARNERS, at=at)
    seats = Schools(at).seats(people)
    sittings = open_sittings(people, at=at)
    tokens = passes_of(people, at=at)
    triples = list(zip(seats, sittings, tokens, strict=True))
    visitors = [
        {"token": token, "steps": _steps(n, seat, sitting)}
        for n, (seat, sitting, token) in enumerate(triples)
    ]
    (folder / "visitors.json").write_text(json.dumps(visitors))
    people_of = [[seat.person.pk, sitting.pk] for seat, sitting, _token in triples]
    (folder / "people.json").write_text(json.dumps(people_of))


def _steps(n: int, seat: Seat, sitting: Sitting) -> list[dict[str, Any]]:
    """Everything twice: a phone that got no answer asks again."""
    register = seat.session.register
    assert register is not None
    nonce = f"00000000-0000-4000-8000-{n:012d}"
    code = code_at(register, now()).token
    signing = {"session": str(seat.session.uid), "code": code, "kind": "in", "nonce": nonce}
    whose = {"sitting": str(sitting.uid)}
    once = [
        {"path": "/in/attendance/sign", "body": signing},
        {"path": "/in/exams/start", "body": whose},
        *({"path": "/in/exams/save", "body": {**whose, "saves": [_save(*one)]}} for one in SAVES),
        {"path": "/in/exams/submit", "body": {**whose, "saves": []}},
    ]
    return [step for step in once for _ in range(2)]


def _save(no: int, chosen: list[int], n: int) -> dict[str, object]:
    return {"no": no, "chosen": chosen, "n": n}


def audit(folder: Path) -> None:
    """What was acknowledged and is not there, and what is there more than once."""
    result = json.loads((folder / "result.json").read_text())
    pairs = json.loads((folder / "people.json").read_text())
    refused = [call for call in result["calls"] if call[2] != 200]
    marks = list(Mark.objects.values_list("person_id", flat=True))
    sittings = Sitting.objects.in_bulk([pk for _person, pk in pairs])
    told = {
        "refused": len(refused),
        "answers": result["answers"],
        "retried": sum(1 for call in result["calls"] if call[4] > 1),
        "lost_marks": len({person for person, _pk in pairs} - set(marks)),
        "doubled_marks": len(marks) - len(set(marks)),
        "lost_sittings": sum(1 for one in sittings.values() if not _whole(one)),
        "signed_lines": _lines("signed_in"),
        "started_lines": _lines("sitting_started"),
        "submitted_lines": _lines("sitting_submitted"),
        "torn": len(torn_leaves()),
    }
    assert_database_whole()
    _tell(told)


def _tell(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words))


def _lines(verb: str) -> int:
    return Entry.objects.filter(verb=verb).count()


def _whole(sitting: Sitting) -> bool:
    answers = sitting.answers
    graded = sitting.status == SittingStatus.SUBMITTED and sitting.score is not None
    return graded and answers.get("1") == NEWEST and {"2", "3"} <= set(answers)


if __name__ == "__main__":
    {"prepare": prepare, "audit": audit}[sys.argv[1]](Path(sys.argv[2]))
