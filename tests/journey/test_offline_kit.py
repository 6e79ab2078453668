"""A whole class without a network: two tablets carry it, one is reloaded, one's clock is moved, both
come home with a planted conflict, a person decides, the sums add up."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journey.conftest import DESK, Actor, StageHand

pytestmark = pytest.mark.journey
PIN = "246810"
TABLET = {"width": 1024, "height": 768}
MINUTE = 60
# The device's wall clock: the machine's, so many milliseconds on. Kept over a reload; set by a test.
CLOCK = """(() => {
  const real = Date.now.bind(Date)
  const shift = () => Number(localStorage.getItem('test-shift') || %d)
  Date.now = () => real() + shift()
  window.setWall = (ms) => localStorage.setItem('test-shift', String(shift() + ms))
})()"""
PHOTO = """() => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 40
  canvas.getContext('2d').fillRect(0, 0, 20, 20)
  return canvas.toDataURL('image/png').split(',')[1]
}"""


@pytest.fixture(scope="module")
def klass(stage: StageHand) -> dict[str, Any]:
    found: dict[str, Any] = stage("a_class_to_carry")
    return found


@pytest.fixture
def tablet(chromium: Browser, stage: StageHand, klass: dict[str, Any]) -> Callable[[str], Page]:
    """`tablet(name)`: a tablet of its own with the class taken along, opened, its network cut."""

    def take(name: str) -> Page:
        shift = round((klass["now"] - time.time()) * 1000)
        context = chromium.new_context(viewport=TABLET, locale="zh-CN")  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.add_init_script(CLOCK % shift)
        actor = Actor(context.new_page(), stage.url)
        actor.log_in(klass["user"], klass["password"])
        page = actor.open(f"/kits/class/{klass['uid']}/take")
        page.fill("[name=name]", name)
        page.fill("#kit-pin", PIN)
        page.fill("#kit-again", PIN)
        page.get_by_role("button", name="取离线包").click()
        page.get_by_role("link", name="打开离线包").click()
        unlock(page)
        context.set_offline(True)
        page.reload()
        unlock(page)
        expect(page.locator(".kit-state")).to_contain_text("未联网")
        assert actor.complaints == []
        return page

    return take


def unlock(page: Page, pin: str = PIN) -> None:
    page.fill("#kit-pin", pin)
    page.get_by_role("button", name="打开").click()
    expect(page.locator(".kit-top h1")).to_be_visible()


def set_wall(page: Page, minutes: float) -> None:
    page.evaluate(f"setWall({minutes * 60_000})")


def sign_by_card(page: Page, number: str) -> None:
    page.locator("#kit-entry").press_sequentially(number)
    page.locator("#kit-entry").press("Enter")


def test_a_class_without_a_network(
    chromium: Browser, stage: StageHand, klass: dict[str, Any], tablet: Callable[[str], Page]
) -> None:
    (first, first_id), (second, _), (third, third_id) = klass["people"]
    one, two = tablet("一号车平板"), tablet("二号车平板")

    # Tablet one: a card, a tick, a paper with a reload in the middle.
    one.locator(".kit-tile").first.click()
    sign_by_card(one, first_id)
    expect(one.locator(".kit-flash")).to_contain_text(f"{first} 签到")
    one.locator(".kit-roll button", has_text=second).click()
    one.fill("#kit-reason", "没带身份证")
    one.locator("dialog").get_by_role("button", name="签到").click()
    expect(one.locator(".kit-count")).to_contain_text("未到 1 人")
    one.get_by_role("button", name="返回").click()
    sit_with_a_reload(one, second)

    # Tablet two, twenty minutes later by its clock: the same person again, a checklist, a moved clock.
    set_wall(two, 20)
    two.reload()
    unlock(two)
    two.locator(".kit-tile").first.click()
    sign_by_card(two, first_id)
    expect(two.locator(".kit-flash")).to_contain_text(f"{first} 签到")
    two.get_by_role("button", name="返回").click()
    mark_a_checklist(two, first, klass["items"])
    two.get_by_role("button", name="返回").click()
    set_wall(two, 60)
    expect(two.locator(".kit-notes")).to_contain_text("平板时钟刚才被改动了 60 分钟")
    two.locator(".kit-tile").first.click()
    sign_by_card(two, third_id)
    expect(two.locator(".kit-count")).to_contain_text("未到 1 人")
    set_wall(two, -60)

    # Home again, hours later.
    assert stage("carried", klass=klass["uid"])["marks"] == []
    later = datetime.fromtimestamp(klass["now"]).astimezone() + timedelta(hours=3)
    stage("travel", to=later.isoformat())
    for page in (one, two):
        page.context.set_offline(False)
        expect(page.locator(".kit-state")).to_contain_text("都已送达", timeout=20_000)
    facts = stage("carried", klass=klass["uid"])
    assert [who for who, *_ in facts["marks"]] == [first, second]
    assert facts["papers"] == [2]
    assert facts["practicals"] == [True]
    assert min(facts["apart"]) > 2 * 3600
    assert sorted(set(facts["fates"])) == ["applied", "conflict"]
    assert facts["fates"].count("conflict") == 2

    decide_and_count(chromium, stage, klass, first, third)


def sit_with_a_reload(page: Page, who: str) -> None:
    page.locator(".kit-tile", has_text="结业理论考试").click()
    page.locator(".kit-roll button", has_text=who).click()
    page.get_by_role("button", name="开始答题").click()
    page.locator(".kit-option").nth(1).click()
    expect(page.get_by_text("已存", exact=True)).to_be_visible()
    page.get_by_role("button", name="下一题").click()
    page.locator(".kit-option").nth(0).click()
    expect(page.get_by_text("已存", exact=True)).to_be_visible()
    expect(page.locator(".kit-option.on")).to_have_count(1)

    page.reload()
    page.fill("#kit-pin", "000000")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_text("密码不对")).to_be_visible()
    unlock(page)
    page.locator(".kit-tile", has_text="结业理论考试").click()
    page.locator(".kit-roll button", has_text=who).click()
    expect(page.locator(".kit-question")).to_contain_text("第 3 /")
    page.get_by_role("button", name="上一题").click()
    expect(page.locator(".kit-option.on")).to_have_count(1)
    page.get_by_role("button", name="答题卡").click()
    expect(page.locator(".kit-sheet .on")).to_have_count(2)
    page.locator("dialog").get_by_role("button", name="交卷").click()
    page.locator("dialog").get_by_role("button", name="交卷").click()
    expect(page.get_by_text("请把平板交还老师")).to_be_visible()
    page.fill("#kit-back", PIN)
    page.get_by_role("button", name="回到名单").click()
    expect(page.locator(".kit-roll button", has_text=who)).to_contain_text("已交卷")


def mark_a_checklist(page: Page, who: str, items: int) -> None:
    tile = page.locator("section", has_text="实操评分").locator(".kit-tile")
    tile.click()
    page.locator(".kit-roll button", has_text=who).click()
    page.get_by_role("button", name="存下评分").click()
    expect(page.locator(".kit-flash")).to_contain_text("第 1 项还没有判定")
    for no in range(items):
        page.locator(".kit-check").nth(no).get_by_text("合格", exact=True).click()
    page.get_by_role("button", name="存下评分").click()
    expect(page.get_by_text("请拍一张学员操作的照片")).to_be_visible()
    picture = page.evaluate(PHOTO)
    page.evaluate(
        """(data) => {
          const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0))
          const files = new DataTransfer()
          files.items.add(new File([bytes], 'a.png', { type: 'image/png' }))
          const input = document.querySelector('.kit-photo input')
          input.files = files.files
          input.dispatchEvent(new Event('change'))
        }""",
        picture,
    )
    expect(page.locator(".kit-preview")).to_be_visible()
    page.get_by_role("button", name="存下评分").click()
    expect(page.locator(".kit-roll button", has_text=who)).to_contain_text("已评")


def decide_and_count(
    chromium: Browser, stage: StageHand, klass: dict[str, Any], first: str, third: str
) -> None:
    context = chromium.new_context(viewport=DESK, locale="zh-CN")
    context.set_default_timeout(15_000)
    actor = Actor(context.new_page(), stage.url)
    actor.log_in(klass["user"], klass["password"])
    page = actor.open(f"/kits/class/{klass['uid']}/review")
    twice = page.locator(".kit-conflict", has_text=first)
    expect(twice.locator(".kit-versions")).to_contain_text("系统记录")
    expect(twice).to_contain_text("时间相差 20 分钟")
    expect(twice).to_contain_text("二号车平板")
    twice.get_by_text("采用平板记录的时间").click()
    twice.get_by_label("理由").fill("现场核对，按第二次")
    twice.get_by_role("button", name="记下这个处理").click()
    expect(page.locator("main")).to_contain_text("已核对 1 条")
    moved = page.locator(".kit-conflict", has_text=third)
    expect(moved).to_contain_text("平板时钟在使用中被改动")
    moved.get_by_text("采用连续计时推算的时间").click()
    moved.get_by_label("理由").fill("误触了时间设置")
    moved.get_by_role("button", name="记下这个处理").click()
    expect(page.locator("main")).to_contain_text("都核对完了")

    page = actor.open(f"/kits/class/{klass['uid']}/")
    page.get_by_role("link", name="二号车平板").click()
    expect(page.locator(".kit-sums")).to_have_attribute("data-add-up", "yes")
    figures = [int(n) for n in page.locator(".kit-sums b").all_inner_texts()]
    assert figures[0] == sum(figures[1:])
    assert figures[3] == 2
    facts = stage("carried", klass=klass["uid"])
    assert len(facts["marks"]) == 3
    assert {source for *_, source in facts["marks"]} == {"device"}
    assert actor.complaints == []
