"""Citizens and staff at the service API, who note down what they were told and what they never learnt."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Protocol

from hotline.rules import Rules
from tests.bench.lifecycle import RECEIVE, ROLE_OF, bodies
from tests.faults.ledger import Ledger, Step
from tests.faults.wire import ASK_AGAIN, PATIENCE, Wire

LIFE = (*ROLE_OF, "erase", "approve-erasure")
ROLES: Mapping[str, str] = {
    **ROLE_OF,
    "note": "operator",
    "urge": "operator",
    "hand-off": "operator",
    "consult-expert": "operator",
    "erase": "supervisor",
    "approve-erasure": "leader",
}
FREE = frozenset({"note", "urge"})
"""Actions that need no version."""


class Person:
    """One thread's worth of people. `bases` are the addresses at which the hotline can be reached."""

    def __init__(
        self, name: str, seed: int, bases: list[int], tokens: Mapping[str, str], rules: Rules, ledger: Ledger
    ) -> None:
        self._name, self._chance, self._tokens = name, Random(f"{seed}:{name}"), tokens
        self._wire = Wire(bases, self._chance)
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

    def _received(self) -> tuple[str, str | None, int]:
        """Take a request down; its marker, its number if it was taken, and its version."""
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
        return marker, *self._step(marker, "receive", "/api/v1/tickets", body)

    def _life(self, stop: threading.Event) -> None:
        marker, number, version = self._received()
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
        token, key = self._tokens[ROLES[action]], self._wire.key(f"{marker}-{action}")
        told = self._wire.insist(path, body, token, key=key, version=version)
        if told is None:
            self._ledger.note(Step(marker, action, "unknown"))
        elif told.done:
            found = told.body
            step = Step(marker, action, "acknowledged", found["number"], found["version"], found["position"])
            self._ledger.note(step)
            return found["number"], found["version"]
        else:
            self._ledger.note(Step(marker, action, "refused", code=told.code))
        return None, 0


class AtWork(Protocol):
    """Somebody who works until `stop`."""

    def work(self, stop: threading.Event) -> None: ...


class Crowd:
    """Several people at once, each in a thread."""

    def __init__(self, people: Sequence[AtWork]) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=person.work, args=(self._stop,), daemon=True) for person in people]
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """No more requests; returns when the last answer is in or given up."""
        self._stop.set()
        for thread in self._threads:
            thread.join(ASK_AGAIN * (PATIENCE + 1))
