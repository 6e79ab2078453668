"""A browser and a stage for the journeys; skipped by name where Chromium is absent."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

HERE = Path(__file__).parent
BEGIN = "2026-06-01T09:00:00+08:00"  # a Monday
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
]
DESK = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)


# The shell draws the same pages without a window's trappings, for a quarter less of a core.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
NO_CHROMIUM = "Chromium is not installed (Debian: apt-get install chromium-headless-shell)"


class StageHand:
    """Talks to the stage process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.url = str(self._read()["url"])

    def __call__(self, do: str, **words: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **words}) + "\n")
        self.process.stdin.flush()
        return self._read()["answer"]

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the stage has fallen; its last words are above")
        found: dict[str, Any] = json.loads(line)
        return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module: Playwright's event loop must be gone before other tests use Django."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StageHand]:
    folder = tmp_path_factory.mktemp("stage")
    env = os.environ | {"ANLAN_VAR": str(folder), "ANLAN_DEMONSTRATION": "1"}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "stage.py"), BEGIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    )
    try:
        yield StageHand(process)
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(30)


class Actor:
    """Somebody with a browser of their own: a desk or a phone."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.known_as: tuple[str, str] | None = None
        self.complaints: list[str] = []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))

    def open(self, path: str) -> Page:
        """Go to an address of the site (or a whole URL)."""
        address = path if path.startswith("http") else self.url + path
        self.page.goto(address)
        if self.known_as and "/account/login" in self.page.url:
            self.log_in(*self.known_as)  # the night was longer than a session
            self.page.goto(address)
        return self.page

    def log_in(self, username: str, password: str) -> Page:
        self.known_as = None
        page = self.open("/account/login")
        self.known_as = (username, password)
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_load_state()
        return page


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """When a journey fails, every actor's screen is kept beside the temporary files."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    troupe = getattr(item, "funcargs", {}).get("troupe")
    if report.when == "call" and report.failed and troupe is not None:
        for name, actor in troupe.actors.items():
            path = troupe.folder / f"failed-{name}.png"
            actor.page.screenshot(path=path)
            report.sections.append((name, f"{actor.page.url} {path}"))
