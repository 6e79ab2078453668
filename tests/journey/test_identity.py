"""A learner agrees to the face, is not recognised, is under review, chooses people and sits the exam.

Chromium's fake camera films; the eyes see what the story tells them: a drawn picture is rightly no face.
By video two browsers see each other's fake camera over loopback; the site passes two descriptions on.
"""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.journey.conftest import DESK, PHONE, Actor, StageHand

pytestmark = pytest.mark.journey
CARD = b"\xff\xd8\xff\xe0 a card of nobody"
WAIT = 30_000
PLAYS = """() => {
  const far = document.querySelector('[data-far]')
  return far.videoWidth > 0 && far.currentTime > 0.4 && !far.paused
}"""


def test_from_the_consent_to_the_exam_by_either_route(chromium: Browser, stage: StageHand) -> None:
    stage("travel", to="2026-06-03T09:00:00+08:00")
    exam = stage("an_exam_to_identify", opens="2026-06-03T09:00:00+08:00")
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", permissions=["camera"])
    context.set_default_timeout(WAIT)
    learner = Actor(context.new_page(), stage.url)
    learner.log_in(exam["user"], exam["password"])
    page = learner.open(f"/exams/{exam['uid']}/")
    expect(page.get_by_role("button", name="开始考试")).to_have_count(0)
    page.click("button:has-text('核验身份')")
    _two_equal_routes(page)
    _lay_down(page, stage, exam["name"])
    _not_recognised(page, stage)
    page.click("button:has-text('人工核验')")
    expect(page.locator("h2.center")).to_have_text("复核中，可以先继续")
    page.click("a:has-text('继续考试')")
    expect(page.locator(".identity-mark")).to_contain_text("复核中，不影响考试")
    page.click("button:has-text('开始考试')")
    expect(page.locator("[data-question='1']")).to_be_visible()
    assert stage("sitting", uid=exam["uid"])["status"] == "started"
    _confirmed(chromium, stage, exam)
    learner.open("/people/me/")
    expect(page.locator("main")).to_contain_text("考试核验：已确认本人")
    page.click("a:has-text('刷脸核验')")
    page.click("button:has-text('撤回刷脸同意')")
    page.click("dialog button:has-text('撤回并销毁')")
    expect(page.locator("main")).to_contain_text("人脸特征已销毁")
    assert learner.complaints == []
    context.close()


def _two_equal_routes(page: Page) -> None:
    face = page.locator(".routes .btn", has_text="刷脸核验").bounding_box()
    people = page.locator(".routes .btn", has_text="人工核验").bounding_box()
    assert face
    assert people
    assert abs(face["width"] - people["width"]) < 2
    assert face["height"] == people["height"]
    assert face["y"] == people["y"]


def _lay_down(page: Page, stage: StageHand, name: str) -> None:
    page.click("a:has-text('刷脸核验')")
    expect(page.locator("h2").first).to_have_text("刷脸核验单独同意书")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.fill("[name=signature]", name)
    page.click("button:has-text('签名并同意')")
    page.set_input_files("[name=card]", {"name": "c.jpg", "mimeType": "image/jpeg", "buffer": CARD})
    page.click("button:has-text('打开摄像头拍本人')")
    page.wait_for_selector("[data-face=wait]")
    frames, jpeg = json.loads(stage("look", card=True, outcome="match"))
    assert frames >= 5
    assert jpeg
    page.click("a:has-text('去核验')")


def _not_recognised(page: Page, stage: StageHand) -> None:
    """Three actions, hurried by the stage; the eyes say that it is somebody else."""
    _two_equal_routes(page)
    page.click(".routes button:has-text('刷脸核验')")
    expect(page.locator(".face-act")).to_be_visible()
    expect(page.locator("[data-line]")).to_have_text("正在比对，约几秒", timeout=WAIT)
    frames, jpeg = json.loads(stage("look", card=False, outcome="no_match"))
    assert frames >= 6
    assert jpeg
    expect(page.locator(".notice")).to_contain_text("与登记的照片不像")
    expect(page.locator(".notice")).to_contain_text("还可以刷脸 3 次")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _confirmed(chromium: Browser, stage: StageHand, exam: dict[str, str]) -> None:
    """An official sees the card and hears the code."""
    context = chromium.new_context(viewport=DESK, locale="zh-CN")
    context.set_default_timeout(WAIT)
    official = Actor(context.new_page(), stage.url)
    official.log_in(exam["official"], exam["password"])
    desk = official.open("/people/checks/")
    assert exam["name"] not in desk.locator("main").inner_text()
    desk.click("a:has-text('查看')")
    desk.fill("[name=code]", _code(stage, exam["phone"]))
    desk.check("[name=seen]")
    desk.click("button:has-text('确认是本人')")
    expect(desk.locator("main")).to_contain_text("已确认本人")
    assert official.complaints == []
    context.close()


def _code(stage: StageHand, phone: str) -> str:
    stage("work")
    code: str = stage("code_sent_to", phone=phone)
    return code


def test_both_see_each_other_and_the_official_confirms(chromium: Browser, stage: StageHand) -> None:
    stage("travel", to="2026-06-03T10:30:00+08:00")
    who = stage("a_check_to_see")
    learner = _actor(chromium, stage, PHONE, ["camera", "microphone"])
    phone = learner.log_in(who["user"], who["password"])
    phone = learner.open(f"/people/checks/{who['uid']}/")
    phone.click("button:has-text('人工核验')")
    _two_equal_ways(phone)
    phone.click("a:has-text('视频核对')")
    _clean(phone)
    phone.click("button:has-text('打开摄像头并排队')")
    expect(phone.locator("[data-line]")).to_have_text("正在排队，下一位就是您", timeout=WAIT)
    official = _actor(chromium, stage, DESK, ["camera", "microphone"])
    official.log_in(who["official"], who["password"])
    desk = official.open("/people/checks/")
    _clean(desk)
    desk.click("button:has-text('接下一位')")
    expect(desk.locator(".call-record .name")).to_have_text(who["name"])
    expect(desk.locator(".call-record")).to_contain_text(who["end"])
    for page in (phone, desk):
        page.wait_for_function(PLAYS)
    _clean(phone)
    _clean(desk)
    desk.click("button:has-text('举起身份证')")
    expect(phone.locator("[data-wish]")).to_contain_text("请把身份证人像面举到镜头前")
    _decide(desk, stage, who["phone"])
    expect(phone.locator("h2.center")).to_have_text("已确认本人", timeout=WAIT)
    assert stage("video_signals") == 0
    assert learner.complaints == []
    assert [one for one in official.complaints if "422" not in one] == []
    for actor in (learner, official):
        actor.page.context.close()


def test_a_refused_camera_is_said_and_the_other_way_stands_there(
    chromium: Browser, stage: StageHand
) -> None:
    """Chromium's fake permission says yes by itself; so the story lets the browser say no."""
    stage("travel", to="2026-06-03T10:30:00+08:00")
    who = stage("a_check_to_see")
    learner = _actor(chromium, stage, PHONE, [])
    phone = learner.log_in(who["user"], who["password"])
    phone.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => {"
        " throw new DOMException('no', 'NotAllowedError') }"
    )
    phone = learner.open(f"/people/checks/{who['uid']}/video/")
    phone.click("button:has-text('打开摄像头并排队')")
    expect(phone.locator("[data-line]")).to_contain_text("没有得到使用摄像头的许可")
    phone.click("button:has-text('改为请在场的人核对')")
    expect(phone.locator("h2.center")).to_have_text("复核中，可以先继续")
    assert learner.complaints == []
    phone.context.close()


def _decide(desk: Page, stage: StageHand, phone: str) -> None:
    """A mistyped code cuts nothing; the right one confirms."""
    desk.check("[name=seen]")
    desk.fill("[name=code]", "abcdef")
    desk.click("button:has-text('确认是本人')")
    expect(desk.locator("[data-wrong]")).to_contain_text("验证码不对", timeout=WAIT)
    assert desk.evaluate(PLAYS)
    desk.fill("[name=code]", _code(stage, phone))
    desk.click("button:has-text('确认是本人')")
    expect(desk.locator("main")).to_contain_text("已确认本人", timeout=WAIT)


def _two_equal_ways(page: Page) -> None:
    ways = [page.locator(".routes .btn").nth(n).bounding_box() for n in (0, 1)]
    here, video = ways
    assert here
    assert video
    assert abs(here["width"] - video["width"]) < 2
    assert (here["height"], here["y"]) == (video["height"], video["y"])
    _clean(page)


def _clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _actor(
    chromium: Browser, stage: StageHand, size: ViewportSize, permissions: list[str]
) -> Actor:
    context = chromium.new_context(viewport=size, locale="zh-CN", permissions=permissions)
    context.set_default_timeout(WAIT)
    return Actor(context.new_page(), stage.url)
