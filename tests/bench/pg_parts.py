"""What is measured of a running city on PostgreSQL, each beside its yardstick."""

from __future__ import annotations

import json
import sys
import time
from bisect import bisect_left
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from random import Random
from threading import Event, Thread

import psycopg
from sqlalchemy import func, select

from hotline.facts import Role
from projections.board_tables import unit_lines
from projections.registry import VIEWS
from tests.bench.city import City
from tests.bench.figure import Figure, Goal, percentile
from tests.bench.fill import Code
from tests.bench.http import Act, Answer, Connection, Load, load, paced, request
from tests.bench.lag import WRITES_PER_SECOND
from tests.bench.lifecycle import STEPS
from tests.bench.people import People
from tests.bench.running import program
from tests.support.ports import free_port

CLIENTS = (1, 8)
SECONDS = 10.0
LAG_SECONDS = 60.0
LIVES, CREATES = Goal(0.10, at_least=True), Goal(0.4, at_least=True)
LOOKS, BOARDS = Goal(700, at_least=True), Goal(300, at_least=True)
P99 = Goal(100)
PAGE = 50
"""Rows of a unit's board."""


class Bench:
    """One city under measurement.  Every part yields its figures; ``share`` is that of the full time."""

    def __init__(self, room: Path, city: City, tickets: int, codes: Sequence[Code], share: float) -> None:
        self._room, self._city, self._share = room, city, share
        self._seconds, self._tickets, self._codes = SECONDS * share, tickets, codes
        self._people = People(city.house)

    def lives(self) -> Iterator[Figure]:
        """Whole lives, and as many bare steps."""
        for n in CLIENTS:
            what = lives_at(self._tickets, n)
            waited = self._city.disk_waits()
            ours = self._ours(what, self._people.live, n)
            waited = self._city.disk_waits().since(waited)
            yield Figure(what, ours.rate, "lives/s")
            yield Figure(f"… one wait of PostgreSQL for the disk meanwhile, {self._at(n)}", waited.each, "ms")
            yield Figure("… the load generator's share of a processor, " + self._at(n), ours.own_share * 100, "%")
            bare = self._bare("floor", self._steps(), n).rate / len(STEPS)
            yield Figure(f"Yardstick: floor, {len(STEPS)} bare steps, {self._at(n)}", bare, "lives/s")
            yield Figure(f"Lives ÷ floor, {self._at(n)}", ours.rate / bare, "×", LIVES)

    def creates(self) -> Iterator[Figure]:
        """Creates, how long one takes at half of what is possible, and as many bare creates."""
        for n in CLIENTS:
            what = f"Creates, {self._at(n)}"
            ours = self._ours(what, self._people.create, n)
            yield Figure(what, ours.rate, "creates/s")
            half = paced(self._city.port, self._people.create, n, self._seconds, ours.rate / 2)
            yield Figure(f"… p99 at half that load, {self._at(n)}", percentile(half.seconds, 0.99) * 1000, "ms", P99)
            load(self._city.port, self._people.create, 1, 0.01)  # the bare one does what this did: one create, alone
            bare = self._bare("create", _always(request("POST", "/tickets", self._people.bodies[0])), n).rate
            yield Figure(f"Yardstick: bare creates, {self._at(n)}", bare, "creates/s")
            yield Figure(f"Creates ÷ bare creates, {self._at(n)}", ours.rate / bare, "×", CREATES)

    def tracking(self) -> Iterator[Figure]:
        """A citizen looks his ticket up by number and query code, any ticket of the city."""
        draw = Random(self._tickets)

        async def look(one: Connection) -> None:
            proof = draw.choice(self._codes)
            await one.call(request("GET", f"/api/v1/public/tickets/{proof.number}", Query_Code=proof.code))

        for n in CLIENTS:
            what = f"Tracking look-ups, {self._at(n)}"
            yield Figure(what, self._ours(what, look, n).rate, "/s", LOOKS if n == max(CLIENTS) else None)

    def board(self) -> Iterator[Figure]:
        """Clerks of the units with most tickets open the first page of their board."""
        requests = [
            request("GET", f"/api/v1/tickets?limit={PAGE}", Authorization=f"Bearer {token}") for token in self._clerks()
        ]
        turns = iter(range(2**62))

        async def look(one: Connection) -> None:
            answer = await one.call(requests[next(turns) % len(requests)])
            assert answer.body.count(b'"ticket_id"') == PAGE, "a page of the board is not full"

        for n in CLIENTS:
            what = f"First page of a unit's board, {PAGE} rows, {self._at(n)}"
            yield Figure(what, self._ours(what, look, n).rate, "/s", BOARDS if n == max(CLIENTS) else None)

    def lag(self) -> Iterator[Figure]:
        """Steps of lives at a steady pace; from the answer of each to the moment a view's position is past it."""
        answered: list[tuple[int, float]] = []
        lives: dict[Connection, AsyncGenerator[Answer]] = {}

        async def step(one: Connection) -> None:
            answer = await anext(lives.setdefault(one, self._people.life(one)), None)
            if answer is None:
                lives[one] = self._people.life(one)
                answer = await anext(lives[one])
            answered.append((json.loads(answer.body)["position"], time.perf_counter()))

        with Watch(self._city.house.settings.views) as watch:
            seconds = LAG_SECONDS * self._share
            done = paced(self._city.port, step, max(CLIENTS), seconds, WRITES_PER_SECOND)
            self._city.settle()
        yield Figure(f"Steps asked for at {WRITES_PER_SECOND}/s, {self._tickets:,} tickets", done.rate, "/s")
        for name, view in VIEWS.items():
            lags = [watch.lag(view.label, position, moment) for position, moment in answered]
            for share in (0.5, 0.99):
                what = f"Step answered → in `{name}`, p{share * 100:.0f}, {self._tickets:,} tickets"
                yield Figure(what, percentile(lags, share) * 1000, "ms", P99 if share == 0.99 else None)

    def _ours(self, what: str, act: Act, clients: int) -> Load:
        """The city under load; who used the processors meanwhile is told apart from the figures."""
        load(self._city.port, act, clients, self._seconds / 5)  # whatever is made on first use is made
        before = self._city.processor_seconds()
        done = load(self._city.port, act, clients, self._seconds)
        after = self._city.processor_seconds()
        behind = self._city.settle()
        shares = {name: (after[name] - before[name]) / self._seconds for name in after} | {"load": done.own_share}
        used = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        print(f"{what}: {done.rate:.1f}/s; {used}; settled after {behind:.1f} s", file=sys.stderr, flush=True)
        return done

    def _bare(self, name: str, act: Act, clients: int) -> Load:
        """The same load on a yardstick, which has the machine to itself."""
        port = free_port()
        command = [sys.executable, "-m", "tests.bench.yardsticks", name, str(port), self._city.house.settings.store]
        with program(command, port, self._room / f"{name}.out"), self._city.resting():
            load(port, act, clients, self._seconds / 5)
            return load(port, act, clients, self._seconds)

    def _steps(self) -> Act:
        requests, turns = [request("POST", "/step", body) for body in self._people.bodies], iter(range(2**62))
        return lambda one: one.call(requests[next(turns) % len(requests)])

    def _clerks(self) -> list[str]:
        house, count = self._city.house, func.count()
        busiest = select(unit_lines.c.unit).group_by(unit_lines.c.unit).having(count >= PAGE).order_by(count.desc())
        with house.views.engine.connect() as connection:
            units = list(connection.scalars(busiest.limit(max(CLIENTS))))
        return [house.accounts.issue_token(Role.UNIT_CLERK, unit=unit) for unit in units]

    def _at(self, clients: int) -> str:
        return f"{self._tickets:,} tickets, {told(clients)}"


class Watch:
    """Looks where the views stand, again and again, on a connection of its own."""

    EVERY = 0.005
    """Seconds between two looks: no lag is told finer than this."""

    def __init__(self, url: str) -> None:
        self._url, self._stop = url, Event()
        self._seen: dict[str, list[tuple[int, float]]] = {view.label: [] for view in VIEWS.values()}
        self._thread = Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def lag(self, label: str, position: int, moment: float) -> float:
        """Seconds from the moment to that at which the view was seen past the position; 0 if it was already there."""
        seen = self._seen[label]
        return max(0.0, seen[bisect_left(seen, (position, 0.0))][1] - moment)

    def _look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            last = False
            while not last:
                last = self._stop.wait(self.EVERY)
                for label, position in connection.execute("SELECT label, position FROM view_positions"):
                    seen = self._seen.get(label)
                    if seen is not None and (not seen or seen[-1][0] < position):
                        seen.append((position, time.perf_counter()))


def lives_at(tickets: int, clients: int) -> str:
    """What the rate of lives is called in the table."""
    return f"Lives of {len(STEPS)} steps, {tickets:,} tickets, {told(clients)}"


def told(clients: int) -> str:
    return "1 client" if clients == 1 else f"{clients} clients"


def _always(what: bytes) -> Act:
    return lambda one: one.call(what)
