"""A stand-in gateway as a process of its own, and houses that deliver to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.clock import SettableClock
from tests.workers.conftest import Open
from workers.compose import House
from workers.gateways.deliverer import Deliverer
from workers.gateways.texts import Texts
from workers.notifier import notifier

ROOT = Path(__file__).parents[3]


class StandIn:
    """The stand-in and its log. `start()` again on the same port after `kill()`."""

    def __init__(self, log: Path, port: int) -> None:
        self.log, self.port = log, port
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/messages"

    def start(self, **options: Any) -> None:
        """`orders="fail,ok"`, `fail=0.2`, `seed=7` and the like; returns when it can be reached."""
        words = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "workers.gateways.standin", f"--port={self.port}", f"--log={self.log}", *words]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"ready {self.port}\n"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def requests(self) -> list[dict[str, Any]]:
        """Everything it was sent, in order: key, accepted, order, sent, headers."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def accepted(self) -> list[dict[str, Any]]:
        """What would have gone out."""
        return [told["sent"] for told in self.requests() if told["accepted"]]


@pytest.fixture
def standin(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[StandIn]:
    """Not started yet: as if it were away."""
    made = StandIn(tmp_path / "standin.jsonl", free_port())
    yield made
    made.kill()


@pytest.fixture
def house(open_house: Open, store_url: str, standin: StandIn) -> House:
    """A house whose outbox is on each store and whose gateway is the stand-in."""
    return open_house(outbox=store_url, sms_url=standin.url, public_url="https://hotline.example")


def tell(house: House) -> None:
    """Look at all facts of the log, in order, for what people have to be told."""
    notify = notifier(house)
    for recorded in house.hotline.facts_after(0, 10_000):
        notify(recorded)


def deliver(
    house: House, clock: SettableClock, *, minutes: float = 60, pause: float = 0.2, deliverer: Deliverer | None = None
) -> None:
    """Let the deliverer work until nothing waits, moving the clock on by `pause` minutes when it has nothing to do."""
    deliverer = deliverer or Deliverer(house, Texts(house), chance=Random(1), ticks=unhurried())
    end = clock().timestamp() + minutes * 60
    while any(status == "waiting" for (way, status), n in house.outbox.errands.count().items() if n and way == "text"):
        if clock().timestamp() > end:
            return
        if deliverer.step() == 0:
            clock.advance(minutes=pause)


def unhurried() -> Callable[[], float]:
    """Ticks that pass quickly, so that the pace keeps nobody waiting."""
    passed = 0.0

    def ticks() -> float:
        nonlocal passed
        passed += 10.0
        return passed

    return ticks
