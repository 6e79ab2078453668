"""A learner sits an exam while the network goes twice, the page is reloaded, the phone changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.journey.conftest import PHONE, Actor, StageHand

pytestmark = pytest.mark.journey
OPENS = "2026-06-02T09:00:00+08:00"
PATIENCE_MS = 15_000
KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open('anlan', 1)
  asked.onsuccess = () => {
    const all = asked.result.transaction('kept').objectStore('kept').getAll()
    all.onsuccess = () => { asked.result.close(); done(JSON.stringify(all.result)) }
  }
})"""


@pytest.fixture(scope="module")
def exam(stage: StageHand) -> dict[str, str]:
    stage("travel", to="2026-06-02T08:30:00+08:00")
    found: dict[str, str] = stage("an_exam_to_sit", opens=OPENS)
    return found


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[list[BrowserContext]]:
    made = [
        chromium.new_context(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai")
        for _ in range(2)
    ]
    for context in made:
        context.set_default_timeout(PATIENCE_MS)
    yield made
    for context in made:
        context.close()


def tick(page: Page, no: int, option: int = 0) -> None:
    """Go to a question by the answer sheet, and choose."""
    page.get_by_role("button", name="答题卡").click()
    page.get_by_role("button", name=re.compile(rf"^第 {no} 题")).click()
    page.locator(f"[data-question='{no}'] label.choice").nth(option).click()


def state(page: Page, words: str) -> None:
    expect(page.locator("#exam-state")).to_contain_text(words, timeout=PATIENCE_MS)


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@dataclass
class Scene:
    """One sitting, two phones of its learner, and the lines that they hang on."""

    stage: StageHand
    exam: dict[str, str]
    lines: list[BrowserContext]

    @property
    def home(self) -> str:
        return f"/exams/{self.exam['uid']}/"

    @property
    def kept(self) -> dict[str, Any]:
        """What the server has."""
        found: dict[str, Any] = self.stage("sitting", uid=self.exam["uid"])
        return found

    @property
    def answered(self) -> set[str]:
        return set(self.kept["answers"])

    def open_on(self, line: BrowserContext) -> Page:
        actor = Actor(line.new_page(), self.stage.url)
        actor.log_in(self.exam["user"], self.exam["password"])
        return actor.open(self.home)


def test_an_exam_outlives_two_cuts_a_reload_and_another_phone(
    stage: StageHand, exam: dict[str, str], contexts: list[BrowserContext]
) -> None:
    scene = Scene(stage, exam, contexts)
    page = scene.open_on(contexts[0])
    the_sealed_paper_comes_ahead(scene, page)
    at_nine_a_small_answer_opens_it(scene, page)
    the_network_goes_and_the_page_is_reloaded(scene, page)
    other = scene.open_on(contexts[1])
    another_phone_goes_on(page, other)
    it_is_handed_in_without_a_network(scene, other)


def the_sealed_paper_comes_ahead(scene: Scene, page: Page) -> None:
    """Half an hour before: it is on the phone, and can't be read."""
    expect(page.locator("[data-exam-state]")).to_contain_text("试卷已加密存到本机")
    expect(page.get_by_role("button", name="开始考试")).to_be_hidden()
    clean(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = str(page.evaluate(KEPT))
    assert '"sealed"' in kept
    stems = scene.kept["stems"]
    assert len(stems) == 6
    assert not any(stem in kept for stem in stems)


def at_nine_a_small_answer_opens_it(scene: Scene, page: Page) -> None:
    scene.stage("travel", to=OPENS)
    page.reload()
    with page.expect_response("**/in/exams/start") as began:
        page.get_by_role("button", name="开始考试").click()
    assert "paper" not in began.value.json()
    tick(page, 1)
    tick(page, 2)
    state(page, "已保存")
    clean(page)
    assert scene.answered == {"1", "2"}
    page.wait_for_function("async () => Boolean(await caches.match(location.pathname))")


def the_network_goes_and_the_page_is_reloaded(scene: Scene, page: Page) -> None:
    scene.lines[0].set_offline(True)
    tick(page, 3)
    state(page, "离线，1 题保存在本机")
    page.reload()
    expect(page.locator(".exam-line")).to_contain_text("已答 3")
    tick(page, 4)
    state(page, "离线，2 题保存在本机")
    clean(page)
    assert scene.answered == {"1", "2"}
    scene.lines[0].set_offline(False)
    state(page, "已保存")
    assert scene.answered == {"1", "2", "3", "4"}


def another_phone_goes_on(page: Page, other: Page) -> None:
    """The first one is told, and can't write any more."""
    other.get_by_role("link", name="继续考试").click()
    expect(other.get_by_text("已接着另一台设备的进度作答")).to_be_visible()
    expect(other.locator(".exam-line")).to_contain_text("已答 4")
    clean(other)
    tick(page, 1, 1)
    expect(page.get_by_text("已在另一台设备上继续作答")).to_be_visible()
    expect(page.locator("[data-question='1'] input").first).to_be_disabled()
    clean(page)
    tick(other, 5)
    state(other, "已保存")


def it_is_handed_in_without_a_network(scene: Scene, other: Page) -> None:
    scene.lines[1].set_offline(True)
    tick(other, 6)
    state(other, "离线，1 题保存在本机")
    other.get_by_role("button", name="交卷").click()
    other.get_by_role("dialog").get_by_role("button", name="交卷").click()
    state(other, "已交卷，等联网后上传")
    assert scene.kept["status"] == "started"
    other.reload()
    state(other, "已交卷，等联网后上传")
    scene.lines[1].set_offline(False)
    expect(other.get_by_role("heading", name="考试成绩")).to_be_visible()
    found = scene.kept
    assert found["status"] == "submitted"
    assert set(found["answers"]) == {"1", "2", "3", "4", "5", "6"}
    expect(other.locator(".exam-result .big")).to_contain_text(re.sub(r"\.0$", "", found["score"]))
    assert "acked" not in str(other.evaluate(KEPT))


@pytest.mark.long
def test_what_was_ticked_before_the_script_came_is_an_answer(
    stage: StageHand, chromium: Browser
) -> None:
    """A slow phone shows the plain page first; the learner is quicker than the script."""
    stage("travel", to="2026-06-02T08:30:00+08:00")
    exam = stage("an_exam_to_sit", opens=OPENS, who=1)
    stage("travel", to=OPENS)
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")
    context.set_default_timeout(PATIENCE_MS)
    scene = Scene(stage, exam, [context])
    page = scene.open_on(context)
    page.get_by_role("button", name="开始考试").click()
    state(page, "答案随答随存")
    held: list[Route] = []
    page.route(re.compile(r"/phone-\w+\.js"), lambda route: held.append(route))
    page.goto(stage.url + scene.home, wait_until="commit")
    page.get_by_role("link", name="继续考试").click(no_wait_after=True)
    page.locator("[data-question='1'] label.choice").first.click()
    assert scene.answered == set()
    for one in held:
        one.continue_()
    state(page, "已保存")
    assert scene.answered == {"1"}
    context.close()
