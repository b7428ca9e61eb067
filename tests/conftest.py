"""Fixtures every room of tests may take: real servers, a real browser, a clock set by hand."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support import axe as axe_core
from tests.support import postgres
from tests.support.clock import SettableClock
from tests.support.lifetime import RUN, TestRun
from tests.support.missing import MISSING, missing
from tests.support.nats import NatsServer
from tests.support.ports import free_port as find_free_port

pytest_plugins = ["tests.support.browser"]

# The same examples for everybody, and no time limit on a machine that others share. HYPOTHESIS_PROFILE=explore looks further.
hypothesis.settings.register_profile(
    "promise", max_examples=60, derandomize=True, deadline=None, database=None, print_blob=True
)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "promise"))

NEEDS = {"postgres_url": "postgres", "fresh_postgres": "postgres", "nats_server": "nats", "browser": "browser"}


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUN] = TestRun.join(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.config.stash[RUN].hand_to(node.workerinput)


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None and run.is_mine:
        postgres.stop(run)
        run.clear()


LONG = ("faults", "api", "journeys", "deploy", "browser", "workers/simulate", "workers")
"""Folders whose files take longest for each test: they come first, so that no worker is left with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the real parts it takes, so that `-m "not browser"` and the like need no discipline."""
    items.sort(key=lambda item: _turn(item.path))
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in NEEDS:
                item.add_marker(NEEDS[fixture])
        callspec = getattr(item, "callspec", None)
        if callspec is not None and callspec.params.get("store_url") == "postgres":
            item.add_marker("postgres")


def _turn(file: Path) -> int:
    """A file's place among the long ones; the others keep their order behind them."""
    here = Path(__file__).parent
    return next((place for place, folder in enumerate(LONG) if file.is_relative_to(here / folder)), len(LONG))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ()) if report.longrepr}
    for reason in sorted(reason for reason in reasons if MISSING in reason):
        terminalreporter.write_line(f"NOT PROVED HERE - {reason}", red=True, bold=True)


@pytest.fixture(scope="session")
def fresh_postgres(pytestconfig: pytest.Config) -> Callable[[], AbstractContextManager[str]]:
    """Call it in a `with` for the address of an empty PostgreSQL database; for fixtures wider than one test."""
    server = postgres.PostgresServer.of(pytestconfig.stash[RUN])
    if server is None:
        missing("PostgreSQL", "Install Debian's `postgresql` (`make test` does it as root) or set TEST_POSTGRES_DSN.")
    return server.fresh_database


@pytest.fixture
def postgres_url(fresh_postgres: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """`postgresql://…` of a database that is this test's own and empty."""
    with fresh_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A test that takes this runs twice: on a SQLite file of its own and on a PostgreSQL database of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    """An empty nats-server with JetStream of this test's own: `.url`, `.kill()`, `.restart()`. Up in some 50 ms."""
    server = NatsServer(tmp_path / "nats")
    yield server
    server.stop()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Each call gives another port of 127.0.0.1 that nobody listens on."""
    return find_free_port


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands at Monday 2026-03-02 09:00 in Shanghai until the test moves it."""
    return SettableClock()


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, to be put into a page with `page.evaluate(axe)`."""
    try:
        return axe_core.fetch().read_text(encoding="utf-8")
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        missing("axe-core", f"{error}. `make test` fetches it.")
