"""A hotline that a browser can visit: the real application on a real port, its views followed, its clock in our hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from projections.follow import Follower
from projections.registry import VIEWS
from tests.support.clock import SettableClock
from tests.support.watching import eventually
from workers.compose import House, build
from workers.settings import Settings
from workers.web.app import create_app


@dataclass(frozen=True)
class Site:
    """Where it is, and the house behind it."""

    url: str
    house: House
    clock: SettableClock


@pytest.fixture
def site(tmp_path: Path, clock: SettableClock, free_port: Callable[[], int]) -> Iterator[Site]:
    house = build(Settings(data=tmp_path / "data"), now=clock)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(house), host="127.0.0.1", port=port, log_level="error"))
    stop = Event()
    threads = [Thread(target=server.run, name="server")]
    threads.append(Thread(target=Follower(house.views, house.hotline, *VIEWS.values()).run, args=(stop,)))
    for thread in threads:
        thread.start()
    eventually(lambda: server.started, within=20)
    yield Site(f"http://127.0.0.1:{port}", house, clock)
    server.should_exit = True
    stop.set()
    for thread in threads:
        thread.join(timeout=10)
    house.close()


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page in a browser with scripts switched off."""
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()
