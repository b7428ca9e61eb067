"""`hotline up` and other programs as child processes, how one talks to them, and what they keep in memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.lifetime import die_with_parent
from tests.support.ports import free_port

PATIENCE = 180.0
"""Seconds after which a program that does not come up is given up."""
IDLE = 2.0
"""Seconds after which a connection is taken for closed: servers give idle ones up after five."""
_FIRST_ROLES = frozenset({"operator", "dispatcher", "unit_clerk", "reviewer"})


@dataclass
class Running:
    """A running program.  ``passwords`` are those the hotline shows on its first start."""

    process: subprocess.Popen[bytes]
    port: int
    out: Path
    seconds_to_ready: float = 0.0
    cpu_to_ready: float = 0.0
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def resident_mb(self) -> float:
        """Resident memory of the process and all below it; pages that they share count for each."""
        return sum(_resident(pid) for pid in _tree(self.process.pid)) / 2**20

    @property
    def cpu_seconds(self) -> float:
        """What the process and all below it have used of processors so far."""
        return processor_seconds(self.process.pid)

    def wait_until_ready(self) -> None:
        """Raises RuntimeError when it never is."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            with suppress(OSError, HTTPException):
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            connection.close()
            time.sleep(0.02)
        raise RuntimeError(f"it did not come up:\n{self.out.read_text(encoding='utf-8')[-2000:]}")


@contextmanager
def hotline_up(data: Path) -> Iterator[Running]:
    """`hotline up` on a directory, ready; ended afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "workers", "up", "--data", str(data), "--port", str(port)]
    with program(command, port, data.with_suffix(".out")) as running:
        running.passwords = _passwords(running.out)
        yield running


@contextmanager
def program(command: list[str], port: int, out: Path) -> Iterator[Running]:
    """A program that answers `/readyz` with 200 when it is ready, and is.  Raises RuntimeError when it never is."""
    began = time.perf_counter()
    with spawned(command, port, out, {"HOTLINE_LOG_LEVEL": "error"}) as running:
        running.wait_until_ready()
        running.seconds_to_ready, running.cpu_to_ready = time.perf_counter() - began, running.cpu_seconds
        yield running


@contextmanager
def spawned(command: list[str], port: int, out: Path, settings: Mapping[str, str]) -> Iterator[Running]:
    """A program that has been started with these settings of the hotline and no others; ended afterwards."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    with out.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, env={**environment, **settings}, preexec_fn=die_with_parent
        )
    try:
        yield Running(process, port, out)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Client:
    """Somebody at the service API, on one connection that stays open."""

    def __init__(self, base: str, token: str = "") -> None:
        self._connection = HTTPConnection(urlsplit(base).netloc, timeout=30)
        self._used = time.monotonic()
        self._head = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def call(self, method: str, path: str, body: Any = None, **head: str) -> tuple[Any, str]:
        """The answer's body and its ETag.  Raises RuntimeError for an answer that is no success."""
        content = None if body is None else json.dumps(body).encode()
        if time.monotonic() - self._used > IDLE:
            self._connection.close()  # opened again by the next request
        given = {name.replace("_", "-"): value for name, value in head.items()}
        self._connection.request(method, path, content, {**self._head, **given})
        answer = self._connection.getresponse()
        text = answer.read()
        self._used = time.monotonic()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
        told = json.loads(text) if "json" in answer.getheader("Content-Type", "") else None
        return told, answer.getheader("ETag") or ""

    def close(self) -> None:
        self._connection.close()


def sessions(running: Running) -> dict[str, str]:
    """A session of each role that a request passes through, by role."""
    client = Client(running.base)
    found = {}
    for role in sorted(_FIRST_ROLES):
        told, _ = client.call("POST", "/api/v1/login", {"name": role, "password": running.passwords[role]})
        found[role] = told["token"]
    client.close()
    return found


def processor_seconds(pid: int) -> float:
    """What a process and all below it have used of processors so far."""
    return sum(_cpu(one) for one in _tree(pid))


def _passwords(out: Path) -> dict[str, str]:
    lines = (line.split() for line in out.read_text(encoding="utf-8").splitlines())
    return {words[0]: words[1] for words in lines if len(words) >= 2 and words[0] in _FIRST_ROLES}


def _tree(root: int) -> list[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _cpu(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")  # its own, and that of children which have ended
