"""A stand-in for a gateway, for tests and demonstrations: it sends nothing to anybody and misbehaves as it is told.

    python -m workers.gateways.standin --port 9099 --log accepted.jsonl --seed 7 --fail 0.2 --drop 0.1

It takes any POST. The log has a line for each request with its key, whether that was the first with this key (only then
would a message go out), and what the answer was; it is on disk before the answer is sent and is read again at the start,
so that a stand-in that was killed still knows its keys. It keeps what it was sent: never point a real hotline at it.

How it behaves: first the `--orders`, one for each request; then by chance, the same for the same seed, key and attempt.
ok answers 202; fail 503 and takes nothing; busy 429; refuse 422; delay answers late; twice answers two times on the
connection; drop takes the message and closes without an answer; hang takes it and never answers.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

STATUS = {"ok": 202, "delay": 202, "twice": 202, "drop": 202, "hang": 202, "fail": 503, "busy": 429, "refuse": 422}
NOT_TAKEN = ("fail", "busy", "refuse")
CHANCES = ("fail", "drop", "delay", "twice")


@dataclass
class Behaviour:
    """What is done with each request, and what was done so far."""

    log: Path
    orders: list[str] = field(default_factory=list)
    chances: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    late: float = 0.3
    attempts: Counter[str] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self) -> None:
        """Read the log of an earlier run."""
        if self.log.exists():
            for line in self.log.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                self.attempts[told["key"]] += 1
                if told["accepted"]:
                    self.taken.add(told["key"])

    def judge(self, key: str, sent: Any, headers: dict[str, str]) -> str:
        """Decide, and write it down for good."""
        with self.lock:
            self.attempts[key] += 1
            order = self.orders.pop(0) if self.orders else self._by_chance(key)
            accepted = order not in NOT_TAKEN and key not in self.taken
            if accepted:
                self.taken.add(key)
            told = {"key": key, "accepted": accepted, "order": order, "sent": sent, "headers": headers}
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            return order

    def _by_chance(self, key: str) -> str:
        drawn = Random(f"{self.seed}:{key}:{self.attempts[key]}").random()
        for order in CHANCES:
            drawn -= self.chances.get(order, 0.0)
            if drawn < 0:
                return order
        return "ok"


def handler(behaviour: Behaviour, stop: threading.Event) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = self.headers.get("Idempotency-Key") or self.headers.get("webhook-id") or ""
            shown = {name.lower(): value for name, value in self.headers.items()}
            order = behaviour.judge(key, json.loads(body), shown | {"raw": body.decode()})
            self.close_connection = True
            if order == "hang":
                stop.wait()
            if order in ("hang", "drop"):
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if order == "delay":
                stop.wait(behaviour.late)
            for _ in range(2 if order == "twice" else 1):
                self._answer(STATUS[order])

        def _answer(self, status: int) -> None:
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "7")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing beside the log of our own."""

    return Handler


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer until killed; says `ready` and the port when it can be reached."""
    parser = argparse.ArgumentParser(prog="python -m workers.gateways.standin", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--orders", default="", help="fail,hang,ok …: what to do with the first requests, in order")
    parser.add_argument("--late", type=float, default=0.3, help="seconds of a delay")
    for order in CHANCES:
        parser.add_argument(f"--{order}", type=float, default=0.0, help=f"share of requests that get `{order}`")
    given = parser.parse_args(arguments)
    orders = [order for order in given.orders.split(",") if order]
    if unknown := set(orders) - set(STATUS):
        parser.error(f"no such order: {', '.join(sorted(unknown))}; there are {', '.join(STATUS)}")
    chances = {order: getattr(given, order) for order in CHANCES}
    behaviour = Behaviour(given.log, orders, chances, given.seed, given.late)
    behaviour.recall()
    server = ThreadingHTTPServer(("127.0.0.1", given.port), handler(behaviour, threading.Event()))
    server.daemon_threads = True
    print(f"ready {server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
