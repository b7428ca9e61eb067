"""A hotline as a city runs it, one process of each kind on PostgreSQL and a node of the bus (docs/operations.md)."""

from __future__ import annotations

import signal
import sys
import time
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

from projections.registry import VIEWS
from tests.bench.running import Running, processor_seconds, spawned
from tests.support.nats import NatsServer
from tests.support.ports import free_port
from workers.compose import House, build
from workers.settings import Settings

PIECES = ("web", "relay", "project", "react", "clock", "notify")
NONE: Mapping[str, str] = {}
PATIENCE = 120.0
"""Seconds within which whatever follows the log must have reached its end."""


class DiskWaits(NamedTuple):
    """How often the log of PostgreSQL's own was made to reach the disk, the seconds that took, and its bytes."""

    times: int
    seconds: float
    bytes: float

    def since(self, before: DiskWaits) -> DiskWaits:
        return DiskWaits(self.times - before.times, self.seconds - before.seconds, self.bytes - before.bytes)

    @property
    def each(self) -> float:
        """Milliseconds of one; 0 when there was none."""
        return self.seconds / self.times * 1000 if self.times else 0.0


class City:
    """Running processes by name; ``house`` is the same stores, seen from here."""

    def __init__(self, house: House, running: Mapping[str, Running]) -> None:
        self.house, self.running = house, running

    @property
    def port(self) -> int:
        """Where the web answers."""
        return self.running["web"].port

    def processor_seconds(self) -> dict[str, float]:
        """What each process and PostgreSQL have used of processors so far."""
        with psycopg.connect(self.house.settings.store) as connection:
            row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int").fetchone()
        assert row is not None
        return {name: one.cpu_seconds for name, one in self.running.items()} | {"postgres": processor_seconds(row[0])}

    def disk_waits(self) -> DiskWaits:
        """What PostgreSQL's commits have waited for the disk so far."""
        with psycopg.connect(self.house.settings.store) as connection:
            row = connection.execute("SELECT wal_sync, wal_sync_time / 1000, wal_bytes FROM pg_stat_wal").fetchone()
        assert row is not None
        return DiskWaits(int(row[0]), float(row[1]), float(row[2]))

    def settle(self) -> float:
        """Wait until the views, the bus and the notices are at the end of the log; returns the seconds it took.
        Raises RuntimeError when they do not get there."""
        began = time.perf_counter()
        while not self._settled():
            if time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"the followers are still behind after {PATIENCE:.0f} s")
            time.sleep(0.05)
        return time.perf_counter() - began

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Stop every process for a short while, so that a yardstick has the machine to itself."""
        self.settle()
        for one in self.running.values():
            one.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for one in self.running.values():
                one.process.send_signal(signal.SIGCONT)

    def _settled(self) -> bool:
        end = self.house.hotline.position()
        if "project" in self.running and any(self.house.views.position(name) < end for name in VIEWS):
            return False
        behind = {"relay": "hotline_relay_behind", "notify": "hotline_consumers_pending"}
        return all(self._told(piece, figure) == 0 for piece, figure in behind.items() if piece in self.running)

    def _told(self, piece: str, figure: str) -> float:
        with urllib.request.urlopen(f"{self.running[piece].base}/metrics", timeout=10) as page:
            lines = page.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(figure))


@contextmanager
def city(
    room: Path, store: str, pieces: Collection[str] = PIECES, *, web: int = 0, settings: Mapping[str, str] = NONE
) -> Iterator[City]:
    """A city on a database, every process ready; ended afterwards.  What a process says stands in ``room``.  ``web`` is
    the port of the web, any if it is 0; ``settings`` are more than what a city needs."""
    room.mkdir(parents=True, exist_ok=True)
    nats = NatsServer(room / "nats")
    given = {"HOTLINE_DATA": str(room / "data"), "HOTLINE_STORE": store, "HOTLINE_NATS_URL": nats.url, **settings}
    house = migrated(room, store)
    try:
        with ExitStack() as ends:
            running = {}
            for piece in pieces:
                port = web if web and piece == "web" else free_port()
                words = [piece, "--port" if piece == "web" else "--health-port", str(port)]
                command = [sys.executable, "-m", "workers", *words]
                running[piece] = ends.enter_context(spawned(command, port, room / f"{piece}.out", given))
            for one in running.values():
                one.wait_until_ready()
            yield City(house, running)
    finally:
        house.close()
        nats.stop()


def migrated(room: Path, store: str) -> House:
    """The stores of a city, made if they are missing.  Its master key is kept in ``room``."""
    return build(Settings(data=room / "data", store=store))
