"""Citizens and staff at the service API, who note down what they were told and what they never learnt.

Each request carries an `Idempotency-Key`. Whoever gets no answer sends it again under the same key, at another address if
need be, a few times, and every now and then gives up: then its fate stays unknown.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any

from hotline.rules import Rules
from tests.bench.lifecycle import RECEIVE, ROLE_OF, bodies
from tests.faults.ledger import Ledger, Step

PATIENCE = 15.0  # seconds for one answer
PAUSE = 0.1
GIVE_UP = 0.3
"""The share of those without an answer who do not ask again."""
ASK_AGAIN = 40  # times, PAUSE apart and more
LIFE = (*ROLE_OF, "erase", "approve-erasure")
ROLES: Mapping[str, str] = {
    **ROLE_OF,
    "note": "operator",
    "urge": "operator",
    "hand-off": "operator",
    "erase": "supervisor",
    "approve-erasure": "leader",
}
FREE = frozenset({"note", "urge"})
"""Actions that need no version."""


class NoAnswer(Exception):
    """The request may have been carried out, or not."""


class Person:
    """One thread's worth of people. `bases` are the addresses at which the hotline can be reached."""

    def __init__(
        self, name: str, seed: int, bases: list[int], tokens: Mapping[str, str], rules: Rules, ledger: Ledger
    ) -> None:
        self._name, self._chance, self._bases, self._tokens = name, Random(f"{seed}:{name}"), bases, tokens
        self._bodies: dict[str, Mapping[str, Any]] = {
            **bodies(rules),
            "contact": {"way": "text"},
            "call-back": {"way": "text", "reached": True, "resolution": "resolved", "satisfaction": "satisfied"},
            "note": {"text": "已记录。"},
            "urge": {},
            "hand-off": {"to": "110", "way": "push", "summary": "有人在现场争吵。", "reason": "属公安职责"},
            "erase": {"reason": "本人申请"},
            "approve-erasure": {},
        }
        self._ledger = ledger
        self._tickets = 0

    def work(self, stop: threading.Event) -> None:
        """Take requests down and carry them to their end, until `stop`."""
        while not stop.is_set():
            self._life(stop)

    def _life(self, stop: threading.Event) -> None:
        self._tickets += 1
        marker = f"kanarie-{self._name}-{self._tickets:06}"
        name, phone = f"Kanari{self._name}x{self._tickets:06}", self._phone()
        self._ledger.personal(marker, name, phone)
        body = {
            **RECEIVE,
            "text": f"{RECEIVE['text']}{marker}",
            "caller": {"name": name, "phone": phone},
            "contact_preference": "text",
        }
        number, version = self._step(marker, "receive", "/api/v1/tickets", body)
        for action in LIFE[1:]:
            if stop.is_set() or number is None:
                return
            for extra in ("note", "urge"):
                if self._chance.random() < 0.15:
                    self._step(marker, extra, f"/api/v1/tickets/{number}/{extra}", self._bodies[extra])
            if self._chance.random() < 0.08:
                self._hand_off(marker, number, version, action)
                return  # left lying: its clocks go on
            path = f"/api/v1/tickets/{number}/{action}"
            same, version = self._step(marker, action, path, self._bodies[action], version)
            if same is None:
                return

    def _hand_off(self, marker: str, number: str, version: int, next_action: str) -> None:
        """Offer some of those that are left lying to 110; what a unit has stays with it, and only a part of it goes."""
        if self._chance.random() < 0.7:
            body = {**self._bodies["hand-off"], "follow_up": next_action not in ("classify", "dispatch")}
            body["danger"] = self._chance.random() < 0.2
            self._step(marker, "hand-off", f"/api/v1/tickets/{number}/hand-off", body, version)

    def _phone(self) -> str:
        return f"13{self._chance.choice('56789')}{self._chance.randrange(10**8):08}"

    def _step(
        self, marker: str, action: str, path: str, body: Mapping[str, Any], version: int | None = None
    ) -> tuple[str | None, int]:
        """Do one thing and note what came of it; the ticket's number and version, no number unless it was done."""
        key = f"{marker}-{action}-{self._chance.randrange(10**12):012}"
        head = {"Authorization": f"Bearer {self._tokens[ROLES[action]]}", "Idempotency-Key": key}
        if version is not None:
            head["If-Match"] = f'"{version}"'
        for _ in range(ASK_AGAIN):
            try:
                status, told = self._ask(path, body, head)
            except NoAnswer:
                if self._chance.random() < GIVE_UP:
                    break
                threading.Event().wait(PAUSE * (1 + 4 * self._chance.random()))
                continue
            if status < 300:
                step = Step(marker, action, "acknowledged", told["number"], told["version"], told["position"])
                self._ledger.note(step)
                return told["number"], told["version"]
            self._ledger.note(Step(marker, action, "refused", code=f"{status} {told.get('code', '')}"))
            return None, 0
        self._ledger.note(Step(marker, action, "unknown"))
        return None, 0

    def _ask(self, path: str, body: Mapping[str, Any], head: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """One try at one of the addresses. Raises NoAnswer, also for an answer that says nothing certain (5xx)."""
        connection = HTTPConnection("127.0.0.1", self._chance.choice(self._bases), timeout=PATIENCE)
        try:
            connection.request("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json", **head})
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            raise NoAnswer from None
        finally:
            connection.close()
        if answer.status >= 500:
            raise NoAnswer
        return answer.status, told


class Crowd:
    """Several people at once, each in a thread."""

    def __init__(self, people: list[Person]) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=person.work, args=(self._stop,), daemon=True) for person in people]
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """No more requests; returns when the last answer is in or given up."""
        self._stop.set()
        for thread in self._threads:
            thread.join(ASK_AGAIN * (PATIENCE + 1))
