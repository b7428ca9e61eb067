"""Two cities on one PostgreSQL, a small and a large one, measured in turns beside yardsticks on the same server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from projections.rebuild import rebuild
from projections.registry import VIEWS
from tests.bench.city import city, migrated
from tests.bench.figure import Figure, Goal, percentile
from tests.bench.fill import Code, Month, fill, month, tidy
from tests.bench.pg_parts import CLIENTS, Bench, lives_at, told
from tests.faults.servers import Postgres
from tests.support.nats import NatsServer

_AT_WORK = {
    "lives": Bench.lives,
    "creates": Bench.creates,
    "tracking": Bench.tracking,
    "board": Bench.board,
    "lag": Bench.lag,
}
_AT_EVERY_SIZE = ("lives", "creates")
PARTS = (*_AT_WORK, "rebuild")
"""What can be chosen; all but the first two are measured at the larger size alone."""
SIZES = (1_000, 100_000)
REBUILD = Goal(10_000, at_least=True)
AS_QUICK = Goal(0.8, at_least=True)
STOCK = {"shared_buffers": "128MB", "max_wal_size": "1GB", "min_wal_size": "80MB", "track_wal_io_timing": "on"}
"""PostgreSQL's own defaults, with which `deploy/compose.yaml` runs it, and that it tells how long it waits for the disk."""


@dataclass(frozen=True)
class Filled:
    """A city with tickets, none of its processes running."""

    room: Path
    store: str
    tickets: int
    codes: list[Code]


@contextmanager
def cities(room: Path, share: float) -> Iterator[list[Filled]]:
    """The cities that are measured, on a PostgreSQL that waits for the disk at every commit."""
    small, large = (round(size * share) for size in SIZES)
    print(f"acting out a month of {small:,} requests", file=sys.stderr, flush=True)
    lived = month(room / "month", small)
    with cluster() as server:
        yield [filled(server, room / f"{size}", size, lived, size // small) for size in (small, large)]


@contextmanager
def cluster() -> Iterator[Postgres]:
    """A private server with PostgreSQL's own defaults."""
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


def filled(server: Postgres, room: Path, size: int, lived: Month, times: int) -> Filled:
    """A new city in a database of its own."""
    print(f"filling a city with {size:,} tickets", file=sys.stderr, flush=True)
    room.mkdir(parents=True)
    store = server.database(f"city_{size}")
    house, nats = migrated(room, store), NatsServer(room / "nats")
    try:
        codes = fill(house, lived, times, nats.url)
        _build_views(room, store)
        tidy(house)
    finally:
        nats.stop()
        house.close()
    return Filled(room, store, size, codes)


def _build_views(room: Path, store: str) -> None:
    """All at once: nobody measures this."""
    given = {**os.environ, "HOTLINE_DATA": str(room / "data"), "HOTLINE_STORE": store}
    command = [sys.executable, "-m", "workers", "rebuild"]
    building = [subprocess.Popen([*command, name], env=given, stdout=subprocess.DEVNULL) for name in VIEWS]
    ended = [one.wait() for one in building]
    if any(ended):
        raise RuntimeError("a view could not be built")


def run(room: Path, these: list[Filled], share: float, parts: Collection[str]) -> list[Figure]:
    """Every city at work, one after the other, then the large one at rest.  What processes say stands in ``room``."""
    small, large = these
    figures = [
        Figure("Load when the run began, 1 min", os.getloadavg()[0], ""),
        Figure("Yardstick: 8 kB written and waited for (`fdatasync`), p50", percentile(_waits(room), 0.5) * 1000, "ms"),
        *_at_work(room, small, share, parts, _AT_EVERY_SIZE),
        *_at_work(room, large, share, parts, PARTS),
    ]
    rates = {figure.what: figure.value for figure in figures}
    for n in CLIENTS if "lives" in parts else ():
        ratio = rates[lives_at(large.tickets, n)] / rates[lives_at(small.tickets, n)]
        what = f"Lives at {large.tickets:,} ÷ at {small.tickets:,} tickets, {told(n)}"
        figures.append(Figure(what, ratio, "×", AS_QUICK))
    return [*figures, *_at_rest(large)] if "rebuild" in parts else figures


def _waits(room: Path) -> list[float]:
    """How long the disk takes to keep one page, a hundred times over."""
    took = []
    with open(room / "page", "wb", buffering=0) as page:
        for _ in range(100):
            began = time.perf_counter()
            page.write(b"0" * 8192)
            os.fdatasync(page)
            took.append(time.perf_counter() - began)
    return took


def _at_work(room: Path, one: Filled, share: float, parts: Collection[str], among: Collection[str]) -> Iterator[Figure]:
    wanted = [part for part in among if part in parts and part in _AT_WORK]
    if wanted:
        with city(one.room, one.store) as running:
            bench = Bench(room, running, one.tickets, one.codes, share)
            for part in wanted:
                yield from _AT_WORK[part](bench)


def _at_rest(one: Filled) -> Iterator[Figure]:
    """Every view built anew in this process, beside the live one."""
    house = migrated(one.room, one.store)
    try:
        for name, view in VIEWS.items():
            report = rebuild(house.views, view, house.hotline)
            if report.same is not True:
                raise RuntimeError(f"{name} as rebuilt is not what it was")
            yield Figure(f"Rebuild `{name}`, {one.tickets:,} tickets", report.rate, "facts/s", REBUILD)
    finally:
        house.close()
