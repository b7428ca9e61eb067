"""The stand-in for another platform as a process of its own, which a test may kill and start again."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.ports import free_port
from tests.support.watching import eventually

ROOT = Path(__file__).parents[2]
SECRET = "whsec_" + base64.b64encode(b"a secret for tests alone, 32 b!!").decode()


class PoliceDesk:
    """`start()` it, `kill()` it, `start()` it again: port and log stay."""

    def __init__(
        self, room: Path, *, name: str = "110", peer_name: str = "12345", peer: str = "", secret: str = SECRET
    ) -> None:
        room.mkdir(parents=True, exist_ok=True)
        self.name, self.peer_name, self.peer, self._room = name, peer_name, peer, room
        self.port = free_port()
        self._secret = room / "secret"
        self._secret.write_text(secret + "\n")
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/link"

    def start(self, *words: str) -> None:
        """Returns when it can be reached."""
        given = ["--data", str(self._room / "data"), "--port", str(self.port), "--peer", self.peer]
        given += ["--secret-file", str(self._secret), "--name", self.name, "--peer-name", self.peer_name, *words]
        command = [sys.executable, "-m", "workers", "police-desk-standin", *given]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"ready {self.port}\n"

    def kill(self) -> None:
        """SIGKILL, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def ask(self, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON of an answer of its own door."""
        raw = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", raw)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def order(self, do: str, **given: object) -> str:
        """Give an order; the hand-off it is about."""
        status, told = self.ask("/orders", {"do": do, **given})
        assert status == 200, told
        return str(told["handoff_id"])

    def log(self, handoff: str = "") -> list[dict[str, Any]]:
        """Its log, or that of one hand-off."""
        rows: list[dict[str, Any]] = self.ask("/log")[1]
        return [row for row in rows if not handoff or row.get("handoff_id") == handoff]

    def state(self, handoff: str) -> str:
        """Where the matter stands by its log; empty when it has not heard of it."""
        rows = self.log(handoff)
        return str(rows[-1]["state"]) if rows else ""

    def until(self, handoff: str, state: str, within: float = 15.0) -> None:
        """Wait until the matter stands so by its log."""
        eventually(lambda: self.state(handoff) == state, within=within, what=f"{self.name}: {state}")
