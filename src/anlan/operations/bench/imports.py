"""`anlan bench import`: 20,000 invented cases with 认定 and 鉴定, through the screens and the job.

`import_s_20000` is what a person waits for, from sending the file to the last row: upload, columns
matched, values, dry run, confirmation, and the worker's job, in one process on a temporary
database. Meanwhile a second browser asks for the page with the bar, as the first one would.
"""

import io
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import xlsxwriter
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils.timezone import now

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.foundation.codes.services import load_codes
from anlan.foundation.rules.services import load_rules
from anlan.injuries.jobs import import_batches
from anlan.injuries.models import Batch, BatchStatus, Case
from anlan.lib import idnumber, uscc
from anlan.operations.temporary import temporary_city
from anlan.organizations.models import Kind, Organization, Status

Figures = dict[str, float | int | str]
ROWS, FIRMS = 20_000, 400
HEADINGS = (
    "案件编号", "受伤日期", "受伤时刻", "统一社会信用代码", "单位名称", "身份证号", "受伤地点",
    "伤害程度", "受伤情形", "损失工作日", "工种", "事故经过", "认定申请日期", "受理日期",
    "认定日期", "认定结果", "鉴定申请日期", "鉴定日期", "伤残等级",
)  # fmt: skip
GRADES = "一二三四五六七八九十"


def measure() -> Figures:
    """About a minute."""
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    with temporary_city(), override_settings(ALLOWED_HOSTS=hosts):
        load_codes()
        load_rules()
        firms = _firms()
        official = open_account(username="bench", name="市级监管员", password="", synthetic=True)
        give_role(
            official, Role.CITY_OFFICIAL, ScopeKind.CITY, "", by=None, at=now(), reason="bench"
        )
        first = _bring_in(official, _workbook(firms, Random(2021)), "工伤案件（合成数据）")
        again = _bring_in(official, _workbook(firms, Random(2021)), None)
        if Case.objects.count() != ROWS:
            raise ValueError(f"{Case.objects.count()} cases came of {ROWS} rows sent twice")
        return {
            "database": connection.vendor,
            "rows": ROWS,
            "import_s_20000": first.pop("total_s"),
            **first,
            "again_s_20000": again["total_s"],
            "again_cpu_s": again["cpu_s"],
        }


def _bring_in(official: User, content: bytes, title: str | None) -> dict[str, Any]:
    """The guide from the file to the last row; how long each step took."""
    browser = Client()
    browser.force_login(official)
    spent: dict[str, Any] = {}
    cpu = time.process_time()
    file = SimpleUploadedFile("合成案件.xlsx", content)
    known = Batch.objects.order_by("id").first()
    source = {"title": title} if title else {"source": known.source_id if known else ""}
    step(spent, "upload_s", lambda: _sent(browser, reverse("injuries:upload"), file=file, **source))
    batch = Batch.objects.latest("id")
    url = {
        name: reverse(f"injuries:{name}", args=[batch.uid])
        for name in ("columns", "values", "preview")
    }
    assert batch.source is not None
    said = {**batch.source.mapping, "key": batch.source.key}  # as the page proposes them
    step(spent, "columns_s", lambda: _sent(browser, url["columns"], **said))
    step(spent, "values_s", lambda: browser.get(url["values"]))
    step(spent, "dry_run_s", lambda: browser.get(url["preview"]))
    step(spent, "confirm_s", lambda: _sent(browser, url["preview"]))
    seen = _with_a_watcher(
        official, batch, lambda: step(spent, "job_s", lambda: import_batches(now()))
    )
    batch.refresh_from_db()
    done = batch.rows_new + batch.rows_changed + batch.rows_same + batch.rows_refused
    if batch.status != BatchStatus.DONE or done != ROWS or batch.rows_refused:
        raise ValueError(f"{batch.status}: {done} of {ROWS} rows accounted for, {batch.failure}")
    total = round(sum(spent.values()), 1)
    return {
        **{name: round(seconds, 1) for name, seconds in spent.items()},
        "total_s": total,
        "cpu_s": round(time.process_time() - cpu, 1),
        "rows_a_second": round(ROWS / total),
        "bars_seen": len(seen),
    }


def step(spent: dict[str, Any], name: str, act: Callable[[], object]) -> None:
    began = time.perf_counter()
    act()
    spent[name] = time.perf_counter() - began


def _sent(browser: Client, url: str, **said: Any) -> None:
    answer: Any = browser.post(url, said)
    if answer.status_code != 302:
        raise ValueError(f"{url} answered {answer.status_code}")


def _with_a_watcher(official: User, batch: Batch, act: Callable[[], None]) -> set[str]:
    """Do it while a browser looks at the bar twice a second; the different places it showed."""
    over = threading.Event()
    seen: set[str] = set()

    def watch() -> None:
        browser = Client()
        browser.force_login(official)
        url = reverse("injuries:batch", args=[batch.uid])
        while not over.wait(0.5):
            page = browser.get(url, headers={"HX-Request": "true"}).content.decode()
            seen.add(page.partition("<progress")[2].partition(">")[0])
        connection.close()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        act()
    finally:
        over.set()
        watcher.join()
    return seen


def _firms() -> list[Organization]:
    return Organization.objects.bulk_create(
        Organization(
            kind=Kind.EMPLOYER,
            uscc=uscc.synthetic(serial),
            name=f"合成企业{serial:04d}号（演示）有限公司",
            industry="C2614",
            key_industry="hazchem",
            district="370112",
            status=Status.APPROVED,
            registered_at=now(),
            is_synthetic=True,
        )
        for serial in range(1, FIRMS + 1)
    )


def _workbook(firms: list[Organization], chance: Random) -> bytes:
    """An xlsx as a recognition system exports it; the same rows each time."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": False})
    sheet = book.add_worksheet("案件")
    sheet.write_row(0, 0, HEADINGS)
    for n in range(ROWS):
        sheet.write_row(n + 1, 0, _row(n, firms[n % len(firms)], chance))
    book.close()
    return out.getvalue()


def _row(n: int, firm: Organization, chance: Random) -> list[str]:
    day = date(2021, 1, 1) + timedelta(days=chance.randrange(1_400))
    applied = day + timedelta(days=chance.randrange(1, 60))
    accepted = applied + timedelta(days=chance.randrange(1, 15))
    decided = accepted + timedelta(days=chance.randrange(5, 60))
    appraised = decided + timedelta(days=chance.randrange(30, 90))
    born = date(1965, 1, 1) + timedelta(days=chance.randrange(13_000))
    words = "（合成数据）在车间搬运物料时，脚下打滑摔倒，左手腕着地受伤，同事随即送医。"
    return [
        f"HC{n:06d}", day.isoformat(), f"{chance.randrange(24)}:{chance.randrange(60):02d}",
        firm.uscc, firm.name, idnumber.synthetic("370102", born, n % 1000), f"{n % 40} 号车间",
        chance.choice(["轻伤", "轻伤", "重伤", "死亡"]),
        chance.choice(["工作时间和场所内", "上下班途中"]), str(chance.randrange(200)), "操作工",
        f"{words}第 {n} 件。", applied.isoformat(), accepted.isoformat(), decided.isoformat(),
        "认定工伤", decided.isoformat(), appraised.isoformat(), f"{chance.choice(GRADES)}级",
    ]  # fmt: skip
