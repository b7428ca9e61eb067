"""The way to the other side, as the courier sees it."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side answered: an HTTP status, its code when it refused, and how far it has heard us if it said so."""

    status: int
    code: str = ""
    last: int | None = None


class Road(Protocol):
    """One way to one platform."""

    def run(self, stop: Event) -> None:
        """Keep the way open until `stop`; returns at once where there is nothing to keep."""

    def send(self, id_: str, body: bytes) -> Answer | None:
        """Carry one message over and wait for the answer; None when there was none. Blocks; from several threads."""


def answer_of(status: int, told: object) -> Answer:
    """An answer out of the JSON that came with a status; what it holds beyond that is of no interest."""
    found = told if isinstance(told, dict) else {}
    code, last = found.get("code"), found.get("last")
    return Answer(status, code if isinstance(code, str) else "", last if type(last) is int and last >= 0 else None)
