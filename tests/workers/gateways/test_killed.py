"""A deliverer that is killed at the worst moment, and two of them on one outbox."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotline.ticket.receiving import Caller
from tests.support.watching import eventually
from tests.workers.acting import closed
from tests.workers.gateways.conftest import ROOT, StandIn, tell
from workers.compose import House

pytestmark = pytest.mark.slow
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start(house: House, standin: StandIn) -> Iterator[Start]:
    """Start a deliverer over the outbox of `house`."""
    running: list[subprocess.Popen[str]] = []
    child = Path(__file__).with_name("deliverer_child.py")
    words = [str(house.settings.data), house.settings.outbox, standin.url]

    def start_one() -> subprocess.Popen[str]:
        one = subprocess.Popen(
            [sys.executable, str(child), *words],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(one)
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
        return one

    yield start_one
    for one in running:
        one.kill()
        one.wait()
        if one.stdout is not None:
            one.stdout.close()


def test_killed_between_sending_and_writing_down_it_sends_under_the_same_key(
    house: House, standin: StandIn, start: Start
) -> None:
    """kill -9 after the gateway took a message and before that was noted: it comes again under its key, goes out once,
    and the next of the same caller goes only after it."""
    ticket = closed(house)
    tell(house)
    standin.start(orders="hang")
    first = start()
    eventually(lambda: standin.requests(), what="the gateway has the message")
    first.kill()
    first.wait()
    assert house.outbox.errands.of_ticket(ticket)[0].status == "waiting"
    start()
    written = [e.key for e in house.outbox.errands.of_ticket(ticket)]
    eventually(
        lambda: house.outbox.errands.count() == {("text", "delivered"): len(written)}, within=30, what="all went"
    )
    requests = [told["key"] for told in standin.requests()]
    assert requests == [written[0], *written]
    assert [sent["id"] for sent in standin.accepted()] == written


@pytest.mark.parametrize("store_url", ["postgres"], indirect=True)  # of SQLite files there is one owner anyway
def test_of_two_deliverers_one_works_and_the_other_takes_over(house: House, standin: StandIn, start: Start) -> None:
    """Two processes on one outbox send nothing twice; when the one at work is killed the other goes on."""
    for nth in range(3):
        closed(house, caller=Caller(name="某", phone=f"1380000000{nth}"))
    tell(house)
    standin.start(orders="hang,hang,hang")
    both = [start(), start()]
    eventually(lambda: len(standin.requests()) == 3, what="one of them works")
    for one in both:  # whichever it is, the other goes on with all of them
        one.kill()
        one.wait()
        start()
    waiting = house.outbox.errands.count
    eventually(lambda: waiting().get(("text", "waiting"), 0) == 0, within=30, what="all went")
    keys = [told["key"] for told in standin.requests()]
    assert len(keys) == len(set(keys)) + 3
    assert len(standin.accepted()) == len(set(keys))
