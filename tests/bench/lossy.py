"""A road between two platforms that loses messages and answers and brings some twice, until it is healed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

PATIENCE = 15.0
"""Seconds that an answer is waited for."""


class Lossy:
    """Of each POST to `port` a share is lost, half of those on the way there and half on the way back, and a share is
    brought twice. `seen` counts what happened."""

    def __init__(self, target: int, seed: int, *, loss: float, twice: float) -> None:
        self._target, self._loss, self._twice = target, loss, twice
        self._chance, self._lock = Random(seed), threading.Lock()
        self.seen: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name=f"lossy {target}", daemon=True).start()

    def heal(self) -> None:
        """From now on everything arrives, once."""
        self._loss = self._twice = 0.0

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _fate(self) -> str:
        with self._lock:
            drawn = self._chance.random()
            fate = "lost on the way" if drawn < self._loss / 2 else "answer lost" if drawn < self._loss else ""
            fate = fate or ("brought twice" if self._chance.random() < self._twice else "brought")
            self.seen[fate] += 1
        return fate

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        road = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fate = road._fate()
                if fate == "lost on the way":
                    return
                answer = None
                for _ in range(2 if fate == "brought twice" else 1):
                    answer = self._bring(body)
                if answer is None or fate == "answer lost":
                    return
                with suppress(OSError):  # whoever asked has not waited so long
                    self.send_response(answer[0])
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer[1])))
                    self.end_headers()
                    self.wfile.write(answer[1])

            def _bring(self, body: bytes) -> tuple[int, bytes] | None:
                connection = HTTPConnection("127.0.0.1", road._target, timeout=PATIENCE)
                try:
                    connection.request("POST", self.path, body, dict(self.headers.items()))
                    answer = connection.getresponse()
                    return answer.status, answer.read()
                except (OSError, HTTPException):
                    return None
                finally:
                    connection.close()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler


@contextmanager
def lossy(target: int, seed: int, *, loss: float, twice: float) -> Iterator[Lossy]:
    """A road, closed afterwards."""
    road = Lossy(target, seed, loss=loss, twice=twice)
    try:
        yield road
    finally:
        road.close()
