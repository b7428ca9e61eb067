"""What the people outside know: every answer they got, and every request whose fate they never learnt."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Literal

Fate = Literal["acknowledged", "unknown", "refused"]


@dataclass(frozen=True, slots=True)
class Step:
    """One request on a ticket. `ticket` is the marker in its text; version and position are the answer's."""

    ticket: str
    action: str
    fate: Fate
    number: str = ""
    version: int = 0
    position: int = 0
    code: str = ""
    """Why it was refused."""


@dataclass(frozen=True, slots=True)
class Act:
    """One request about a consultation, by its expert or by the operator who asked. `stream` is what it was about, or for
    an entry of the knowledge base what came of it; `key` is that under which it was sent, some of them twice."""

    consultation: str
    action: str
    fate: Fate
    key: str
    stream: str = ""
    version: int = 0
    code: str = ""


@dataclass
class Ledger:
    """Written by several people at once."""

    steps: list[Step] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    canaries: set[str] = field(default_factory=set)
    """Personal data that was sent in: it may stand nowhere but in the vault, sealed, and at the gateway."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, step: Step | Act) -> None:
        with self._lock:
            if isinstance(step, Act):
                self.acts.append(step)
            else:
                self.steps.append(step)

    def personal(self, *words: str) -> None:
        with self._lock:
            self.canaries.update(words)

    @property
    def all(self) -> list[Step | Act]:
        """Every request."""
        with self._lock:
            return [*self.steps, *self.acts]

    def count(self, fate: Fate) -> int:
        return sum(one.fate == fate for one in self.all)

    def refusals(self) -> dict[str, int]:
        """How often each action was refused, and why."""
        found: dict[str, int] = {}
        for step in self.all:
            if step.fate == "refused":
                found[f"{step.action} {step.code}"] = found.get(f"{step.action} {step.code}", 0) + 1
        return found
