"""One who asks the hotline over HTTP, insists when nobody answers, and now and then gives up.

Each request that changes something carries an `Idempotency-Key`. Whoever gets no answer sends it again under the same key,
at another address if need be, a few times, and every now and then gives up: then its fate stays unknown.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any

PATIENCE = 15.0  # seconds for one answer
PAUSE = 0.1
GIVE_UP = 0.3
"""The share of those without an answer who do not ask again."""
ASK_AGAIN = 40  # times, PAUSE apart and more


class NoAnswer(Exception):
    """The request may have been carried out, or not."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: the status, the JSON that came with it, and the version named by its ETag (0 for none)."""

    status: int
    body: Any
    version: int

    @property
    def done(self) -> bool:
        return self.status < 300

    @property
    def code(self) -> str:
        """Why it was refused."""
        return f"{self.status} {self.body.get('code', '') if isinstance(self.body, dict) else ''}"


class Wire:
    """`bases` are the ports at which the hotline can be reached."""

    def __init__(self, bases: list[int], chance: Random) -> None:
        self._bases, self._chance = bases, chance

    def key(self, about: str) -> str:
        """A new idempotency key."""
        return f"{about}-{self._chance.randrange(10**12):012}"

    def insist(
        self, path: str, body: Mapping[str, Any], token: str, *, key: str, version: int | None = None
    ) -> Told | None:
        """Have something done; None when nobody ever said whether it was."""
        head = {"Idempotency-Key": key} | ({} if version is None else {"If-Match": f'"{version}"'})
        for _ in range(ASK_AGAIN):
            try:
                return self.ask("POST", path, token, body, head)
            except NoAnswer:
                if self._chance.random() < GIVE_UP:
                    break
                threading.Event().wait(PAUSE * (1 + 4 * self._chance.random()))
        return None

    def ask(
        self, method: str, path: str, token: str, body: Mapping[str, Any] | None = None, head: Mapping[str, str] = {}
    ) -> Told:
        """One try at one of the addresses. Raises NoAnswer, also for an answer that says nothing certain (5xx)."""
        connection = HTTPConnection("127.0.0.1", self._chance.choice(self._bases), timeout=PATIENCE)
        content = None if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **head}
        try:
            connection.request(method, path, content, given)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            raise NoAnswer from None
        finally:
            connection.close()
        if answer.status >= 500:
            raise NoAnswer
        tag = (answer.getheader("ETag") or "").strip('W/"')
        return Told(answer.status, told, int(tag) if tag.isdigit() else 0)
