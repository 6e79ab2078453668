"""A passkey is made, is asked for as a second step, and opens the door alone: Chromium with a virtual
authenticator (CDP). Passkeys need a host name, so the site is walked as localhost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from anlan.testing.cast import PASSWORD, the_cast

from .conftest import CHROMIUM, FLAGS, NO_CHROMIUM

pytestmark = pytest.mark.journey
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def assets(settings: Any) -> Iterator[None]:
    """The live server looks for static files where they are written, not where they are built."""
    settings.STATICFILES_DIRS = [settings.DIST]
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    yield
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]


def test_a_passkey_from_making_it_to_coming_in_by_it(assets: None, live_server: LiveServer) -> None:
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    the_cast()
    url = live_server.url.replace("127.0.0.1", "localhost")
    with ThreadPoolExecutor(1) as aside:  # Playwright's event loop and Django keep apart
        complaints = aside.submit(_walk, CHROMIUM, url).result()
    assert complaints == []


def _walk(chromium: str, url: str) -> list[str]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(base_url=url)
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        _log_in(page)
        page.wait_for_url("**/notices/")
        page.goto("/account/security/key")
        page.click("button:has-text('添加通行密钥')")
        page.wait_for_url("**/security/codes")
        assert page.locator(".spare-codes li").count() == 10
        _leave(page)
        _log_in(page)
        page.wait_for_url("**/account/second")
        page.click("button:has-text('用通行密钥')")
        page.wait_for_url("**/notices/")
        _leave(page)
        page.click("button:has-text('用通行密钥登录')")
        page.wait_for_url(f"{url}/")
        browser.close()
        return complaints


def _log_in(page: Page) -> None:
    page.goto("/account/login?next=/notices/")
    page.fill("[name=username]", "city")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def _leave(page: Page) -> None:
    page.click("header button:has-text('退出')")
    page.wait_for_url("**/account/login")
