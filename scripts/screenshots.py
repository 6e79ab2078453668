"""Take the README's pictures from the running product: docs/pictures/NAME.png.

Builds the demonstration city in a temporary folder, stands the clock on a Monday morning when a
class is about to begin, serves the site on a free loopback port and walks it with Chromium. The
seed, the clock and the window sizes are fixed, so a picture changes only where a page does; codes
that are drawn by chance (QR, addresses) differ. `--out DIR` puts the pictures elsewhere.
"""

import argparse
import io
import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page, expect, sync_playwright

from anlan.operations.cli import main as anlan

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MOMENT = datetime.fromisoformat("2026-06-08T08:20:00+08:00")
PASSWORD = "anlan-2026"  # the demonstration's, see anlan.operations.logins
LARGEST_KB = 240
ROUNDS = 20  # of the worker; what is closed is sealed in the first
SETTLED_MS = 700
PATIENCE_MS = 15_000
WIDE, TALL = (1366, 768), (1366, 1060)
PHONE = (390, 844)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=zh-CN",
]


class Quiet(WSGIRequestHandler):
    """Says nothing about requests."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Camera:
    """Opens the site as one person and takes pictures."""

    def __init__(self, browser: Browser, url: str, out: Path) -> None:
        self._browser, self._url, self._out = browser, url, out
        self.taken: list[Path] = []

    def person(self, username: str, size: tuple[int, int] = WIDE) -> Page:
        """A window of somebody who has logged in; of a passer-by when the name is empty."""
        context = self._browser.new_context(
            base_url=self._url,
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=1,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        if username:
            page.goto("/account/login")
            page.fill("[name=username]", username)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(re.compile(r"^(?!.*login)"))
        return page

    def take(self, page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLED_MS)
        path = self._out / f"{name}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
        self.taken.append(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PICTURES)
    out: Path = parser.parse_args().out
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("skipped: Chromium is not installed (Debian: apt-get install chromium)")
        return 0
    out.mkdir(parents=True, exist_ok=True)
    with demonstration() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        camera = Camera(browser, url, out)
        desks(camera)
        door_and_phone(camera)
        archive_and_certificate(camera)
        browser.close()
    return weigh(camera.taken)


@contextmanager
def demonstration() -> Iterator[str]:
    """The city of the default seed, its closed class sealed, served until the end of the block."""
    with (
        tempfile.TemporaryDirectory(prefix="anlan-pictures-") as folder,
        time_machine.travel(MOMENT, tick=True),
    ):
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        url = f"http://127.0.0.1:{server.server_port}"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
            "ANLAN_VAR": folder,
            "ANLAN_DEMONSTRATION": "1",
            "ANLAN_PUBLIC_URL": url,
        }
        os.environ.pop("DATABASE_URL", None)
        anlan(["setup"])
        work()
        server.set_app(get_wsgi_application())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield url
        server.shutdown()


def work() -> None:
    """The worker's rounds, until it finds nothing more; bounded."""
    for _ in range(ROUNDS):
        said = io.StringIO()
        with redirect_stdout(said):
            anlan(["work", "--once"])
        if " 0 " in said.getvalue():
            return


def desks(camera: Camera) -> None:
    """What an official and a class manager have before them."""
    official = camera.person("shiji", TALL)
    camera.take(official, "desk")
    official.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    official.goto("/classes/")
    camera.take(official, "ledger")
    manager = camera.person("banzhuren")
    open_class(manager, "可结班")
    camera.take(manager, "record")
    open_class(manager, "第六期")
    manager.goto(f"{manager.url}timetable/")
    camera.take(manager, "timetable")


def door_and_phone(camera: Camera) -> None:
    """A learner comes through the door, and sits an exam."""
    door = camera.person("banzhuren")
    door.get_by_role("link", name="投屏签到").first.click()
    digits = door.locator("[data-qr-code]")
    expect(digits).to_have_text(re.compile(r"\d{3}\s?\d{3}"))
    phone = camera.person("xueyuan", PHONE)
    camera.take(phone, "phone-home")
    phone.goto("/classes/scan")
    code = phone.locator("form[data-scan] [name=c]")
    code.fill(re.sub(r"\D", "", digits.inner_text()))
    code.press("Enter")
    phone.wait_for_load_state()
    if (sign := phone.get_by_role("button", name="签到", exact=True)).is_visible():
        sign.click()
    expect(phone.locator("body")).to_contain_text("签到成功")
    camera.take(phone, "phone-sign-in")
    door.reload()
    camera.take(door, "door")
    phone.goto("/exams/")
    phone.locator("main a[href^='/exams/']").first.click()
    phone.get_by_role("button", name=re.compile("开始")).first.click()
    phone.wait_for_url("**/paper**")
    phone.locator("[data-question='1'] label.choice").first.click()
    camera.take(phone, "phone-exam")


def archive_and_certificate(camera: Camera) -> None:
    """What stays of a class, and what a passer-by sees of a certificate."""
    manager = camera.person("banzhuren")
    open_class(manager, "危化品新任班组长第二期")
    address = re.sub(r"^.*/classes/(.*?)/.*$", r"/archives/class/\1/", manager.url)
    manager.goto(address)
    expect(manager.locator("body")).to_contain_text("第 1 版")
    camera.take(manager, "archive")
    manager.goto(f"{address}report")
    camera.take(manager, "report")
    learner = camera.person("xueyuan", PHONE)
    learner.goto("/archives/mine/")
    number = re.search(r"AL\d{4}-\d+-\w", learner.content())
    assert number, "the demonstration's learner has no certificate"
    passer_by = camera.person("", PHONE)
    passer_by.goto(f"/c/{number[0]}")
    camera.take(passer_by, "phone-certificate")


def open_class(page: Page, title: str) -> None:
    page.goto("/classes/")
    page.get_by_role("link", name=re.compile(title)).first.click()
    page.wait_for_url(re.compile(r"/classes/[0-9a-f-]{36}/$"))


def weigh(pictures: list[Path]) -> int:
    """Say how large each is; 1 when one is too large for a page that people load."""
    sizes = {path: path.stat().st_size / 1000 for path in pictures}
    for path, size in sizes.items():
        print(f"{path.name:24}{size:6.0f} kB")
    return int(max(sizes.values()) > LARGEST_KB)


if __name__ == "__main__":
    sys.exit(main())
