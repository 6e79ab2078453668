"""One class through the whole chain in a browser, every role at their own screen.

The enterprise registers itself; the class is applied for, approved, booked, taught, examined, made
up, rated, closed, sealed; an outsider checks certificate and archive. The first session is signed
at the door in the browser; the other two by the services, since they are the same pages again.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from anlan.lib import uscc
from anlan.lib.spreadsheets import write_table
from tests.journey.conftest import DESK, PHONE, Actor, StageHand

pytestmark = pytest.mark.journey
STAFF = "An-Lan-2026"
OFFICER = "officer-hx"
FIRM = "衡信机械（演示）有限公司"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)


@dataclass
class Troupe:
    """Everybody's browser, and what the story has come to."""

    browser: Browser
    stage: StageHand
    folder: Path
    actors: dict[str, Actor] = field(default_factory=dict)
    number: str = ""

    def actor(self, name: str, *, phone: bool = False) -> Actor:
        if name not in self.actors:
            context = self.browser.new_context(
                viewport=PHONE if phone else DESK, locale="zh-CN", accept_downloads=True
            )
            context.set_default_timeout(15_000)
            self.actors[name] = Actor(context.new_page(), self.stage.url)
        return self.actors[name]

    def staff(self, username: str, *, phone: bool = False) -> Actor:
        """A member of staff, logged in."""
        known = username in self.actors
        actor = self.actor(username, phone=phone)
        if not known:
            actor.log_in(username, OFFICER_PASSWORD if username == OFFICER else STAFF)
        return actor

    def facts(self) -> dict:  # type: ignore[type-arg]
        return dict(self.stage("class_facts", number=self.number))


OFFICER_PASSWORD = "Heng-Xin-2026"


@pytest.fixture(scope="module")
def troupe(chromium: Browser, stage: StageHand, tmp_path_factory: pytest.TempPathFactory) -> Troupe:
    return Troupe(chromium, stage, tmp_path_factory.mktemp("journey"))


def test_the_enterprise_registers_itself(troupe: Troupe) -> None:
    page = troupe.actor(OFFICER).open("/account/login")
    page.get_by_text("企业登记").first.click()
    page.fill("[name=person_name]", "陈安全")
    page.fill("[name=username]", OFFICER)
    page.fill("[name=password]", OFFICER_PASSWORD)
    page.fill("[name=again]", OFFICER_PASSWORD)
    page.get_by_role("button", name=re.compile("下一步")).click()
    page.fill("[name=uscc]", "91370100MA3C000000")
    page.fill("[name=name]", FIRM)
    pick_industry(page, "C3411")
    page.select_option("[name=district]", label="历城区")
    page.fill("[name=headcount]", "86")
    page.fill("[name=address]", "工业北路样例 8 号")
    page.fill("[name=contact_name]", "陈安全")
    page.fill("[name=contact_phone]", "15400000088")
    page.get_by_role("button", name=re.compile("下一步")).click()
    expect(page.locator("body")).to_contain_text("信用代码")  # refused in plain words, kept
    expect(page.locator("[name=name]")).to_have_value(FIRM)
    page.fill("[name=uscc]", good_credit_code())
    page.get_by_role("button", name=re.compile("下一步")).click()
    page.get_by_role("button", name=re.compile("提交")).click()
    expect(page.locator("body")).to_contain_text("等待")
    check_accessible(page, "registered")


def test_the_district_lets_it_in(troupe: Troupe) -> None:
    page = troupe.staff("story-district").open("/")
    page.get_by_text(FIRM).first.click()
    page.fill("[name=reason]", "登记信息核对无误")
    page.get_by_role("button", name="同意登记").click()
    expect(page.locator("body")).to_contain_text("已通过")


def test_the_roster_comes_in_with_its_bad_row_named(troupe: Troupe) -> None:
    people = troupe.stage("people", count=4)
    rows = [(*one, "一线员工", "车工", "一车间") for one in people]
    rows.append(("写错号", people[0][1][:-1] + "?", "", "一线员工", "车工", "一车间"))
    file = troupe.folder / "花名册.xlsx"
    headers = ("姓名", "身份证号", "手机号", "岗位类别", "工种", "部门")
    file.write_bytes(write_table("", headers, rows))
    page = troupe.staff(OFFICER).open("/people/")
    page.get_by_role("link", name=re.compile("上传花名册")).first.click()
    page.set_input_files("[name=file]", str(file))
    page.get_by_role("button", name=re.compile("上传并核对")).click()
    page.get_by_role("button", name=re.compile("下一步：预览")).click()
    expect(page.locator("h1")).to_contain_text("4 行可以导入，1 行有问题")
    check_accessible(page, "roster preview")
    page.get_by_role("button", name=re.compile("导入这")).click()
    troupe.stage("work")
    expect(page.locator("#upload-state")).to_contain_text("4", timeout=20_000)
    page.goto(troupe.stage.url + "/people/")
    expect(page.locator("body")).to_contain_text(people[0][0])


def test_the_provider_applies(troupe: Troupe) -> None:
    page = troupe.staff("story-manager-1").open("/classes/apply/")
    page.select_option("[name=industry]", value="machinery")
    option = page.locator("[name=syllabus] option", has_text="一线员工")
    expect(option).to_have_count(1)
    page.select_option("[name=syllabus]", value=option.get_attribute("value"))
    page.wait_for_load_state("networkidle")
    page.select_option("[name=project]", index=1)
    page.fill("[name=title]", "机械一线员工第一期")
    page.select_option("[name=district]", label="历城区")
    page.fill("[name=quota]", "12")
    page.get_by_role("button", name=re.compile("保存，下一步")).click()
    found = re.search(r"2026-\d{5}", page.content())
    assert found
    troupe.number = found[0]
    page.fill("#id_fill-since, [name='fill-since'], [name=since]", "2026-06-08")
    for name in ("trainer", "venue"):
        page.locator(f"form[action$='/fill'] select[name$={name}]").select_option(index=1)
    page.locator("form[action$='/fill'] button").click()
    check_accessible(page, "timetable")
    page.get_by_role("link", name=re.compile("下一步：检查并提交")).click()
    page.get_by_role("button", name=re.compile("提交申请")).click()
    expect(page.locator("body")).to_contain_text("待区县审核")


def test_district_and_city_decide(troupe: Troupe) -> None:
    for username, button in (("story-district", "同意，转市级审批"), ("story-city", "同意开班")):
        page = troupe.staff(username).open("/classes/queue/")
        page.get_by_text("机械一线员工第一期").first.click()
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
    expect(page.locator("body")).to_contain_text("报名中")
    check_accessible(page, "class record")


def test_the_enterprise_books_and_names_people(troupe: Troupe) -> None:
    page = troupe.staff(OFFICER).open("/")
    page.get_by_role("link", name="预约培训").first.click()
    page.get_by_role("link", name="预约座位").first.click()
    page.fill("[name=seats]", "3")
    page.get_by_role("button", name=re.compile("预约座位")).click()
    page.get_by_role("link", name=re.compile("选人报名")).first.click()
    boxes = page.locator("input[name=person]")
    expect(boxes).to_have_count(4)
    for n in range(3):
        boxes.nth(n).check()
    check_accessible(page, "pick people")
    page.get_by_role("button", name=re.compile("报名所选")).click()
    expect(page.locator("body")).to_contain_text("3 / 3")


def test_learners_sign_in_at_the_door(troupe: Troupe) -> None:
    session = troupe.facts()["sessions"][0]
    assert (session["day"], session["half"]) == ("2026-06-08", "am")
    troupe.stage("travel", to="2026-06-08T08:20:00+08:00")
    door = troupe.staff("story-manager-1").open(f"/classes/session/{session['uid']}/door")
    code = read_code(door)
    check_accessible(door, "door")
    learner = troupe.facts()["people"][0]
    phone = troupe.actor("learner-0", phone=True)
    page = phone.open(f"/classes/session/{session['uid']}/sign")
    log_in_by_code(troupe, page, learner["phone"])
    type_digits(page, code)
    page.get_by_role("button", name="签到", exact=True).click()
    expect(page.locator("body")).to_contain_text("签到成功")
    check_accessible(page, "signed in")
    for one in troupe.facts()["people"][1:]:
        sign_for(door, one["name"], "签到")
    expect(door.locator("#roll")).to_contain_text("3", timeout=10_000)
    troupe.stage("travel", to="2026-06-08T12:05:00+08:00")
    page.goto(f"{troupe.stage.url}/classes/session/{session['uid']}/sign")
    door.reload()
    type_digits(page, read_code(door))
    page.get_by_role("button", name="签退", exact=True).click()
    expect(page.locator("body")).to_contain_text("签退成功")
    for one in troupe.facts()["people"][1:]:
        sign_for(door, one["name"], "签退")


def test_recordings_are_filed(troupe: Troupe) -> None:
    troupe.stage("travel", to="2026-06-09T18:30:00+08:00")
    troupe.stage("teach_on", number=troupe.number)
    facts = troupe.facts()
    page = troupe.staff("story-manager-1").open(f"/classes/{facts['uid']}/files")
    video = troupe.folder / "现场.mp4"
    video.write_bytes(b"a stand-in for a recording" * 400)
    offline = [session for session in facts["sessions"] if session["mode"] != "online"]
    for filed, session in enumerate(offline, start=1):
        form = page.locator(f"form[action$='{session['uid']}/film']")
        form.locator("[type=file]").set_input_files(str(video))
        form.get_by_role("button", name="上传录像").click()
        expect(page.get_by_text("已入账本")).to_have_count(filed)
    expect(page.get_by_text("录像齐全")).to_have_count(2)
    check_accessible(page, "files")


def test_everybody_is_examined_and_one_fails(troupe: Troupe) -> None:
    facts = troupe.facts()
    page = troupe.staff("story-manager-1").open(f"/classes/{facts['uid']}/exams")
    page.fill("[name=opens_at]", "2026-06-10T09:00")
    page.fill("[name=closes_at]", "2026-06-10T12:00")
    page.get_by_role("button", name=re.compile("安排考核")).click()
    check_accessible(page, "exams")
    troupe.stage("travel", to="2026-06-10T09:05:00+08:00")
    for n, one in enumerate(facts["people"]):
        take_paper(troupe, n, one["phone"], fails=n == 0)
    examiner = troupe.staff("story-examiner-1", phone=True)
    for one in facts["people"]:
        mark_practical(troupe, examiner, one["enrolment"])


def test_it_can_t_be_closed_before_the_make_up(troupe: Troupe) -> None:
    facts = troupe.facts()
    page = troupe.staff("story-manager-1").open(f"/classes/{facts['uid']}/")
    page.get_by_role("button", name="结班").first.click()
    page.get_by_role("dialog").get_by_role("button", name="结班").click()
    expect(page.locator("body")).to_contain_text("补考")
    assert troupe.facts()["status"] == "running"
    page.goto(f"{troupe.stage.url}/classes/{facts['uid']}/exams")
    page.fill("[name$=scheduled_at]", "2026-06-12T14:00")
    page.get_by_role("button", name=re.compile("安排补考并通知")).click()
    troupe.stage("travel", to="2026-06-12T14:05:00+08:00")
    take_paper(troupe, 0, facts["people"][0]["phone"], fails=False)


def test_learners_rate_the_class(troupe: Troupe) -> None:
    facts = troupe.facts()
    page = troupe.actor("learner-0").open(f"/classes/{facts['uid']}/survey")
    for name in ("useful", "clear", "place", "recommend"):
        page.locator(f"[name={name}][value='5']").check(force=True)
    check_accessible(page, "survey")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("body")).to_contain_text("谢谢")


def test_the_class_closes_and_is_sealed(troupe: Troupe) -> None:
    facts = troupe.facts()
    page = troupe.staff("story-manager-1").open(f"/classes/{facts['uid']}/")
    page.get_by_role("button", name="结班").first.click()
    page.get_by_role("dialog").get_by_role("button", name="结班").click()
    expect(page.locator("body")).to_contain_text("已结班")
    troupe.stage("work")
    assert troupe.facts()["status"] == "closed"
    page.goto(f"{troupe.stage.url}/archives/class/{facts['uid']}/")
    expect(page.locator("body")).to_contain_text("第 1 版")
    check_accessible(page, "archive")
    page.goto(f"{troupe.stage.url}/archives/class/{facts['uid']}/report")
    expect(page.locator("body")).to_contain_text("3 / 3")
    check_accessible(page, "report")


def test_an_outsider_checks_archive_and_certificate(troupe: Troupe) -> None:
    archive = troupe.facts()["archives"][0]
    done = subprocess.run(
        [sys.executable, "-m", "anlan.proofs", archive, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)
    learner = troupe.actor("learner-0").open("/archives/mine/")
    number = re.search(r"AL2026-\d+-\w", learner.content())
    assert number
    check_accessible(learner, "my certificates")
    page = troupe.actor("outsider", phone=True).open(f"/c/{number[0]}")
    name = troupe.facts()["people"][0]["name"]
    expect(page.locator("body")).to_contain_text("有效")
    assert name not in page.content()
    page.fill("[name=name]", name)
    page.locator("form").filter(has=page.locator("[name=name]")).locator("button").click()
    expect(page.locator("body")).to_contain_text("一致")
    check_accessible(page, "public certificate")


def test_nobody_s_browser_complained(troupe: Troupe) -> None:
    said = {name: actor.complaints for name, actor in troupe.actors.items() if actor.complaints}
    wrong = {name: [s for s in words if "status of 4" not in s] for name, words in said.items()}
    assert {name: words for name, words in wrong.items() if words} == {}


def good_credit_code() -> str:
    return uscc.synthetic(88_000_001)


def pick_industry(page: Page, code: str) -> None:
    page.fill("[name=codes_q]", code)
    page.locator(f".code-tree input[value={code}]").first.check()


def read_code(door: Page) -> str:
    """The six digits beside the code on the teacher's screen."""
    digits = door.locator("[data-qr-code]")
    expect(digits).to_have_text(re.compile(r"\d{3}\s?\d{3}"), timeout=15_000)
    return re.sub(r"\D", "", digits.inner_text())


def log_in_by_code(troupe: Troupe, page: Page, phone: str) -> None:
    if "login" not in page.url:
        return
    link = page.get_by_text("学员登录").first
    if page.locator("[name=phone]").count() == 0:
        link.click()
    page.fill("[name=phone]", phone)
    page.get_by_role("button", name="获取验证码").click()
    page.locator("[name=code]").wait_for()
    troupe.stage("work")
    page.fill("[name=code]", troupe.stage("code_sent_to", phone=phone))
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state()


def type_digits(page: Page, code: str) -> None:
    """What a learner does whose camera can't read the code."""
    page.fill("form[data-scan] [name=c]", code)
    page.press("form[data-scan] [name=c]", "Enter")
    page.wait_for_load_state()


def sign_for(door: Page, name: str, kind: str) -> None:
    """The class manager signs for somebody whose phone has died, with the reason."""
    door.get_by_role("button", name="代签").first.click()
    form = door.locator("#sign-for form")
    option = form.locator("[name=enrolment] option", has_text=name)
    form.locator("[name=enrolment]").select_option(value=option.get_attribute("value"))
    form.get_by_role("radio", name=kind).check(force=True)
    form.locator("[name=reason]").fill("手机没电")
    with door.expect_response(lambda r: "sign-for" in r.url) as answered:
        form.get_by_role("button", name="代签").click()
    assert answered.value.status < 400, answered.value.text()
    door.reload()


def take_paper(troupe: Troupe, n: int, phone: str, *, fails: bool) -> None:
    """Open, answer and hand in the paper on a phone."""
    actor = troupe.actor(f"learner-{n}", phone=True)
    page = actor.open("/exams/")
    log_in_by_code(troupe, page, phone)
    page = actor.open("/exams/")
    page.locator("a[href^='/exams/']").filter(has_text=re.compile("考|开始|继续")).first.click()
    sitting = re.search(r"/exams/([0-9a-f-]{36})/", page.url)
    assert sitting
    page.get_by_role("button", name=re.compile("开始")).first.click()
    expect(page.locator("#exam-state")).to_be_attached()  # the plain page has all questions at once
    if n == 0:
        check_accessible(page, "paper")
    right = troupe.stage("right_answers", sitting=sitting[1])
    if n == 0 and not fails:
        for no, positions in enumerate(right, start=1):
            answer(page, no, positions, fails=fails)
    else:
        page.evaluate(ANSWER_ALL, [right, fails])
    page.get_by_role("button", name=re.compile("交卷")).first.click()
    dialog = page.get_by_role("dialog")
    if dialog.count():
        dialog.get_by_role("button", name=re.compile("交卷")).click()
    expect(page.locator("body")).to_contain_text("0 分" if fails else "100 分")
    expect(page.get_by_text("未合格")).to_have_count(1 if fails else 0)


def answer(page: Page, no: int, positions: list[int], *, fails: bool) -> None:
    """One question: the right options, or one wrong one; then on to the next."""
    question = page.locator(f"[data-question='{no}']")
    expect(question).to_be_visible()
    options = question.locator("input")
    wrong = [n for n in range(options.count()) if n not in positions][:1]
    for n in wrong if fails else positions:
        question.locator("label.choice").nth(n).click()
    if (onward := page.get_by_role("button", name="下一题")).is_visible():
        onward.click()


# The same presses without a pointer that waits for every frame; the make-up is pressed by hand.
ANSWER_ALL = """([right, fails]) => right.forEach((positions, no) => {
  const labels = [...document.querySelectorAll(`[data-question='${no + 1}'] label.choice`)];
  const wrong = labels.findIndex((_, position) => !positions.includes(position));
  (fails ? [wrong] : positions).forEach(position => labels[position]?.click());
  if (no + 1 < right.length) document.querySelector("nav.bar .btn-primary").click();
})"""


def mark_practical(troupe: Troupe, examiner: Actor, enrolment: str) -> None:
    photo = troupe.folder / "实操.png"
    photo.write_bytes(PIXEL)
    page = examiner.open(f"/classes/practical/{enrolment}/")
    for one in page.locator(
        "input[type=radio][value=yes], input[type=radio][value=True], input[type=radio][value='1']"
    ).all():
        one.check(force=True)
    page.set_input_files("[type=file]", str(photo))
    page.get_by_role("button", name="提交评分").click()
    page.get_by_role("dialog").get_by_role("button", name="提交评分").click()
    expect(page.locator("body")).to_contain_text("合格")


def check_accessible(page: Page, where: str) -> None:
    """No serious finding of axe-core on this page, and nothing scrolls sideways."""
    found = Axe().run(page).response["violations"]
    serious = [
        f"{v['id']}: {v['nodes'][0]['target']} {v['help']}"
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]
    assert serious == [], where
    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert sideways <= 0, f"{where} scrolls sideways by {sideways} px"
