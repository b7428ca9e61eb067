"""How many requests go their whole way in a second, over the service API."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from hotline.rules import load
from tests.bench import lifecycle
from tests.bench.figure import Figure
from tests.bench.running import Client, hotline_up, program, sessions
from tests.support.ports import free_port
from workers.settings import Settings

CLIENTS = (1, 8)
Once = Callable[[], None]


def run(room: Path, seconds: float) -> list[Figure]:
    """Creates and whole lives with one and with eight clients, then the same number of bare steps."""
    rules, figures = load(str(Settings.model_fields["profile"].default)), []
    with hotline_up(room / "data") as running:
        tokens = sessions(running)
        everybody = [lifecycle.Staff(running.base, tokens, rules) for _ in range(max(CLIENTS))]
        for n in CLIENTS:
            creates = rate([lambda staff=staff: _drop(staff.receive()) for staff in everybody[:n]], seconds)  # type: ignore[misc]
            figures.append(Figure(f"Creates over HTTP, {_clients(n)}", creates, "creates/s"))
            lives = rate([lambda staff=staff: _drop(list(staff.life())) for staff in everybody[:n]], seconds)  # type: ignore[misc]
            figures.append(Figure(f"Lives of {len(lifecycle.STEPS)} steps over HTTP, {_clients(n)}", lives, "lives/s"))
        for staff in everybody:
            staff.close()
    return figures + _floor(room, seconds)


def rate(works: list[Once], seconds: float) -> float:
    """How often in a second all of these together are done, each over and over in a thread of its own."""
    done: list[float] = []
    failures: list[BaseException] = []
    end = time.perf_counter() + seconds

    def repeat(work: Once) -> None:
        try:
            while time.perf_counter() < end:
                work()
                done.append(time.perf_counter())
        except BaseException as failure:  # noqa: BLE001  # told by the one who waits for this thread
            failures.append(failure)

    began = time.perf_counter()
    threads = [Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(done) / (max(done) - began)


def _floor(room: Path, seconds: float) -> list[Figure]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.floor", str(port), str(room / "floor.db")]
    figures = []
    with program(command, port, room / "floor.out") as running:
        clients = [Client(running.base) for _ in range(max(CLIENTS))]
        for n in CLIENTS:
            steps = rate(
                [lambda client=client: _drop(client.call("POST", "/step", {"a": 1})) for client in clients[:n]],  # type: ignore[misc]
                seconds,
            )
            what = f"Yardstick: bare endpoint, {len(lifecycle.STEPS)} steps, {_clients(n)}"
            figures.append(Figure(what, steps / len(lifecycle.STEPS), "lives/s"))
        for client in clients:
            client.close()
    return figures


def _clients(n: int) -> str:
    return "1 client" if n == 1 else f"{n} clients"


def _drop(_: object) -> None:
    """The answer is of no use here."""
