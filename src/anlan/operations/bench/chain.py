"""`anlan bench chain`: the main job's figures, each measured once in a temporary city.

CPU figures are of this process; a page's weight is what a phone pays for: compressed HTML plus, on
the first visit, the compressed assets that the page names.
"""

import gzip
import os
import platform
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from anlan.archives.models import Certificate
from anlan.archives.papers import certificate_pdf, report_pdf
from anlan.foundation.accounts.models import User
from anlan.foundation.ui.assets import DIST
from anlan.identity.services import confirm_roster, import_roster, upload_roster
from anlan.lib.spreadsheets import write_table
from anlan.operations.demo.city import SMALL, build
from anlan.operations.shipped import load_everything
from anlan.operations.story.names import Inventor
from anlan.operations.story.troupe import ROSTER_HEADERS, Enterprise
from anlan.operations.temporary import temporary_city
from anlan.operations.walk import Walk

Figures = dict[str, float | int | str]
ROWS = 10_000
PAPERS = 25
ASSET = re.compile(r'(?:src|href)="/static/([^"]+)"')


def measure() -> Figures:
    """Every figure of the chain, in about a minute."""
    figures: Figures = {"database": connection.vendor, "cores": os.cpu_count() or 0}
    figures["python"] = platform.python_version()
    with temporary_city():
        walk = Walk()
        figures["walk_s"] = _seconds(lambda: [step.name for step in walk.steps()])
        figures |= _roster(walk.first)
        figures |= _papers(walk)
    with temporary_city():
        figures |= _demo()
    return figures


def _roster(house: Enterprise) -> Figures:
    inventor = Inventor(1, start=1_000_000)
    people = (inventor.person() for _ in range(ROWS))
    rows = [(p.name, p.id_number, p.phone, "一线员工", "操作工", "生产部") for p in people]
    file = SimpleUploadedFile("花名册.xlsx", write_table("", ROSTER_HEADERS, rows))

    def bring_in() -> None:
        at = now()
        roster = upload_roster(file, house.organization, by=house.officer, at=at)
        confirm_roster(roster, by=house.officer, at=at)
        import_roster(roster, at=at)

    cpu = time.process_time()
    seconds = _seconds(bring_in)
    cpu = time.process_time() - cpu
    return {"roster_rows_per_s": round(ROWS / seconds), "roster_cpu_s": round(cpu, 2)}


def _papers(walk: Walk) -> Figures:
    certificate = Certificate.objects.filter(enrolment__klass=walk.klass).first()
    if certificate is None:
        raise ValueError("the walk ended without a certificate")
    at = now()
    return {
        "certificate_ms": _median_ms(
            lambda n: certificate_pdf(certificate, at=at + timedelta(seconds=n))
        ),
        "report_ms": _median_ms(lambda n: report_pdf(walk.klass)),
    }


def _demo() -> Figures:
    load_everything(at=now())
    seconds = _seconds(lambda: build(SMALL, seed=2021, today=now(), say=lambda line: None))
    desk, desk_again = _weight("shiji")
    phone, phone_again = _weight("xueyuan")
    return {
        "demo_s": seconds,
        "desk_kb": desk,
        "desk_repeat_kb": desk_again,
        "phone_kb": phone,
        "phone_repeat_kb": phone_again,
        "charts_kb": _charts(),
    }


def _weight(username: str) -> tuple[float, float]:
    """First and repeated visit of somebody's own desk, in kB (1,000 bytes) over the wire."""
    client = Client(headers={"accept-encoding": "identity"})
    user = User.objects.get(username=username)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/", follow=True).content
    html = len(gzip.compress(page, 6))
    names = sorted(set(ASSET.findall(page.decode())))
    assets = sum(_wire_size(name) for name in names)
    return round((html + assets) / 1000, 1), round(html / 1000, 1)


def _charts() -> float:
    """The chart library, fetched only by pages with a chart and after they can be read."""
    return round(max(_wire_size(str(p.relative_to(DIST))) for p in _parts()) / 1000, 1)


def _parts() -> list[Path]:
    return list((DIST / "assets").glob("part-*.js"))


def _wire_size(name: str) -> int:
    plain = DIST / name
    squeezed = plain.with_name(plain.name + ".br")
    return (squeezed if squeezed.exists() else plain).stat().st_size


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return round(time.perf_counter() - began, 2)


def _median_ms(act: Callable[[int], object]) -> float:
    act(0)
    spent = []
    for n in range(1, PAPERS + 1):
        began = time.perf_counter()
        act(n)
        spent.append((time.perf_counter() - began) * 1000)
    return round(median(spent), 1)
