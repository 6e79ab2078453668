"""`anlan bench exam`: everybody sits the same exam; start, three saves, submit, graded.

An attempt is five requests of one learner: the paper is drawn, three answers are kept, the paper is
handed in and graded; start and submission each write a ledger line. `cpu_ms_per_attempt` is the CPU
of every process that serves, the database's too. `p50_ms` and `p99_ms` are of submissions when
`STORM` learners hand in within two seconds; `lost` and `duplicated` count answers and results that
were acknowledged and are not there, or there twice. `phone_exam_kb` and `phone_ready_s` are of the
paper's page on a cheap phone (`phone`); null without Chromium.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.test import Client
from django.utils.timezone import now

from anlan.assessments.models import Sitting, SittingStatus
from anlan.assessments.services import load_own_bank
from anlan.foundation.codes.services import load_codes
from anlan.foundation.intake import passes
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.services import load_rules
from anlan.operations.bench import phone
from anlan.operations.bench.burst.exams import open_sittings
from anlan.operations.bench.burst.figures import SIZES, Figures, cpu_ms, spread
from anlan.operations.bench.burst.people import learners, passes_of
from anlan.operations.bench.burst.site import Burst, Site, served
from anlan.operations.temporary import temporary_city

LANES = 64
SAVES = 3
SUBMIT = SAVES + 1  # the step at which a paper is handed in
STORM, STORM_SECONDS = 500, 2.0
BACKEND = "django.contrib.auth.backends.ModelBackend"


def measure(most: int = SIZES[-1]) -> Figures:
    """Up to `most` learners; three minutes for ten thousand."""
    with temporary_city() as folder:
        at = now()
        load_codes()
        load_rules()
        load_own_bank(at=at)
        with served(folder) as site:
            _attempts(site, 100, 0)  # warm: every process has read the banks
            curve: dict[str, float] = {}
            lost = doubled = 0
            for n, size in enumerate(size for size in SIZES if size <= most):
                burst, (missing, extra) = _attempts(site, size, 10_000 * (n + 1))
                curve[str(size)] = cpu_ms(burst, size)
                lost, doubled = lost + missing, doubled + extra
            storm, (missing, extra) = _storm(site)
            seen = _on_a_phone(site)
    return {
        "database": connection.vendor,
        "cpu_ms_per_attempt": curve[str(size)],
        **spread(storm, step=0),
        "attempt_errors": burst.errors,
        "storm_s": round(storm.wall_s, 2),
        "lost": lost + missing,
        "duplicated": doubled + extra,
        "refusals": dict(burst.answers) | dict(storm.answers),
        **seen,
        "curve": curve,
    }


def _attempts(site: Site, size: int, start: int) -> tuple[Burst, tuple[int, int]]:
    sittings, tokens = _sittings(size, start)
    visitors = [
        {"token": token, "steps": [_start(one), *_saves(one), _submit(one)]}
        for one, token in zip(sittings, tokens, strict=True)
    ]
    burst = site.meet(visitors, lanes=LANES)
    return burst, _audit(sittings, burst, step=SUBMIT)


def _storm(site: Site) -> tuple[Burst, tuple[int, int]]:
    """Everybody has sat for a while; now they hand in within two seconds."""
    sittings, tokens = _sittings(STORM, 90_000)
    pairs = list(zip(sittings, tokens, strict=True))
    sitting = [{"token": token, "steps": [_start(one), *_saves(one)]} for one, token in pairs]
    site.meet(sitting, lanes=LANES)
    visitors = [
        {"token": token, "at": n * STORM_SECONDS / STORM, "steps": [_submit(one)]}
        for n, (one, token) in enumerate(pairs)
    ]
    burst = site.meet(visitors, lanes=STORM)
    return burst, _audit(sittings, burst, step=0)


def _on_a_phone(site: Site) -> Figures:
    """A paper of the usual size on a cheap phone's second visit, while nobody else asks."""
    [sitting], [token] = _sittings(1, 95_000)
    site.meet([{"token": token, "steps": [_start(sitting)]}], lanes=1)
    browser = Client()
    if sitting.person.user:
        browser.force_login(sitting.person.user, backend=BACKEND)
    cookies = {"sessionid": browser.cookies["sessionid"].value, passes.COOKIE: token}
    path = f"/exams/{sitting.uid}/paper"
    return dict(phone.measure(f"http://127.0.0.1:{site.port}", path, cookies))


def _sittings(size: int, start: int) -> tuple[list[Sitting], list[str]]:
    at = now()
    people = learners(size, at=at, start=start)
    return open_sittings(people, at=at), passes_of(people, at=at)


def _start(sitting: Sitting) -> dict[str, Any]:
    return {"path": "/in/exams/start", "body": {"sitting": str(sitting.uid)}}


def _saves(sitting: Sitting) -> list[dict[str, Any]]:
    return [
        {
            "path": "/in/exams/save",
            "body": {
                "sitting": str(sitting.uid),
                "saves": [{"no": no, "chosen": [0], "n": no}],
            },
        }
        for no in range(1, SAVES + 1)
    ]


def _submit(sitting: Sitting) -> dict[str, Any]:
    body = {"sitting": str(sitting.uid), "saves": [{"no": SAVES + 1, "chosen": [0], "n": 9}]}
    return {"path": "/in/exams/submit", "body": body, "key": f"submit-{sitting.uid}"}


def _audit(sittings: Sequence[Sitting], burst: Burst, *, step: int) -> tuple[int, int]:
    """What was acknowledged and is not there; what is there more than once."""
    rows = Sitting.objects.in_bulk([one.pk for one in sittings])
    done = [rows[sittings[n].pk] for n in burst.acknowledged(step)]
    lost = sum(1 for one in done if not _whole(one))
    subjects = [one.subject for one in done]
    lines = _lines(subjects)
    return lost + max(0, len(subjects) - lines), max(0, lines - len(subjects))


def _whole(sitting: Sitting) -> bool:
    answered = {str(no) for no in range(1, SAVES + 2)} <= set(sitting.answers)
    return sitting.status == SittingStatus.SUBMITTED and sitting.score is not None and answered


def _lines(subjects: Sequence[str]) -> int:
    return sum(
        Entry.objects.filter(
            subject__in=subjects[first : first + 500], verb="sitting_submitted"
        ).count()
        for first in range(0, len(subjects), 500)
    )
