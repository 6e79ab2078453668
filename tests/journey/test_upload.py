"""A class manager uploads a film over a bad network: it is cut, the page is closed, it arrives whole."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.journey.conftest import DESK, PHONE, Actor, StageHand

pytestmark = pytest.mark.journey
MB = 1024**2
SIZE = 40 * MB
PATIENCE_MS = 30_000


class Line:
    """The browser's network: so fast, away, or as it is."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        session.send("Network.enable")

    def up(self, bytes_a_second: float = -1) -> None:
        self._set(False, bytes_a_second)

    def away(self) -> None:
        self._set(True, 0)

    def _set(self, offline: bool, speed: float) -> None:
        told = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
        self._session.send("Network.emulateNetworkConditions", {"offline": offline, **told})


@pytest.fixture(scope="module")
def klass(stage: StageHand) -> dict[str, str]:
    found: dict[str, str] = stage("a_class_to_film")
    return found


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "全天.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def manager(chromium: Browser, stage: StageHand, klass: dict[str, str]) -> Iterator[Actor]:
    context = chromium.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(PATIENCE_MS)
    actor = Actor(context.new_page(), stage.url)
    actor.log_in(klass["user"], klass["password"])
    yield actor
    context.close()


def choose(page: Page, film: Path) -> Any:
    """The first open upload form with the file in it."""
    form = page.locator("form[data-tus]").first
    if not form.locator("[type=file]").is_visible():
        page.locator("summary", has_text="上传录像").first.click()
    form.locator("[type=file]").set_input_files(str(film))
    form.get_by_role("button", name="上传录像").click()
    return form.locator(".upload-state")


def at_least(state: Any, megabytes: int) -> None:
    """Until the page says that so much is there."""
    expect(state).to_contain_text(
        re.compile(rf"已上传 ({'|'.join(map(str, range(megabytes, 40)))})")
    )


def test_cut_paused_and_closed_it_arrives_whole(
    manager: Actor, stage: StageHand, klass: dict[str, str], film: Path
) -> None:
    page = manager.open(f"/classes/{klass['uid']}/files")
    line = Line(page.context.new_cdp_session(page))

    line.up(8 * MB)
    state = choose(page, film)
    at_least(state, 8)
    expect(state).to_contain_text("/秒")
    line.away()
    expect(state).to_contain_text("网络断开，等待恢复")
    expect(state).to_contain_text("不会丢")
    line.up(8 * MB)
    at_least(state, 18)
    state.get_by_role("button", name="暂停").click()
    expect(state).to_contain_text("已暂停")
    assert stage("films", klass=klass["uid"]) == []

    page.evaluate("removeEventListener('beforeunload', null)")
    page.reload()
    expect(page.get_by_role("heading", name="有 1 份录像没有传完")).to_be_visible()
    expect(page.locator("[data-waiting]")).to_contain_text("全天.mp4")
    line.up(12 * MB)
    state = choose(page, film)
    at_least(state, 18)  # it goes on, it doesn't begin again
    expect(page.locator("main")).to_contain_text("录像已归档")
    expect(page.locator("main")).to_contain_text("已入账本")
    expect(page.locator("[data-waiting]")).to_have_count(0)

    true = hashlib.sha256(film.read_bytes()).hexdigest()
    assert stage("films", klass=klass["uid"]) == [{"sha256": true, "true": true}]
    assert [said for said in manager.complaints if "ERR_INTERNET_DISCONNECTED" not in said] == []


def test_a_refused_time_is_mended_without_sending_the_film_again(
    manager: Actor, stage: StageHand, klass: dict[str, str], film: Path
) -> None:
    other = film.with_name("下午.mp4")
    other.write_bytes(film.read_bytes()[: 3 * MB])
    page = manager.open(f"/classes/{klass['uid']}/files")
    page.set_viewport_size(PHONE)
    page.locator("summary", has_text="上传录像").first.click()
    form = page.locator("form[data-tus]").first
    held = [form.locator(f"[name={name}]").input_value() for name in ("since", "until")]
    form.locator("[name=since]").fill("05:00")
    form.locator("[name=until]").fill("06:00")
    state = choose(page, other)
    expect(state).to_contain_text("不在这节课")
    form.locator("[name=since]").fill(held[0])
    form.locator("[name=until]").fill(held[1])
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.method))
    form.get_by_role("button", name="上传录像").click()
    expect(page.locator("main")).to_contain_text("录像已归档")
    assert "PATCH" not in sent
    assert len(stage("films", klass=klass["uid"])) == 2


def test_what_is_no_film_is_refused_in_words(
    manager: Actor, stage: StageHand, klass: dict[str, str], tmp_path: Path
) -> None:
    sheet = tmp_path / "名单.xlsx"
    sheet.write_bytes(b"PK")
    page = manager.open(f"/classes/{klass['uid']}/files")
    state = choose(page, sheet)
    expect(state).to_contain_text("不支持「名单.xlsx」")
    expect(state).to_contain_text(".mp4")
    assert len(stage("films", klass=klass["uid"])) == 2
