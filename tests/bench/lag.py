"""How long after a fact is stored a view shows it, while facts keep coming at a steady pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from hotline.facts import Actor, Role
from hotline.rules import Rules, load
from hotline.ticket.actions import ACTIONS
from hotline.ticket.receiving import Caller, Receive
from projections.follow import Follower
from projections.registry import VIEWS
from tests.bench import lifecycle
from tests.bench.figure import Figure, Goal, percentile
from tests.bench.log import house_in
from tests.bench.running import hotline_up, sessions
from workers.compose import House
from workers.settings import Settings

WRITES_PER_SECOND = 50
WRITERS = 4
GOAL = Goal(100)
WATCHED = ("board", "progress")


def in_process(room: Path, seconds: float) -> list[Figure]:
    """With the real followers beside the writers in one process."""
    house, stop = house_in(room / "house"), Event()
    watches = [Watch(house, name) for name in WATCHED]
    follower = Follower(house.views, house.hotline, *VIEWS.values())
    threads = [Thread(target=work, args=(stop,)) for work in (follower.run, *(watch.run for watch in watches))]
    try:
        for thread in threads:
            thread.start()

        def note(position: int, stored: float) -> None:
            for watch in watches:
                watch.expect(position, stored)

        pace = at_a_steady_pace([_acts(house) for _ in range(WRITERS)], seconds, note)
        end = time.monotonic() + 10
        while any(watch.waiting for watch in watches) and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        house.close()
    figures = [Figure("Writes in process", pace, "writes/s")]
    for watch in watches:
        if watch.waiting:
            raise RuntimeError(f"{watch.name} never showed {len(watch.waiting)} facts")
        figures += _figures(f"Fact stored → in `{watch.name}`", watch.lags, GOAL)
    return figures


def over_http(room: Path, seconds: float) -> list[Figure]:
    """Against `hotline up`: from the answer of a write to the board's answer that shows it (`after_position`)."""
    rules, lags = load(str(Settings.model_fields["profile"].default)), []
    with hotline_up(room / "up") as running:
        tokens = sessions(running)
        everybody = [lifecycle.Staff(running.base, tokens, rules) for _ in range(WRITERS)]

        def acts(staff: lifecycle.Staff) -> Iterator[int]:
            while True:
                for _, told in staff.life():
                    stored = time.perf_counter()
                    path = f"/api/v1/tickets?limit=1&after_position={told['position']}"
                    staff.by_role["operator"].call("GET", path)
                    lags.append(time.perf_counter() - stored)
                    yield told["position"]

        pace = at_a_steady_pace([acts(staff) for staff in everybody], seconds, lambda position, stored: None)
        for staff in everybody:
            staff.close()
    figures = [Figure("Writes over HTTP, each with a look at the board", pace, "writes/s")]
    return figures + _figures("Write answered over HTTP → board answers with it", lags, None)


def at_a_steady_pace(acts: list[Iterator[int]], seconds: float, note: Callable[[int, float], None]) -> float:
    """Let writers act in turn, each at its appointed moment or as soon after it as it can; returns the acts a second."""
    began, done = time.perf_counter() + 0.5, []
    failures: list[BaseException] = []

    def write(own: Iterator[int], offset: float) -> None:
        try:
            for n in range(int(seconds * WRITES_PER_SECOND / len(acts))):
                moment = began + offset + n * len(acts) / WRITES_PER_SECOND
                time.sleep(max(0.0, moment - time.perf_counter()))
                position = next(own)
                note(position, time.perf_counter())
                done.append(position)
        except BaseException as failure:  # noqa: BLE001  # told by the one who waits for this thread
            failures.append(failure)

    threads = [Thread(target=write, args=(own, n / WRITES_PER_SECOND)) for n, own in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(done) / (time.perf_counter() - began)


class Watch:
    """Sees a view move and notes how long each fact took to get there."""

    def __init__(self, house: House, name: str) -> None:
        self.name, self._views = name, house.views
        self.waiting: dict[int, float] = {}
        self.lags: list[float] = []
        self._lock = Lock()

    def expect(self, position: int, stored: float) -> None:
        with self._lock:
            self.waiting[position] = stored

    def run(self, stop: Event) -> None:
        reached = -1
        while not stop.is_set():
            with self._views.moved:
                self._views.moved.wait(0.005)  # also finds a move that came before its fact was expected
            position = self._views.position(self.name)
            now = time.perf_counter()
            with self._lock:
                for seen in [p for p in self.waiting if p <= position]:
                    # Already there when the writer came to say so: no time has passed.
                    stored = self.waiting.pop(seen)
                    self.lags.append(now - stored if seen > reached else 0.0)
            reached = position


def _figures(what: str, lags: list[float], goal: Goal | None) -> list[Figure]:
    return [
        Figure(f"{what}, p50", percentile(lags, 0.5) * 1000, "ms"),
        Figure(f"{what}, p99", percentile(lags, 0.99) * 1000, "ms", goal),
    ]


def _acts(house: House) -> Iterator[int]:
    """Lives of requests, one step at a time, through the one door."""
    while True:
        yield from _life(house, house.rules)


def _life(house: House, rules: Rules) -> Iterator[int]:
    operator, reviewer = Actor(id="op1", role=Role.OPERATOR), Actor(id="rv1", role=Role.REVIEWER)
    bodies: Mapping[str, Mapping[str, Any]] = lifecycle.bodies(rules)
    clerk = Actor(id="cl1", role=Role.UNIT_CLERK, unit=bodies["dispatch"]["lead"])
    request = Receive(**{**lifecycle.RECEIVE, "caller": Caller(**lifecycle.RECEIVE["caller"])})
    received = house.hotline.receive(request, by=operator)
    yield received.position
    for step in lifecycle.STEPS[1:]:
        by = {"unit_clerk": clerk, "reviewer": reviewer}.get(lifecycle.ROLE_OF[step])
        by = by or Actor(id="di1", role=Role(lifecycle.ROLE_OF[step]))
        yield house.hotline.handle(ACTIONS[step](**bodies[step]), on=received.stream, by=by).position
