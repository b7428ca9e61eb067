"""Processes of the hotline, each started by its own command over one PostgreSQL and one bus, and asked by HTTP."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.ports import free_port
from tests.support.watching import eventually

ROOT = Path(__file__).parents[2]


class Piece:
    """One process; `port` answers its probes, or for the web everything."""

    def __init__(self, words: tuple[str, ...], env: dict[str, str], room: Path) -> None:
        self.port = free_port()
        self.out = room / f"{words[0]}-{self.port}.out"
        door = ("--port" if words[0] == "web" else "--health-port", str(self.port))
        with open(self.out, "wb") as out:
            command = [sys.executable, "-m", "workers", *words, *door]
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)

    def get(self, path: str, token: str = "") -> tuple[int, str]:
        """Status and text; 0 while nobody answers."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def figure(self, name: str) -> float | None:
        """A figure by its name, labels included; None while there is none."""
        lines = self.get("/metrics")[1].splitlines()
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.rsplit(" ", 1)[0] == name), None)

    @property
    def ready(self) -> bool:
        assert self.process.poll() is None, self.told
        return self.get("/readyz")[0] == 200

    @property
    def told(self) -> str:
        return self.out.read_text(encoding="utf-8")[-3000:]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self, within: float = 30.0) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)


class Town:
    """Everything that several processes share."""

    def __init__(self, room: Path, store: str, bus: str) -> None:
        self.room, self.store = room, store
        given = {
            "HOTLINE_DATA": str(room / "data"),
            "HOTLINE_STORE": store,
            "HOTLINE_NATS_URL": bus,
            "HOTLINE_LOG_LEVEL": "warning",
        }
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")} | given
        self.pieces: list[Piece] = []

    def start(self, *words: str) -> Piece:
        self.pieces.append(Piece(words, self.env, self.room))
        return self.pieces[-1]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        command = [sys.executable, "-m", "workers", *words]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120)

    def one_active(self, work: str, *pieces: Piece) -> tuple[Piece, list[Piece]]:
        """Wait until all are ready and one of them does the work; that one, and the others."""
        name = f'hotline_active{{work="{work}"}}'

        def found() -> Piece | None:
            return next((piece for piece in pieces if piece.figure(name) == 1.0), None)

        for piece in pieces:
            eventually(lambda piece=piece: piece.ready, within=90, every=0.1, what=f"{work} is ready")  # type: ignore[misc]
        active = eventually(found, within=30, every=0.1, what=f"somebody does {work}")
        assert active is not None
        others = [piece for piece in pieces if piece is not active]
        assert all(piece.figure(name) == 0.0 for piece in others), "one at a time"
        return active, others

    def close(self) -> None:
        for piece in self.pieces:
            if piece.process.poll() is None:
                piece.kill()
