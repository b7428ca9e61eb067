"""A whole hotline of real processes, each started again by a watchman when it ends, as systemd or Kubernetes would."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import threading
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hotline.facts import Role
from hotline.rules import load
from tests.faults import entry
from tests.faults.clock import QuickClock
from tests.faults.proxy import Proxy
from tests.faults.servers import Postgres, SmallDisk
from tests.support.nats import NatsServer
from tests.support.police_desk import SECRET
from tests.support.ports import free_port
from tests.support.watching import eventually
from workers.compose import House, build
from workers.settings import Settings

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.faults.warm"])
SPEED = 600.0  # ten minutes pass in a second
AGAIN_AFTER = 0.2  # seconds
WEBS = ("web 1", "web 2")
PIECES = (*WEBS, "relay", "project", "react", "clock", "notify", "link")
OTHERS = ("standin", "police")
"""Programs that are not ours: a gateway for text messages, and 110."""
OFFERS = 30
"""Matters that 110 offers to us, about one a second."""
PROFILE = """
extends = "sichuan-2025"
id = "experts-by-a-quick-clock"
[experts]
offer = "30 minutes"
wrap_up = "10 minutes"
ladder = [
    { rank = "duty", wait = "60 minutes", written = "2 hours" },
    { rank = "backup", wait = "60 minutes", written = "2 hours" },
    { rank = "call_back", wait = "3 hours" },
    { rank = "ticket" },
]
"""
"""The default profile with waits at the seats that an expert can keep at `SPEED`: three seconds to pick up."""
THROUGH_PROXY = frozenset({"web 2", "project", "notify"})
"""Those whose connections to PostgreSQL and NATS can be cut in the middle of a reply."""


class City:
    """The processes of one run, its servers, and the directory in which everything they write down stands."""

    def __init__(
        self, *, seed: int, mutant: str = "", ack_wait: float = 3.0, small_disks: bool = False, **postgres: str
    ) -> None:
        self.room = Path(mkdtemp(prefix="hotline-faults-"))
        self.room.chmod(0o711)
        for name in ("logs", "armed", "data"):
            (self.room / name).mkdir(mode=0o777)
        self.disks = {name: SmallDisk(self.room / name, size) for name, size in DISKS.items()} if small_disks else {}
        (self.room / "postgres").mkdir(exist_ok=True)
        (self.room / "profile.toml").write_text(PROFILE)
        self.clock = QuickClock.started(self.room / "clock", SPEED)
        self.postgres = Postgres(self.room / "postgres", **postgres)
        self.nats = NatsServer(self.room / "nats")
        self.proxies = {"postgres": Proxy(self.postgres.port), "nats": Proxy(self.nats.port)}
        self.ports = {web: free_port() for web in WEBS}
        self.proxies["web 1"] = Proxy(self.ports["web 1"])
        self.standin_port, self.police_port = free_port(), free_port()
        (self.room / "links").mkdir(mode=0o755)
        for file in (self.room / "links" / "110", self.room / "police-secret"):
            file.write_text(SECRET)
            file.chmod(0o644)
        (self.room / "police").mkdir(mode=0o777)
        self.faults = {
            entry.ROOM: str(self.room), entry.SEED: str(seed), entry.MUTANT: mutant, entry.ACK_WAIT: str(ack_wait),
        }  # fmt: skip
        self.running: dict[str, BaseProcess] = {}
        self.starts: Counter[str] = Counter()
        self.ended: list[tuple[str, int]] = []
        self._wanted: set[str] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._watchman = threading.Thread(target=self._watch, name="watchman", daemon=True)

    @property
    def seed(self) -> int:
        return int(self.faults[entry.SEED])

    def open(self) -> None:
        """Make the tables and start everything; returns when both webs answer."""
        migrated = self._spawn("migrate", ["migrate"])
        migrated.join(90)
        if migrated.exitcode != 0:
            raise RuntimeError(f"hotline migrate failed:\n{self.log_of('migrate')[-1000:]}")
        self._wanted = {*OTHERS, *PIECES}
        self._watchman.start()
        eventually(
            lambda: all(_listens(port) for port in self.ports.values()), within=90, every=0.1, what="the webs answer"
        )

    def replay(self) -> None:
        """Have the dead letters handled once more, as a supervisor would; those that are no facts stay."""
        self._spawn("dead", ["dead", "replay"]).join(60)

    def house(self) -> House:
        """The stores as one who checks sees them: straight, by the run's clock."""
        given = {"data": self.room / "data", "store": self.postgres.url(), "public_url": "https://hotline.example"}
        profile = str(self.room / "profile.toml")
        return build(Settings.model_validate({**given, "profile": profile}), now=self.clock.now, create=False)

    def tokens(self, unit: str) -> dict[str, str]:
        """A token for each role that a request passes through."""
        house = self.house()
        try:
            roles = ("operator", "dispatcher", "reviewer", "supervisor", "leader")
            found = {role: house.accounts.issue_token(Role(role)) for role in roles}
            return {**found, "unit_clerk": house.accounts.issue_token(Role.UNIT_CLERK, unit=unit)}
        finally:
            house.close()

    # -- what happens to it ----------------------------------------------------------------------------------------
    def kill(self, piece: str) -> None:
        """SIGKILL; the watchman starts it again."""
        self._signal(piece, signal.SIGKILL)

    def pause(self, piece: str) -> None:
        self._signal(piece, signal.SIGSTOP)

    def go_on(self, piece: str) -> None:
        self._signal(piece, signal.SIGCONT)

    def _signal(self, piece: str, sign: int) -> None:
        with self._lock, suppress(KeyError, ProcessLookupError):
            one = self.running[piece]
            if one.pid is not None and one.exitcode is None:
                os.kill(one.pid, sign)

    def police(self, path: str) -> Any:
        """What 110 answers at its own door."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.police_port}{path}", timeout=10) as answer:
            return json.loads(answer.read())

    def log_of(self, piece: str) -> str:
        return (self.room / "logs" / f"{piece.replace(' ', '_')}.log").read_text(errors="replace")

    # -- its end ---------------------------------------------------------------------------------------------------
    def drain(self, within: float = 20.0) -> dict[str, int]:
        """End all processes in good order (SIGTERM); how each ended, -9 for one that had to be killed."""
        with self._lock:
            self._wanted = set()
        for one in self.running.values():
            one.terminate()
        ends, end = {}, time.monotonic() + within
        for piece, one in self.running.items():
            one.join(max(0.1, end - time.monotonic()))
            if one.exitcode is None:
                one.kill()
                one.join(10)
            ends[piece] = one.exitcode or 0
        for other in OTHERS:
            ends.pop(other, None)
        return ends

    def close(self) -> None:
        """End everything at once; the directory stays for whoever wants to read it."""
        self._closed.set()
        with self._lock:
            self._wanted = set()
            for one in self.running.values():
                one.kill()
                one.join(10)
        for proxy in self.proxies.values():
            proxy.close()
        self.nats.kill()
        self.postgres.kill()
        for disk in self.disks.values():
            disk.close()

    # -- the watchman ----------------------------------------------------------------------------------------------
    def _watch(self) -> None:
        while not self._closed.wait(AGAIN_AFTER):
            with self._lock:
                for piece in sorted(self._wanted):
                    one = self.running.get(piece)
                    if one is not None and one.exitcode is not None:
                        self.ended.append((piece, one.exitcode))
                    if one is None or one.exitcode is not None:
                        self.running[piece] = self._start(piece)

    def _start(self, piece: str) -> BaseProcess:
        self.starts[piece] += 1
        if piece == "standin":
            words = ["standin", "--port", str(self.standin_port), "--log", str(self.room / "texts.jsonl")]
            return self._spawn(
                piece, [*words, "--seed", str(self.seed), "--fail", "0.1", "--drop", "0.1", "--twice", "0.1"]
            )
        if piece == "police":
            words = ["police-desk-standin", "--data", str(self.room / "police"), "--port", str(self.police_port)]
            words += ["--peer", f"http://127.0.0.1:{self.proxies['web 1'].port}/api/v1/link/110", "--peer-name", OWN]
            words += ["--secret-file", str(self.room / "police-secret"), "--seed", str(self.seed)]
            return self._spawn(piece, [*words, "--offers", str(OFFERS)])
        return self._spawn(piece, ["web", "--port", str(self.ports[piece])] if piece in WEBS else [piece])

    def _spawn(self, piece: str, words: list[str]) -> BaseProcess:
        cut = piece in THROUGH_PROXY
        given = {
            "HOTLINE_DATA": str(self.room / "data"),
            "HOTLINE_PROFILE": str(self.room / "profile.toml"),
            "HOTLINE_STORE": self.postgres.url(self.proxies["postgres"].port if cut else None),
            "HOTLINE_NATS_URL": f"nats://127.0.0.1:{self.proxies['nats'].port if cut else self.nats.port}",
            "HOTLINE_SMS_URL": f"http://127.0.0.1:{self.standin_port}/messages",
            "HOTLINE_SMS_PER_SECOND": "200",
            "HOTLINE_PUBLIC_URL": "https://hotline.example",
            "HOTLINE_LINKS": f"110=http://127.0.0.1:{self.police_port}/link",
            "HOTLINE_LINK_KEYS": str(self.room / "links"),
            "HOTLINE_LOG_LEVEL": "info",
        }
        out = self.room / "logs" / f"{piece.replace(' ', '_')}.log"
        process = _forks.Process(target=entry.main, args=(words, {**given, **self.faults}, str(out)), name=piece)
        process.start()
        return process


OWN = load("sichuan-2025").platforms.own
DISKS = {"postgres": 320, "nats": 64}
"""Megabytes of the small file systems."""


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
