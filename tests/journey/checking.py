"""The checking page at work: files go in as a person would put them, findings come out by file."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from playwright.sync_api import Browser, Page

from anlan.config.wsgi import application

Said = set[tuple[str, str]]  # kind and path of every finding

READ_ALL = """() => [...document.querySelectorAll('.check-outcome')].map((card) => ({
  title: card.dataset.title, tone: card.dataset.tone,
  conclusion: card.querySelector('h3').textContent,
  seal: (card.querySelector('[data-seal]') || {dataset: {}}).dataset.seal || '',
  findings: [...card.querySelectorAll('li[data-kind]')].map((one) => ({
    kind: one.dataset.kind, path: one.dataset.path,
    text: one.querySelector('.check-text').textContent})),
}))"""


@dataclass
class Outcome:
    """What the page says of one file."""

    title: str
    tone: str
    conclusion: str
    seal: str
    findings: list[dict[str, str]]

    @property
    def said(self) -> Said:
        return {(one["kind"], one["path"]) for one in self.findings}

    @property
    def texts(self) -> str:
        return "\n".join(one["text"] for one in self.findings)


@dataclass
class Checker:
    """The page in a browser; `asked` are the requests since it was loaded."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type == "error" else None
        )
        self.page.goto(address)
        self.page.wait_for_selector("#check[data-ready]")
        self.page.on("request", lambda request: self.asked.append(request.url))

    def give(self, keys: Sequence[str] = (), seal: str = "") -> None:
        """Type keys and a seal, as they were published."""
        self.page.evaluate("document.getElementById('check-means').open = true")
        self.page.fill("#check-keys", "\n".join(keys))
        self.page.fill("#check-seal", seal)

    def put(self, *files: Path) -> dict[str, Outcome]:
        return self._put("#check-files", [str(file) for file in files])

    def put_folder(self, folder: Path) -> dict[str, Outcome]:
        return self._put("#check-folder", str(folder))

    def _put(self, field: str, files: Any) -> dict[str, Outcome]:
        self.page.evaluate("document.getElementById('check-results').hidden = true")
        self.page.set_input_files(field, files)
        self.page.wait_for_selector("#check-results:not([hidden])", timeout=60_000)
        return {one["title"]: Outcome(**one) for one in self.page.evaluate(READ_ALL)}

    @property
    def headline(self) -> str:
        return self.page.inner_text("#check-title")


@contextmanager
def checker_at(chromium: Browser, address: str, **options: Any) -> Iterator[Checker]:
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    checker = Checker(context.new_page())
    checker.open(address)
    yield checker
    context.close()


def offline_file() -> Path:
    """The page as one file, as the build made it."""
    return Path(settings.STATIC_ROOT) / "check" / "offline.html"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The tests speak for themselves."""


@contextmanager
def served() -> Iterator[str]:
    """The site on a loopback port; the checking page needs no database."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
