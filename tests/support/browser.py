"""Debian's chromium for pytest-playwright: the wheel ships the driver, not the browsers.

The plugin's browser lives as long as the session and keeps its event loop running meanwhile, in which no other
asynchronous test of the same worker could run. Ours lives as long as the test module.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Playwright, sync_playwright

from tests.support.missing import missing

# root has no sandbox; /dev/shm is small in containers; nothing may be fetched from outside while a test runs
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


def find_chromium() -> str | None:
    """HOTLINE_TEST_CHROMIUM, else a chromium or chrome on PATH."""
    named = [os.environ.get("HOTLINE_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in named if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = find_chromium()
    if chromium is None:
        missing("chromium", "Install Debian's `chromium` (`make test` does it as root) or set HOTLINE_TEST_CHROMIUM.")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Every page is a Chinese reader's. (The plugin's own fixture would hold its playwright for the whole session.)"""
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser_type(playwright: Playwright) -> BrowserType:
    return playwright.chromium


@pytest.fixture(scope="module")
def launch_browser(browser_type_launch_args: dict[str, Any], browser_type: BrowserType) -> Callable[..., Browser]:
    return lambda **more: browser_type.launch(**{**browser_type_launch_args, **more})


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Iterator[Browser]:
    running = launch_browser()
    yield running
    running.close()


@pytest.fixture
def browser_page(page: Page) -> Page:
    """A page of a real browser: Chinese, Shanghai time, a context of its own. Times out after 10 seconds, not 30."""
    page.set_default_timeout(10_000)
    return page
