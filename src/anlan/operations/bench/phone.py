"""The exam page on a cheap phone: Chromium at 400 kbit/s with its CPU slowed to a sixth.

A repeat visit: the phone has been there before, so files with hashed names come from its cache; the
page itself and every request to the server go over the wire. The service worker, which would make
it faster still, is switched off. Needs Chromium and Playwright, which only developers have.
"""

import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from django.utils.module_loading import import_string

PLAYWRIGHT = "playwright.sync_api.sync_playwright"  # by name: an installation has none

KBIT_A_SECOND = 400
CPU_SLOWED = 6
LATENCY_MS = 100
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PATIENCE_MS = 30_000
# Ready: a question is on the screen, its options can be chosen, and the page's script is at work.
WATCH_READY = """
const look = () => {
  const choice = document.querySelector('.exam fieldset:not([hidden]) input:enabled')
  if (choice && document.querySelector('.exam-line')) {
    performance.mark('exam-ready')
    watch.disconnect()
  }
}
const watch = new MutationObserver(look)
watch.observe(document, { childList: true, subtree: true, attributes: true })
"""
READY = "() => (performance.getEntriesByName('exam-ready')[0] || {}).startTime"


def measure(url: str, path: str, cookies: Mapping[str, str]) -> dict[str, float | None]:
    """`phone_exam_kb` over the wire and `phone_ready_s` of a running sitting's page.

    `url` is a served site, `path` its page, `cookies` those of the sitting's own learner. Both are
    None where there is no Chromium or no Playwright.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None or find_spec("playwright") is None:
        return {"phone_exam_kb": None, "phone_ready_s": None}
    with import_string(PLAYWRIGHT)() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, service_workers="block", locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies.items()])
        context.add_init_script(WATCH_READY)
        try:
            return _repeat_visit(context.new_page(), url + path)
        finally:
            browser.close()


def _repeat_visit(page: Any, address: str) -> dict[str, float | None]:
    page.goto(address)
    page.wait_for_function(READY)
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    came = {"bytes": 0.0}
    line.on("Network.loadingFinished", lambda told: _add(came, told))
    speed = KBIT_A_SECOND * 1000 / 8
    told = {"offline": False, "latency": LATENCY_MS}
    line.send(
        "Network.emulateNetworkConditions",
        told | {"downloadThroughput": speed, "uploadThroughput": speed},
    )
    line.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWED})
    page.goto(address, wait_until="commit")
    page.wait_for_function(READY)
    ready = page.evaluate(READY) / 1000
    page.wait_for_load_state("networkidle")
    return {"phone_exam_kb": round(came["bytes"] / 1024, 1), "phone_ready_s": round(ready, 2)}


def _add(came: dict[str, float], told: Mapping[str, Any]) -> None:
    came["bytes"] += told["encodedDataLength"]
