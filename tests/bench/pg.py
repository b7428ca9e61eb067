"""What a city on PostgreSQL does in a second, beside yardsticks taken in the same minute on the same server."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.city import City, city
from tests.bench.figure import Figure, Goal, percentile
from tests.bench.http import Act, Load, load, paced, request
from tests.bench.lifecycle import STEPS
from tests.bench.people import People
from tests.bench.running import program
from tests.faults.servers import Postgres
from tests.support.ports import free_port

PARTS = ("lives", "creates")
CLIENTS = (1, 8)
SECONDS = 10.0
LIVES, CREATES = Goal(0.10, at_least=True), Goal(0.4, at_least=True)
P99 = Goal(100)
STOCK = {"shared_buffers": "128MB", "max_wal_size": "1GB", "min_wal_size": "80MB"}
"""PostgreSQL's own defaults, with which `deploy/compose.yaml` runs it."""


@contextmanager
def cluster() -> Iterator[Postgres]:
    """A private PostgreSQL that waits for the disk at every commit."""
    with TemporaryDirectory(prefix="hotline-bench-pg-") as made:
        room = Path(made)
        room.chmod(0o711)  # the server may not run as root
        for name in ("logs", "postgres"):
            (room / name).mkdir()
        server = Postgres(room / "postgres", **STOCK)
        try:
            yield server
        finally:
            server.stop()


class Bench:
    """One city under measurement, and how long each measurement takes."""

    def __init__(self, room: Path, city: City, url: str, seconds: float) -> None:
        self.room, self.city, self.url, self.seconds = room, city, url, seconds
        self.people = People(city.house)

    def lives(self) -> Iterator[Figure]:
        """Whole lives, and as many bare steps."""
        for n in CLIENTS:
            ours = self._ours(f"Lives of {len(STEPS)} steps, {_clients(n)}", "lives/s", self.people.live, n)
            yield from ours
            bare = self._bare("floor", self._steps(), n).rate / len(STEPS)
            yield Figure(f"Yardstick: floor, {len(STEPS)} bare steps, {_clients(n)}", bare, "lives/s")
            yield Figure(f"… lives ÷ floor, {_clients(n)}", ours[0].value / bare, "×", LIVES)

    def creates(self) -> Iterator[Figure]:
        """Creates, as many bare creates, and how long a create takes at half of what is possible."""
        for n in CLIENTS:
            ours = self._ours(f"Creates, {_clients(n)}", "creates/s", self.people.create, n)
            yield from ours
            half = paced(self.city.port, self.people.create, n, self.seconds, ours[0].value / 2)
            yield Figure(f"… p99 at half that load, {_clients(n)}", percentile(half.seconds, 0.99) * 1000, "ms", P99)
            bare = self._bare("create", self._create(), n).rate
            yield Figure(f"Yardstick: bare creates, {_clients(n)}", bare, "creates/s")
            yield Figure(f"… creates ÷ bare creates, {_clients(n)}", ours[0].value / bare, "×", CREATES)

    def _ours(self, what: str, unit: str, act: Act, clients: int) -> list[Figure]:
        """The rate of an act, and who used the processors meanwhile."""
        load(self.city.port, act, clients, self.seconds / 5)  # whatever is made on first use is made
        before = self.city.processor_seconds()
        done = load(self.city.port, act, clients, self.seconds)
        after = self.city.processor_seconds()
        behind = self.city.settle()
        used = {name: (after[name] - before[name]) / self.seconds for name in after}
        told = ", ".join(f"{name} {share:.0%}" for name, share in {**used, "load": done.own_share}.items())
        print(
            f"{what}: {done.rate:.1f} {unit}; processors: {told}; followers {behind:.1f} s", file=sys.stderr, flush=True
        )
        return [Figure(what, done.rate, unit)]

    def _bare(self, name: str, act: Act, clients: int) -> Load:
        """The same load on a yardstick, which has the machine to itself."""
        port = free_port()
        command = [sys.executable, "-m", "tests.bench.yardsticks", name, str(port), self.url]
        with program(command, port, self.room / f"{name}.out"), self.city.resting():
            load(port, act, clients, self.seconds / 5)
            return load(port, act, clients, self.seconds)

    def _create(self) -> Act:
        body = request("POST", "/tickets", self.people.bodies[0])
        return lambda one: one.call(body)

    def _steps(self) -> Act:
        requests = [request("POST", "/step", body) for body in self.people.bodies]
        turns = iter(range(2**62))
        return lambda one: one.call(requests[next(turns) % len(requests)])


def run(room: Path, share: float, parts: Collection[str]) -> list[Figure]:
    figures: list[Figure] = []
    with cluster() as server, city(room / "city", server.url()) as one:
        bench = Bench(room, one, server.url(), SECONDS * share)
        for part in parts:
            figures += getattr(bench, part)()
    return figures


def _clients(n: int) -> str:
    return "1 client" if n == 1 else f"{n} clients"
