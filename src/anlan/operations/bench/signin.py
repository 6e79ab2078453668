"""`anlan bench signin`: learners sign in by the rotating code, a city's worth in seconds.

Authentication, enrolment, code, register and ledger are the real ones; a class has fifty learners,
each phone its own connection. `cpu_ms_per_signin` is the CPU of every process that serves, the
database's too. `lost` counts sign-ins that were acknowledged and are not there, `duplicated` marks
or ledger lines beyond one a learner. The tail (`p99_ms`) is of 1,500 in five seconds; the curve is
as fast as the site takes them.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.timezone import now

from anlan.attendance.codes import code_at
from anlan.attendance.models import Mark
from anlan.courses.services import load_syllabi
from anlan.foundation.codes.services import load_codes
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.services import load_rules
from anlan.operations.bench.burst.classes import Schools, Seat
from anlan.operations.bench.burst.figures import SIZES, Figures, cpu_ms, spread
from anlan.operations.bench.burst.people import learners, passes_of
from anlan.operations.bench.burst.site import Burst, Site, served
from anlan.operations.temporary import temporary_city

PATH = "/in/attendance/sign"
LANES = 64
STORM, STORM_SECONDS = 1_500, 5.0


def measure(most: int = SIZES[-1]) -> Figures:
    """Up to `most` learners; two minutes for ten thousand."""
    with temporary_city() as folder:
        load_codes()
        load_rules()
        load_syllabi()
        schools = Schools(now())
        with served(folder) as site:
            _round(site, schools, 200, 0)  # warm: every process has read rules and registers
            curve, missing = {}, 0
            for n, size in enumerate(size for size in SIZES if size <= most):
                burst, bad = _round(site, schools, size, 10_000 * (n + 1))
                curve[str(size)] = cpu_ms(burst, size)
                missing += bad[0]
            storm, (lost, doubled) = _round(site, schools, STORM, 60_000, seconds=STORM_SECONDS)
    return {
        "database": connection.vendor,
        "cpu_ms_per_signin": cpu_ms(storm, STORM),
        **spread(storm),
        "storm_s": round(storm.wall_s, 2),
        "lost": lost + missing,
        "duplicated": doubled,
        "refusals": dict(storm.answers),
        "curve": curve,
    }


def _round(
    site: Site, schools: Schools, size: int, start: int, *, seconds: float = 0.0
) -> tuple[Burst, tuple[int, int]]:
    at = now()
    people = learners(size, at=at, start=start)
    seats = schools.seats(people)
    visitors = _visitors(seats, at, seconds)
    burst = site.meet(visitors, lanes=LANES if not seconds else 512)
    acknowledged = {people[n].pk for n in burst.acknowledged(0)}
    marks = list(Mark.objects.filter(person__in=people).values_list("person_id", flat=True))
    subjects = {seat.session.register.subject for seat in seats if seat.session.register}
    lines = Entry.objects.filter(subject__in=subjects, verb="signed_in").count()
    doubled = len(marks) - len(set(marks)) + max(0, lines - len(marks))
    return burst, (len(acknowledged - set(marks)) + max(0, len(marks) - lines), doubled)


def _visitors(seats: Sequence[Seat], at: datetime, seconds: float) -> list[dict[str, Any]]:
    """One scan each, spread evenly over the seconds (0: as fast as the lanes go)."""
    codes = {seat.session.pk: _code(seat, at) for seat in seats}
    passes = passes_of((seat.person for seat in seats), at=at)
    return [
        {
            "token": token,
            "at": n * seconds / len(seats),
            "steps": [{"path": PATH, "body": _body(seat, codes[seat.session.pk])}],
        }
        for n, (seat, token) in enumerate(zip(seats, passes, strict=True))
    ]


def _code(seat: Seat, at: datetime) -> str:
    register = seat.session.register
    if register is None:
        raise ValueError("a session without a register")
    return code_at(register, at).token


def _body(seat: Seat, code: str) -> dict[str, str]:
    return {
        "session": str(seat.session.uid),
        "code": code,
        "kind": "in",
        "nonce": str(uuid.uuid4()),
    }
