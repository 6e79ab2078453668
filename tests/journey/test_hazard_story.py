"""A hazard from a worker's phone to the figure it moves, and a 快报 that needs six taps."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, ViewportSize, expect

from tests.journey.conftest import DESK, PHONE, Actor, StageHand

pytestmark = pytest.mark.journey
PATIENCE_MS = 15_000
BEGIN = "2026-11-23T09:00:00+08:00"
DUE_PASSED = "2026-12-10T09:00:00+08:00"
SAME_DAY = "2026-11-23T12:00:00+08:00"  # after every role was given
WHERE = "三车间检修平台"
# Waits until the page's worker holds what it needs, and says what that is.
KEPT = """async (path) => {
  for (let tries = 0; tries < 150; tries++) {
    if ((await caches.keys()).includes('report-' + path)) {
      const held = await (await caches.open('report-' + path)).keys()
      const paths = held.map((one) => new URL(one.url).pathname)
      if (paths.includes(path + '/blank')) return paths
    }
    await new Promise((done) => { setTimeout(done, 100) })
  }
  return []
}"""
# Every word that any worker keeps in this browser.
WORDS_KEPT = """async () => {
  const found = []
  for (const name of await caches.keys()) {
    const box = await caches.open(name)
    for (const one of await box.keys()) found.push(await (await box.match(one, { ignoreVary: true })).text())
  }
  return found.join(' ')
}"""


def a_photo(colour: str) -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=out.getvalue())


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@dataclass
class Troupe:
    """Everybody with a browser of their own, logged in when they first appear."""

    stage: StageHand
    chromium: Browser
    password: str
    worker: str
    name: str
    lines: dict[str, BrowserContext] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def __call__(self, username: str, size: ViewportSize = DESK) -> Actor:
        if username not in self.actors:
            line = self.chromium.new_context(
                viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai"
            )
            line.set_default_timeout(PATIENCE_MS)
            self.lines[username] = line
            self.actors[username] = Actor(line.new_page(), self.stage.url)
            self.actors[username].log_in(username, self.password)
        return self.actors[username]


@pytest.fixture(scope="module")
def people(stage: StageHand, chromium: Browser) -> Iterator[Troupe]:
    stage("travel", to=BEGIN)
    told: dict[str, str] = stage("a_firm_to_watch")
    found = Troupe(stage, chromium, told["password"], told["worker"], told["name"])
    yield found
    for line in found.lines.values():
        line.close()


def fill_hazard(page: Page, place: str) -> None:
    page.set_input_files("[name=photos]", [a_photo("grey")])
    page.fill("[name=place]", place)
    page.fill("[name=what]", "护栏缺一段，检修时人会掉下去")
    page.select_option("[name=risk]", label="高处坠落")


def test_a_hazard_moves_the_figure(people: Troupe) -> None:
    district = people("district")
    page = district.open("/hazards/figures")
    expect(page.locator(".figures .figure").first).to_contain_text("—")
    address = the_worker_reports_while_the_network_is_gone(people)
    the_officer_takes_it_on_and_rectifies(people, address)
    another_rechecks(people, address)
    the_district_revisits(people, address)
    people.stage("travel", to=DUE_PASSED)
    page = district.open("/hazards/figures")
    expect(page.locator(".figures .figure").first).to_contain_text("100")
    expect(page.locator(".figures .figure").first).to_contain_text("按期完成 1 / 到期 1")
    clean(page)
    people.stage("travel", to=SAME_DAY)


def the_worker_reports_while_the_network_is_gone(people: Troupe) -> str:
    worker = people(people.worker, PHONE)
    page = worker.open("/hazards/report")
    clean(page)
    fill_hazard(page, WHERE)
    people.lines[people.worker].set_offline(True)
    page.get_by_role("button", name="上报").click()
    expect(page.get_by_text("没有网络。这条隐患已存在本机")).to_be_visible()
    people.lines[people.worker].set_offline(False)
    expect(page.get_by_text("待受理").first).to_be_visible()
    clean(page)
    return page.url


def the_officer_takes_it_on_and_rectifies(people: Troupe, address: str) -> None:
    officer = people("officer")
    page = officer.open("/")
    page.get_by_role("link", name="去受理").first.click()
    page.get_by_role("button", name="受理").click()
    page.select_option("[name=to] >> nth=0", index=1)
    page.get_by_role("button", name="指派整改").click()
    page.fill("[name=words] >> nth=0", "护栏已补装，现场试过")
    page.set_input_files("[name=photos] >> nth=0", [a_photo("green")])
    page.get_by_role("button", name="提交整改").click()
    expect(page.get_by_text("待复查").first).to_be_visible()
    assert page.url == address


def another_rechecks(people: Troupe, address: str) -> None:
    page = people("officer").page
    expect(page.get_by_role("button", name="已消除，销号")).to_have_count(0)
    page = people("officer2").open(address)
    clean(page)
    page.fill("[name=words] >> nth=0", "到现场看过，牢固")
    page.get_by_role("button", name="已消除，销号").click()
    expect(page.get_by_text("已销号").first).to_be_visible()


def the_district_revisits(people: Troupe, address: str) -> None:
    page = people("district").open(address)
    page.fill("#revisit-words", "复访，护栏完好")
    page.get_by_role("button", name="已消除").click()
    expect(page.get_by_text("复访，已消除")).to_be_visible()
    clean(page)


def test_a_quick_report_in_six_taps_reaches_the_district(people: Troupe) -> None:
    officer = people("officer2", PHONE)
    officer.page.set_viewport_size(PHONE)
    page = officer.open("/injuries/report")
    clean(page)
    taps: list[Callable[[], object]] = [
        lambda: page.fill("[name=place]", "冲压车间 3 号冲床"),
        lambda: page.select_option("[name=person]", index=1),
        lambda: page.fill("[name=narrative]", "换模具时右手手指被夹伤"),
        lambda: page.get_by_label("轻伤").check(),
        lambda: page.set_input_files("[name=photos]", [a_photo("red")]),
        lambda: page.get_by_role("button", name="上报快报").click(),
    ]
    for tap in taps:
        tap()
    expect(page.get_by_text("换模具时右手手指被夹伤")).to_be_visible()
    seen = people("district").open("/injuries/")
    expect(seen.get_by_role("cell", name="轻伤").first).to_be_visible()
    clean(seen)


def test_both_reports_open_without_a_network(people: Troupe) -> None:
    """The page opens from the phone, keeps what is written, and the queue sends it later."""
    officer = people("officer")
    officer.page.set_viewport_size(PHONE)
    page, line = officer.page, people.lines["officer"]
    for path in ("/hazards/report", "/injuries/report"):
        officer.open(path)
        kept = page.evaluate(KEPT, path)
        assert f"{path}/blank" in kept
        assert path not in kept
    assert people.name not in str(page.evaluate(WORDS_KEPT))
    line.set_offline(True)
    page.goto(officer.url + "/hazards/report")
    expect(page.get_by_text("没有网络，可以照常填写")).to_be_visible()
    clean(page)
    fill_hazard(page, "四号泵房")
    page.get_by_role("button", name="存在本机").click()
    expect(page.get_by_text("这条隐患已存在本机")).to_be_visible()
    page.goto(officer.url + "/injuries/report")
    expect(page.get_by_text("没有网络，可以照常填写")).to_be_visible()
    page.fill("[name=place]", "装卸台")
    page.fill("[name=person_name]", "周小明")
    page.fill("[name=narrative]", "鹤管回弹，手指被夹")
    page.get_by_label("轻伤").check()
    page.get_by_role("button", name="存在本机").click()
    expect(page.get_by_text("这份快报已存在本机")).to_be_visible()
    line.set_offline(False)
    expect(page).to_have_url(re.compile("/injuries/reports/"))
    expect(page.get_by_text("装卸台")).to_be_visible()
    officer.open("/hazards/mine")
    expect(page.get_by_role("link", name=re.compile("四号泵房"))).to_be_visible()
