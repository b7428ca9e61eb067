"""The stand-in's way out: what it owes is sent in order per matter, without limit of tries, until it is acknowledged."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from threading import Event
from time import monotonic
from typing import Any

from workers.standin_police.matter import Envelope
from workers.standin_police.platform import Platform
from workers.standin_police.signing import headers

LOOK_EVERY = 0.05  # seconds
LONGEST = 5.0  # seconds between two tries
SECONDS = 5.0  # that an answer is waited for

Answer = tuple[int, dict[str, Any]] | None
"""Status and body; None when nobody answered."""
Road = Callable[[str, bytes], Answer]


def by_http(url: str, secret: str) -> Road:
    """Post to the other platform."""

    def send(id_: str, body: bytes) -> Answer:
        signed = {"Content-Type": "application/json", **headers(secret, id_, body)}
        request = urllib.request.Request(url, body, signed, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            try:
                return refused.code, json.loads(refused.read())
            except (OSError, ValueError, HTTPException):
                return refused.code, {}
        except (OSError, ValueError, HTTPException):  # also an answer that broke off in the middle
            return None

    return send


class Sender:
    """Sends what the platform owes."""

    def __init__(self, platform: Platform, road: Road) -> None:
        self._platform, self._road = platform, road
        self._wait: dict[str, tuple[float, float]] = {}

    def run(self, stop: Event) -> None:
        """Until `stop`: also carry out what was planned."""
        with ThreadPoolExecutor(8) as pool:
            while not stop.wait(LOOK_EVERY):
                self._platform.carry_out()
                now = monotonic()
                owed = [one for one in self._platform.owed() if self._wait.get(one[0]["handoff_id"], (0, 0))[0] <= now]
                list(pool.map(lambda one: self._send(*one), owed))

    def _send(self, message: Envelope, times: int) -> None:
        id_, seq = message["handoff_id"], message["seq"]
        body = json.dumps(message, ensure_ascii=False).encode()
        answer: Answer = None
        for _ in range(times):
            answer = self._road(f"{id_}:{message['sender']}:{seq}", body)
        status, told = answer or (0, {})
        if status == 200 and told.get("last", 0) >= seq:
            self._platform.acknowledged(id_, seq)
        elif status == 409 and told.get("code") == "message_early" and "last" in told:
            self._platform.acknowledged(id_, told["last"])
        else:
            pause = min(LONGEST, 2 * self._wait.get(id_, (0, 0.1))[1])
            self._wait[id_] = (monotonic() + pause, pause)
            return
        self._wait.pop(id_, None)
