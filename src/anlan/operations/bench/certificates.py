"""`anlan bench certificates`: a bulk issue as the worker does it, and looking one up among many.

`certificates_1000_s` is one process on one core, from the order to the last ledger line: results
read, numbers drawn, typeset, signed, on disk, written down. It is scaled to a thousand from the
few more that whole classes come to.
"""

import copy
import random
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import median

from django.db import connection
from django.test import Client
from django.utils.timezone import now

from anlan.archives import numbers, queries, run_queries
from anlan.archives.models import Certificate, CertificateStatus, RunKind
from anlan.archives.services import start_run
from anlan.archives.services.runs import work_on
from anlan.classes.models import Enrolment, EnrolmentSource, TrainingClass
from anlan.foundation.accounts.models import User
from anlan.identity.models import Person
from anlan.lib.dates import local_date
from anlan.operations.demo.city import Size, build
from anlan.operations.shipped import load_everything
from anlan.operations.temporary import temporary_city

Figures = dict[str, float | int | str]
CITY = Size(firms=60, registered=60, people=1_700, sessions=110, class_size=50, providers=3)
WANTED = 1_000
ROWS = 100_000
LOOKS = 200
PAST = 2019  # a year of the bench's own numbers


def measure() -> Figures:
    """About two minutes, most of it to make the city."""
    with temporary_city():
        load_everything(at=now())
        build(CITY, seed=2021, today=now(), say=lambda line: None)
        return {"database": connection.vendor, **_issue(), **_look_up()}


def _issue() -> Figures:
    official = User.objects.get(username="shiji")
    klasses = _enough()
    run = start_run(RunKind.ISSUE, klasses, by=official, at=now())
    began, cpu = time.perf_counter(), time.process_time()
    while work_on(run, at=now()):
        pass
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    done = run_queries.progress_of(run).done
    if done < WANTED or done != Certificate.objects.exclude(file=None).count():
        raise ValueError(f"{done} certificates came of a run that should have made {WANTED}")
    return {
        "certificates": done,
        "certificates_1000_s": round(seconds / done * WANTED, 2),
        "certificates_1000_cpu_s": round(cpu / done * WANTED, 2),
        "certificate_kb": round(
            median(Certificate.objects.values_list("file__size", flat=True)) / 1000, 1
        ),
    }


def _enough() -> list[TrainingClass]:
    """Closed classes of the city until a thousand people have passed."""
    found: list[TrainingClass] = []
    passed = 0
    for klass in run_queries.closed_classes(None).select_related("closing"):
        found.append(klass)
        passed += klass.closing.passed
        if passed >= WANTED:
            return found
    raise ValueError(f"only {passed} people have passed in this city")


def _look_up() -> Figures:
    _fill()
    chance = random.Random(3)
    written = [numbers.write(PAST, chance.randint(1, ROWS)) for _ in range(LOOKS)]
    client, today, everything = Client(), local_date(now()), Certificate.objects.all()

    def found(text: str) -> list[Certificate]:
        by = queries.Filters(text=text)
        return list(queries.filtered(everything, by, today)[:30])

    name = Person.objects.values_list("name", flat=True)[0]
    return {
        "rows": Certificate.objects.count(),
        "certificate_lookup_ms": _ms(queries.certificate_by_number, written),
        "certificate_page_ms": _ms(lambda number: client.get(f"/c/{number}"), written),
        "ledger_by_number_ms": _ms(found, written),
        "ledger_newest_ms": _ms(found, [""] * 20),
        "ledger_by_name_ms": _ms(found, [name[:2]] * 20),
        "ledger_totals_ms": _ms(lambda _: queries.ledger_totals(everything, today), [""] * 20),
    }


def _ms(act: Callable[[str], object], words: Sequence[str]) -> float:
    act(words[0])
    spent = []
    for word in words:
        began = time.perf_counter()
        act(word)
        spent.append((time.perf_counter() - began) * 1000)
    return round(median(spent), 3)


def _fill() -> None:
    """A hundred thousand rows: copies of a class, and everybody enrolled in each of them."""
    people = list(Person.objects.order_by("id"))
    pattern = TrainingClass.objects.filter(closing__isnull=False).order_by("id")[0]
    organization = Enrolment.objects.filter(klass=pattern)[0].organization
    klasses = TrainingClass.objects.bulk_create(
        _copy(pattern, n) for n in range(-(-ROWS // len(people)))
    )
    seats = [(klass, person) for klass in klasses for person in people][:ROWS]
    for start in range(0, ROWS, 10_000):
        part = seats[start : start + 10_000]
        enrolled = Enrolment.objects.bulk_create(
            Enrolment(
                klass=klass,
                person=person,
                organization=organization,
                source=EnrolmentSource.BOOKING,
                by=pattern.manager,
                at=now(),
            )
            for klass, person in part
        )
        Certificate.objects.bulk_create(
            _certificate(start + n, one) for n, one in enumerate(enrolled, start=1)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copy(pattern: TrainingClass, n: int) -> TrainingClass:
    one = copy.copy(pattern)
    one.pk, one.uid, one.number = None, uuid.uuid4(), f"bench-{n:05d}"
    one._state = copy.copy(pattern._state)
    one._state.adding = True
    return one


def _certificate(serial: int, enrolment: Enrolment) -> Certificate:
    issued_on = date(PAST, 1, 1) + timedelta(days=serial % 365)
    revoked = serial % 500 == 0
    return Certificate(
        number=numbers.write(PAST, serial),
        enrolment=enrolment,
        issued_on=issued_on,
        valid_until=issued_on + timedelta(days=1095),
        hours=12,
        status=CertificateStatus.REVOKED if revoked else CertificateStatus.VALID,
        revoked_at=now() if revoked else None,
    )
