"""The page's half of a heartbeat, in a browser without a server: what is sent when, and what is not.

The network is played by the test, the clock by Playwright. `film` is a film that plays by the page's
clock.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from anlan.testing.floors import ROOT

SITE = "http://lesson.test"
ISLANDS = ROOT / "frontend" / "islands"
PAGE = """<!doctype html><title>lesson</title><script type="module">
import { startBeats } from '/beats.js'
const film = window.film = { at: 0, runs: false, rate: 1, told: [], refused: [] }
let last = Date.now()
setInterval(() => { const now = Date.now(); if (film.runs) film.at += film.rate * (now - last) / 1000; last = now }, 250)
film.beats = startBeats({ lesson: 'one', where: () => film.at, playing: () => film.runs,
  onState: (told) => film.told.push(told), onRefused: (refused) => film.refused.push(refused) })
</script>"""
OPENED = {
    "key": "k1", "position": 0, "frontier": 0, "seen": "", "passed": [], "slot_seconds": 5,
    "seconds": 600, "completed": False,
}  # fmt: skip
Answer = tuple[int, dict[str, Any], dict[str, str]]

pytestmark = pytest.mark.journey


@dataclass
class Server:
    """Credits what is claimed, unless the story says otherwise."""

    asked: list[tuple[str, Any]] = field(default_factory=list)
    answer: Callable[[str, Any], Answer] | None = None

    def take(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path in ("/beats.js", "/intake.js"):
            source = (ISLANDS / path[1:]).read_text("utf-8")
            route.fulfill(body=source, content_type="text/javascript")
        elif path in ("/", "/settled"):
            route.fulfill(body=PAGE, content_type="text/html")
        else:
            self._say(route, path.rsplit("/", 1)[1])

    def _say(self, route: Route, what: str) -> None:
        body = json.loads(route.request.post_data or "{}")
        self.asked.append((what, body))
        status, said, headers = (self.answer or credits)(what, body)
        if not status:
            route.abort()
            return
        route.fulfill(
            status=status, body=json.dumps(said), headers=headers, content_type="application/json"
        )

    def beats(self) -> list[Any]:
        return [body for what, body in self.asked if what == "beat"]


def credits(what: str, body: Any) -> Answer:
    if what == "open":
        return 200, OPENED, {}
    until = body.get("until", 0)
    said = {"position": until, "frontier": until, "seen": "", "spent": 0, "completed": False}
    return 200, said | {"notice": ""}, {}


@dataclass
class Scene:
    """A page with a film, and the server behind it."""

    page: Page
    server: Server

    def passes(self, seconds: float) -> None:
        """Time goes by in steps, so that what is asked meanwhile is answered."""
        for _ in range(int(seconds)):
            self.page.clock.run_for(1000)
            self.page.evaluate("() => fetch('/settled')")

    def plays(self, runs: bool = True) -> None:
        self.page.evaluate("(runs) => { film.runs = runs }", runs)

    def film(self, name: str) -> Any:
        return self.page.evaluate(f"() => film.{name}")


@pytest.fixture
def scene(chromium: Browser) -> Iterator[Scene]:
    context = chromium.new_context()
    server = Server()
    context.route("**/*", server.take)
    page = context.new_page()
    page.clock.install()
    page.goto(SITE + "/")
    page.wait_for_function("() => window.film && film.told.length")
    yield Scene(page, server)
    context.close()


def test_it_beats_while_the_film_plays_and_at_its_pause(scene: Scene) -> None:
    scene.passes(20)
    assert scene.server.beats() == [], "nothing plays, nothing is sent"
    scene.plays()
    scene.passes(40)
    scene.plays(False)
    scene.passes(20)
    beats = scene.server.beats()
    assert 3 <= len(beats) <= 5
    assert all(one["key"] == "k1" for one in beats)
    gaps = [after["since"] - before["until"] for before, after in pairwise(beats)]
    assert max(gaps) == 0, "each begins where the last was credited"
    assert beats[-1]["until"] == pytest.approx(40, abs=1.5)
    assert beats[0]["rate"] == pytest.approx(1, abs=0.15)


def test_what_was_not_answered_is_sent_again_after_the_time_asked_for(scene: Scene) -> None:
    def busy(what: str, body: Any) -> Answer:
        return 503, {"message": "忙"}, {"Retry-After": "6"}

    scene.plays()
    scene.server.answer = busy
    scene.passes(20)
    assert len(scene.server.beats()) == 1
    scene.server.answer = None
    scene.passes(10)
    first, second = scene.server.beats()[:2]
    assert second["since"] == first["since"]
    assert second["until"] > first["until"], "the claim has grown meanwhile"
    assert scene.film("refused") == []


def test_another_device_ends_it_once_and_for_good(scene: Scene) -> None:
    def taken(what: str, body: Any) -> Answer:
        words = {"message": "已在另一台设备上继续学习。", "next_step": "请重新打开这节课。"}
        return 409, words, {}

    scene.plays()
    scene.server.answer = taken
    scene.passes(20)
    scene.server.answer = None
    scene.passes(20)
    [refused] = scene.film("refused")
    assert refused["message"] == "已在另一台设备上继续学习。"
    assert len(scene.server.beats()) == 1


def test_who_stands_beyond_what_is_credited_is_called_back(scene: Scene) -> None:
    def less(what: str, body: Any) -> Answer:
        status, said, headers = credits(what, body)
        return status, said | {"position": 4, "frontier": 4, "notice": "请从 0:04 继续。"}, headers

    scene.server.answer = less
    scene.plays()
    scene.passes(20)
    assert scene.film("told")[-1]["back"] == 4


def test_a_long_silence_is_said_and_ends_with_the_next_answer(scene: Scene) -> None:
    scene.plays()
    scene.server.answer = lambda what, body: (0, {}, {})
    scene.passes(110)
    assert scene.film("told")[-1]["stalled"]
    scene.plays(False)
    scene.server.answer = None
    scene.page.evaluate("() => dispatchEvent(new Event('online'))")
    scene.passes(3)
    assert not scene.film("told")[-1]["stalled"]


def test_a_page_that_goes_away_sends_what_is_left(scene: Scene) -> None:
    scene.plays()
    scene.passes(6)
    assert scene.server.beats() == []
    scene.page.evaluate("() => dispatchEvent(new Event('pagehide'))")
    scene.passes(1)
    [last] = scene.server.beats()
    assert last["until"] == pytest.approx(6, abs=1.5)


def test_a_jump_begins_a_new_claim_and_keeps_the_old(scene: Scene) -> None:
    scene.plays()
    scene.passes(8)
    scene.page.evaluate("() => { film.at = 100 }")
    scene.passes(20)
    first, second = scene.server.beats()[:2]
    assert first["until"] == pytest.approx(8, abs=1.5)
    assert second["since"] >= 99


def test_answers_go_by_the_same_key(scene: Scene) -> None:
    def judged(what: str, body: Any) -> Answer:
        if what != "answer":
            return credits(what, body)
        return 200, {"right": True, "explanation": "先通风", "completed": False}, {}

    scene.server.answer = judged
    said = scene.page.evaluate("() => film.beats.answer(30, [1])")
    assert said["explanation"] == "先通风"
    assert scene.server.asked[-1] == ("answer", {"key": "k1", "second": 30, "chosen": [1]})
    assert scene.film("told")[-1]["passed"] == [30]
